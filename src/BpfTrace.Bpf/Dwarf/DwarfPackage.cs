using System.Buffers.Binary;
using BpfTrace.Bpf.Elf;
using Microsoft.Win32.SafeHandles;

namespace BpfTrace.Bpf.Dwarf;

/// <summary>
/// A DWARF package (<c>.dwp</c>: the .dwo files of a binary in one), for a libdw that does not read such files itself. A unit's parts are put together
/// as the .dwo file they came from (DWARF 5, 7.3.5; version 2 of the index is GNU's, of DWARF 4).
/// </summary>
internal sealed class DwarfPackage : IDisposable
{
    // DW_SECT_* by number, of version 5 and of version 2.
    private static readonly string[] s_sections5 =
        ["", ".debug_info.dwo", "", ".debug_abbrev.dwo", ".debug_line.dwo", ".debug_loclists.dwo", ".debug_str_offsets.dwo", ".debug_macro.dwo", ".debug_rnglists.dwo"];

    private static readonly string[] s_sections2 =
        ["", ".debug_info.dwo", ".debug_types.dwo", ".debug_abbrev.dwo", ".debug_line.dwo", ".debug_loc.dwo", ".debug_str_offsets.dwo", ".debug_macinfo.dwo", ".debug_macro.dwo"];

    private readonly ElfFile _file;
    private readonly byte[] _index;
    private readonly List<SafeDwarfHandle> _opened = [];
    private readonly List<SafeFileHandle> _files = [];

    private DwarfPackage(ElfFile file, byte[] index)
    {
        _file = file;
        _index = index;
    }

    /// <summary>Opens a package; null if there is none, or it is none.</summary>
    public static DwarfPackage? Open(string path)
    {
        if (!File.Exists(path))
            return null;
        ElfFile? file = null;
        try
        {
            file = ElfFile.Open(path);
            if (file.FindSection(".debug_cu_index") is { } section && file.ReadSection(section) is { Length: >= 16 } index)
                return new DwarfPackage(file, index.ToArray());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ElfFormatException)
        {
            // As if there were none: whoever needs it says that it is missing.
        }

        file?.Dispose();
        return null;
    }

    /// <summary>A unit by the id its skeleton names.</summary>
    public bool TryFindUnit(ulong id, out Dwarf_Die unit)
    {
        unit = default;
        ReadOnlySpan<byte> index = _index;
        int version = BinaryPrimitives.ReadUInt16LittleEndian(index);
        int columns = BinaryPrimitives.ReadInt32LittleEndian(index[4..]);
        int units = BinaryPrimitives.ReadInt32LittleEndian(index[8..]);
        int slots = BinaryPrimitives.ReadInt32LittleEndian(index[12..]);
        long rows = 16 + (12L * slots);
        if (columns is <= 0 or > 16 || units < 0 || slots < 0 || rows + (4L * columns * ((2L * units) + 1)) > index.Length)
            return false;

        // The index is a hash table; with one look-up per unit a search does.
        int row = 0;
        for (int slot = 0; slot < slots && row == 0; slot++)
        {
            if (BinaryPrimitives.ReadUInt64LittleEndian(index[(16 + (8 * slot))..]) == id)
                row = BinaryPrimitives.ReadInt32LittleEndian(index[(16 + (8 * slots) + (4 * slot))..]);
        }

        if (row <= 0 || row > units)
            return false;
        ReadOnlySpan<byte> table = index[(int)rows..];
        string[] names = version == 5 ? s_sections5 : s_sections2;
        var parts = new List<(string Name, byte[] Content)>();
        for (int column = 0; column < columns; column++)
        {
            int section = BinaryPrimitives.ReadInt32LittleEndian(table[(4 * column)..]);
            int offset = BinaryPrimitives.ReadInt32LittleEndian(table[(4 * columns * row + 4 * column)..]);
            int size = BinaryPrimitives.ReadInt32LittleEndian(table[(4 * columns * (units + row) + 4 * column)..]);
            if (section > 0 && section < names.Length && names[section].Length > 0 && Part(names[section], offset, size) is { } content)
                parts.Add((names[section], content));
        }

        if (Part(".debug_str.dwo", 0, -1) is { } text)
            parts.Add((".debug_str.dwo", text));
        return TryOpen(parts, out unit);
    }

