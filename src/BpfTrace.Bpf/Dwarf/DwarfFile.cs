using BpfTrace.Bpf.Elf;
using Microsoft.Win32.SafeHandles;

namespace BpfTrace.Bpf.Dwarf;

/// <summary>
/// The DWARF debug information of a binary: its functions with their parameters, its types, its source lines. Read with elfutils' libdw, which also
/// finds separate debug files (by build id and debug link), their shared part (<c>.gnu_debugaltlink</c>), compressed sections and split units
/// (.dwo; .dwp from libdw 0.192 on, before that with help from here). Nothing is read before it is asked for. Safe for concurrent use.
/// </summary>
/// <remarks>
/// Addresses are those of the binary's own symbol table. Binaries up to 64 MB are copied, so that one which is rebuilt or cut meanwhile does no harm;
/// larger ones, separate debug files and binaries with split units are mapped.
/// </remarks>
public sealed partial class DwarfFile : IDisposable
{
    private const long LargestCopy = 64L << 20;

    private readonly SafeDwflHandle _dwfl;
    private readonly string? _debugFile;
    private readonly Dictionary<nint, DwarfType> _types = [];
    private readonly Dictionary<nint, DwarfUnit> _unitsByTable = [];
    private DwarfPackage? _package;
    private DwarfUnit[]? _units;
    private DwarfPlaces? _places;
    private byte[]? _addresses;

    private unsafe DwarfFile(string path, string? directories, bool copied)
    {
        Path = path;
        _dwfl = new SafeDwflHandle(directories);
        SafeFileHandle? copy = copied ? MemoryFile.Copy(path) : null;
        try
        {
            // libdwfl closes the descriptor it is given.
            int fd = copy is null ? -1 : (int)copy.DangerousGetHandle();
            Module = LibDw.dwfl_report_offline(_dwfl, path, path, fd);
            if (Module != 0)
                copy?.SetHandleAsInvalid();
            LibDw.dwfl_report_end(_dwfl, 0, 0);
        }
        finally
        {
            copy?.Dispose();
        }

        if (Module == 0)
            return;
        ulong bias;
        nint dwarf = LibDw.dwfl_module_getdwarf(Module, &bias);
        Dwarf_Die* first = dwarf == 0 ? null : LibDw.dwfl_nextcu(_dwfl, null, &bias);
        bool hasSharedPart = dwarf != 0 && HasSharedPart(dwarf);
        IsUsable = first != null && !(hasSharedPart && LibDw.dwarf_getalt(dwarf) == 0);
        byte kind;
        HasParts = hasSharedPart || (first != null && LibDw.dwarf_cu_info(first->cu, null, &kind, null, null, null, null, null) == 0 && kind == DwarfConstants.DW_UT_skeleton);
        byte* main;
        byte* debug;
        LibDw.dwfl_module_info(Module, 0, null, null, null, null, &main, &debug);
        _debugFile = debug == null ? null : DieReader.Text(debug);
    }

    /// <summary>The binary.</summary>
    public string Path { get; }

    /// <summary>
    /// What is missing of the debug information, in bpftrace's words: split units whose .dwo or .dwp file was not found. Null when nothing is, or
    /// nothing was needed yet.
    /// </summary>
    public string? Warning { get; private set; }

    /// <summary>Held by whoever calls libdw on this file.</summary>
    internal Lock Lock { get; } = new();

    private nint Module { get; }

    private bool IsUsable { get; }

    /// <summary>Whether the information is in several files, found by where the binary is: a copy has no place.</summary>
    private bool HasParts { get; }

    /// <summary>Opens the debug information of a binary.</summary>
    /// <param name="path">The binary.</param>
    /// <param name="directories">
    /// Where else to look for a separate debug file: directories separated by colons, absolute or relative to the binary's, each after a <c>+</c> where
    /// the file's checksum is to be verified (libdwfl's <c>debuginfo_path</c>). Null for the standard places: beside the binary, its
    /// <c>.debug</c>, <c>/usr/lib/debug</c>.
    /// </param>
    /// <returns>Null when the binary has none, or it is no ELF file.</returns>
    /// <exception cref="LibDwNotFoundException">libdw is not installed.</exception>
    /// <exception cref="IOException">The file cannot be read; also UnauthorizedAccessException.</exception>
    public static DwarfFile? Open(string path, string? directories = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        bool copied = new FileInfo(path).Length <= LargestCopy;
        var file = new DwarfFile(path, directories, copied);
        if (copied && file.HasParts)
        {
            file.Dispose();
            file = new DwarfFile(path, directories, copied: false);
        }

        if (file.IsUsable)
            return file;
        file.Dispose();
        return null;
    }

    /// <summary>Closes the file. Types and functions that came from it are of no use any more.</summary>
    public void Dispose()
    {
        lock (Lock)
        {
            _package?.Dispose();
            _dwfl.Dispose();
        }
    }

