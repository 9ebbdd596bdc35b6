using System.Runtime.InteropServices;

namespace BpfTrace.Bpf.Dwarf;

/// <summary><c>Dwarf_Die</c> (elfutils libdw.h): an entry of the debug information. Valid as long as what it was read from.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct Dwarf_Die
{
    /// <summary>Where the entry's bytes are; tells entries apart.</summary>
    public nint addr;

    /// <summary>The unit.</summary>
    public nint cu;

    public nint abbrev;
    public long padding__;
}

/// <summary><c>Dwarf_Attribute</c> (elfutils libdw.h).</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct Dwarf_Attribute
{
    public uint code;
    public uint form;
    public byte* valp;
    public nint cu;
}

/// <summary><c>Dwfl_Callbacks</c> (elfutils libdwfl.h).</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct Dwfl_Callbacks
{
    public nint find_elf;
    public nint find_debuginfo;
    public nint section_address;

    /// <summary><c>char **</c>.</summary>
    public nint debuginfo_path;
}

/// <summary>
/// The entry points used of elfutils' libdw (0.180 or newer), in its spelling. <see cref="EnsureLoaded"/> comes first. The library takes calls on
/// one file from one thread at a time.
/// </summary>
internal static unsafe partial class LibDw
{
    public const int DWARF_C_READ = 0;

    /// <summary>The library's version as text, in memory of its own.</summary>
    [LibraryImport(Library)]
    public static partial nint dwfl_version(nint dwfl);

    [LibraryImport(Library)]
    public static partial nint dwfl_begin(Dwfl_Callbacks* callbacks);

    [LibraryImport(Library)]
    public static partial void dwfl_end(nint dwfl);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint dwfl_report_offline(SafeDwflHandle dwfl, string name, string file_name, int fd);

    [LibraryImport(Library)]
    public static partial int dwfl_report_end(SafeDwflHandle dwfl, nint removed, nint arg);

    [LibraryImport(Library)]
    public static partial Dwarf_Die* dwfl_nextcu(SafeDwflHandle dwfl, Dwarf_Die* lastcu, ulong* bias);

    [LibraryImport(Library)]
    public static partial int dwfl_build_id_find_debuginfo(
        nint module, void** userdata, byte* modname, ulong @base, byte* file_name, byte* debuglink_file, uint debuglink_crc, byte** debuginfo_file_name);

    [LibraryImport(Library)]
    public static partial Dwarf_Die* dwarf_addrdie(nint dbg, ulong addr, Dwarf_Die* result);

    [LibraryImport(Library)]
    public static partial nint dwfl_module_getdwarf(nint module, ulong* bias);

    [LibraryImport(Library)]
    public static partial nint dwfl_module_info(nint module, nint userdata, ulong* start, ulong* end, ulong* dwbias, ulong* symbias, byte** mainfile, byte** debugfile);

    [LibraryImport(Library)]
    public static partial nint dwelf_dwarf_gnu_debugaltlink(nint dwarf, byte** name, void** build_id);

    [LibraryImport(Library)]
    public static partial nint dwarf_getalt(nint dwarf);

    [LibraryImport(Library)]
    public static partial nint dwarf_begin(int fd, int cmd);

    [LibraryImport(Library)]
    public static partial int dwarf_end(nint dwarf);

    [LibraryImport(Library)]
    public static partial int dwarf_get_units(nint dwarf, nint cu, nint* next_cu, ushort* version, byte* unit_type, Dwarf_Die* cudie, Dwarf_Die* subdie);

    [LibraryImport(Library)]
    public static partial int dwarf_cu_info(nint cu, ushort* version, byte* unit_type, Dwarf_Die* cudie, Dwarf_Die* subdie, ulong* unit_id, byte* address_size, byte* offset_size);

    [LibraryImport(Library)]
    public static partial int dwarf_tag(Dwarf_Die* die);

    [LibraryImport(Library)]
    public static partial int dwarf_child(Dwarf_Die* die, Dwarf_Die* result);

    [LibraryImport(Library)]
    public static partial int dwarf_siblingof(Dwarf_Die* die, Dwarf_Die* result);

    [LibraryImport(Library)]
    public static partial byte* dwarf_diename(Dwarf_Die* die);

    [LibraryImport(Library)]
    public static partial Dwarf_Attribute* dwarf_attr(Dwarf_Die* die, uint name, Dwarf_Attribute* result);

    [LibraryImport(Library)]
    public static partial Dwarf_Attribute* dwarf_attr_integrate(Dwarf_Die* die, uint name, Dwarf_Attribute* result);

    [LibraryImport(Library)]
    public static partial int dwarf_formudata(Dwarf_Attribute* attr, ulong* value);

    [LibraryImport(Library)]
    public static partial int dwarf_formsdata(Dwarf_Attribute* attr, long* value);

    [LibraryImport(Library)]
    public static partial int dwarf_formaddr(Dwarf_Attribute* attr, ulong* value);

    [LibraryImport(Library)]
    public static partial int dwarf_formflag(Dwarf_Attribute* attr, byte* value);

    [LibraryImport(Library)]
    public static partial byte* dwarf_formstring(Dwarf_Attribute* attr);

    [LibraryImport(Library)]
    public static partial Dwarf_Die* dwarf_formref_die(Dwarf_Attribute* attr, Dwarf_Die* result);

    [LibraryImport(Library)]
    public static partial int dwarf_bytesize(Dwarf_Die* die);

    [LibraryImport(Library)]
    public static partial int dwarf_entrypc(Dwarf_Die* die, ulong* address);

    [LibraryImport(Library)]
    public static partial nint dwarf_ranges(Dwarf_Die* die, nint offset, ulong* basep, ulong* startp, ulong* endp);

    [LibraryImport(Library)]
    public static partial int dwarf_getscopes(Dwarf_Die* cudie, ulong pc, Dwarf_Die** scopes);

    [LibraryImport(Library)]
    public static partial int dwarf_getscopes_die(Dwarf_Die* die, Dwarf_Die** scopes);

    [LibraryImport(Library)]
    public static partial int dwarf_getsrcfiles(Dwarf_Die* cudie, nint* files, nuint* count);

    [LibraryImport(Library)]
    public static partial byte* dwarf_filesrc(nint files, nuint index, ulong* time, ulong* size);

    [LibraryImport(Library)]
    public static partial int dwarf_getsrclines(Dwarf_Die* cudie, nint* lines, nuint* count);

    [LibraryImport(Library)]
    public static partial nint dwarf_onesrcline(nint lines, nuint index);

    [LibraryImport(Library)]
    public static partial nint dwarf_getsrc_die(Dwarf_Die* cudie, ulong address);

    [LibraryImport(Library)]
    public static partial byte* dwarf_linesrc(nint line, ulong* time, ulong* size);

    [LibraryImport(Library)]
    public static partial int dwarf_lineno(nint line, int* number);

    [LibraryImport(Library)]
    public static partial int dwarf_linecol(nint line, int* column);

    [LibraryImport(Library)]
    public static partial int dwarf_lineaddr(nint line, ulong* address);

    [LibraryImport(Library)]
    public static partial int dwarf_linebeginstatement(nint line, byte* flag);

    [LibraryImport(Library)]
    public static partial int dwarf_lineendsequence(nint line, byte* flag);
}