    public void Dispose()
    {
        foreach (SafeDwarfHandle opened in _opened)
            opened.Dispose();
        foreach (SafeFileHandle file in _files)
            file.Dispose();
        _file.Dispose();
    }

    private byte[]? Part(string name, int offset, int size)
    {
        if (_file.FindSection(name) is not { } section)
            return null;
        ReadOnlyMemory<byte> all = _file.ReadSection(section);
        if (size < 0)
            return all.ToArray();
        return offset >= 0 && offset <= all.Length - size ? all.Slice(offset, size).ToArray() : null;
    }

    private unsafe bool TryOpen(List<(string Name, byte[] Content)> parts, out Dwarf_Die unit)
    {
        unit = default;
        SafeFileHandle file = MemoryFile.Create(ToElf(parts));
        _files.Add(file);
        var dwarf = new SafeDwarfHandle((int)file.DangerousGetHandle());
        _opened.Add(dwarf);
        nint next;
        fixed (Dwarf_Die* die = &unit)
            return !dwarf.IsInvalid && LibDw.dwarf_get_units(dwarf.DangerousGetHandle(), 0, &next, null, null, die, null) == 0;
    }

    /// <summary>An ELF file (64 bits, little-endian) of these sections.</summary>
    private static byte[] ToElf(List<(string Name, byte[] Content)> sections)
    {
        const int HeaderSize = 64;
        const int SectionHeaderSize = 64;
        var body = new MemoryStream();
        body.Write(new byte[HeaderSize]);
        var names = new MemoryStream();
        names.WriteByte(0);
        byte[] headers = new byte[SectionHeaderSize * (sections.Count + 2)];
        for (int i = 0; i <= sections.Count; i++)
        {
            bool isNames = i == sections.Count;
            Span<byte> header = headers.AsSpan(SectionHeaderSize * (i + 1), SectionHeaderSize);
            BinaryPrimitives.WriteInt32LittleEndian(header, (int)names.Length);
            names.Write(System.Text.Encoding.ASCII.GetBytes(isNames ? ".shstrtab" : sections[i].Name));
            names.WriteByte(0);
            byte[] content = isNames ? names.ToArray() : sections[i].Content;
            BinaryPrimitives.WriteUInt32LittleEndian(header[4..], isNames ? ElfConstants.SHT_STRTAB : ElfConstants.SHT_PROGBITS);
            BinaryPrimitives.WriteInt64LittleEndian(header[24..], body.Length);
            BinaryPrimitives.WriteInt64LittleEndian(header[32..], content.Length);
            BinaryPrimitives.WriteInt64LittleEndian(header[48..], 1);
            body.Write(content);
        }

        while (body.Length % 8 != 0)
            body.WriteByte(0);
        long table = body.Length;
        body.Write(headers);
        byte[] image = body.ToArray();
        "\u007fELF\u0002\u0001\u0001"u8.CopyTo(image);
        BinaryPrimitives.WriteUInt16LittleEndian(image.AsSpan(16), 1); // ET_REL
        BinaryPrimitives.WriteUInt16LittleEndian(image.AsSpan(18), 62); // EM_X86_64
        BinaryPrimitives.WriteUInt32LittleEndian(image.AsSpan(20), 1); // EV_CURRENT
        BinaryPrimitives.WriteInt64LittleEndian(image.AsSpan(40), table);
        BinaryPrimitives.WriteUInt16LittleEndian(image.AsSpan(52), HeaderSize);
        BinaryPrimitives.WriteUInt16LittleEndian(image.AsSpan(58), SectionHeaderSize);
        BinaryPrimitives.WriteUInt16LittleEndian(image.AsSpan(60), (ushort)(sections.Count + 2));
        BinaryPrimitives.WriteUInt16LittleEndian(image.AsSpan(62), (ushort)(sections.Count + 1));
        return image;
    }
}