    private DwarfPlaces Places() => _places ??= new DwarfPlaces(Units());

    /// <summary>The units, in the file's order.</summary>
    private unsafe DwarfUnit[] Units()
    {
        if (_units is not null)
            return _units;
        var units = new List<DwarfUnit>();
        ulong bias;
        for (Dwarf_Die* die = LibDw.dwfl_nextcu(_dwfl, null, &bias); die != null; die = LibDw.dwfl_nextcu(_dwfl, die, &bias))
            units.Add(OpenUnit(*die));
        return _units = [.. units];
    }

    private unsafe DwarfUnit OpenUnit(in Dwarf_Die die)
    {
        byte kind;
        Dwarf_Die split = default;
        ulong id = 0;
        if (LibDw.dwarf_cu_info(die.cu, null, &kind, null, &split, &id, null, null) != 0 || kind != DwarfConstants.DW_UT_skeleton)
            return new DwarfUnit(die, die, isForeign: false);
        if (split.addr != 0)
            return new DwarfUnit(die, split, isForeign: false);
        _package ??= DwarfPackage.Open(Path + ".dwp");
        if (_package is not null && _package.TryFindUnit(id, out split))
            return new DwarfUnit(die, split, isForeign: true);
        Warning ??= MissingSplitFile(die);
        return new DwarfUnit(die, die, isForeign: false);
    }

    private string MissingSplitFile(in Dwarf_Die skeleton)
    {
        string stem = System.IO.Path.GetFileNameWithoutExtension(Path);
        string name = DieReader.Text(skeleton, DwarfConstants.DW_AT_dwo_name);
        if (name.Length == 0)
            name = DieReader.Text(skeleton, DwarfConstants.DW_AT_GNU_dwo_name);
        name = name.Length == 0 ? stem + ".dwo" : System.IO.Path.GetFileName(name);
        return $"Unable to find split debug file '{name}' or '{stem}.dwp' for '{Path}', debugging information may be incomplete!";
    }

    /// <summary>Whether the information refers to a part it shares with other files (made by dwz(1)): without that hardly a type of it can be read.</summary>
    private static unsafe bool HasSharedPart(nint dwarf)
    {
        byte* name;
        void* id;
        return LibDw.dwelf_dwarf_gnu_debugaltlink(dwarf, &name, &id) > 0;
    }

    /// <summary>Where a function of a foreign unit starts: an index into the binary's <c>.debug_addr</c>, beginning at the skeleton's part (DWARF 5, 7.27).</summary>
    private unsafe ulong? AddressOfForeign(DwarfUnit unit, Dwarf_Die die)
    {
        if (!DieReader.TryRaw(die, DwarfConstants.DW_AT_low_pc, out Dwarf_Attribute low))
            return null;
        ulong index;
        switch (low.form)
        {
            case DwarfConstants.DW_FORM_addrx or DwarfConstants.DW_FORM_GNU_addr_index:
                index = ReadUleb128(low.valp);
                break;
            case DwarfConstants.DW_FORM_addrx1:
                index = *low.valp;
                break;
            case DwarfConstants.DW_FORM_addrx2:
                index = *(ushort*)low.valp;
                break;
            case DwarfConstants.DW_FORM_addrx3:
                index = *(ushort*)low.valp | ((ulong)low.valp[2] << 16);
                break;
            case DwarfConstants.DW_FORM_addrx4:
                index = *(uint*)low.valp;
                break;
            default:
                ulong plain;
                return LibDw.dwarf_formaddr(&low, &plain) == 0 ? plain : null;
        }

        if (!DieReader.TryUnsigned(unit.Skeleton, DwarfConstants.DW_AT_addr_base, out ulong start)
            && !DieReader.TryUnsigned(unit.Skeleton, DwarfConstants.DW_AT_GNU_addr_base, out start))
        {
            return null;
        }

        _addresses ??= ReadAddresses();
        ulong at = start + (index * sizeof(ulong));
        return at + sizeof(ulong) <= (ulong)_addresses.Length ? BitConverter.ToUInt64(_addresses, (int)at) : null;
    }

    private byte[] ReadAddresses()
    {
        foreach (string? path in (string?[])[_debugFile, Path])
        {
            if (path is null)
                continue;
            using ElfFile file = ElfFile.Open(path);
            if (file.FindSection(".debug_addr") is { } section && (section.Flags & ElfConstants.SHF_COMPRESSED) == 0)
                return file.ReadSection(section).ToArray();
        }

        return [];
    }

    private static unsafe ulong ReadUleb128(byte* at)
    {
        ulong value = 0;
        for (int shift = 0; shift < 64; shift += 7)
        {
            byte part = *at++;
            value |= (ulong)(part & 0x7f) << shift;
            if ((part & 0x80) == 0)
                break;
        }

        return value;
    }
}
