using System.Buffers.Binary;
using System.Text;

namespace BpfTrace.Bpf;

/// <summary>The parts of a relocatable ELF64 BPF object that the reader needs (System V ABI, chapter 4; llvm BPFRelocations).</summary>
internal sealed class BpfElfImage
{
    private const ushort EM_BPF = 247;
    private const ushort ET_REL = 1;
    private const uint SHT_SYMTAB = 2, SHT_RELA = 4, SHT_REL = 9;

    private readonly ReadOnlyMemory<byte> _image;
    private BpfElfRelocation[]?[] _relocations = [];

    private BpfElfImage(ReadOnlyMemory<byte> image) => _image = image;

    public BpfElfSection[] Sections { get; private set; } = [];

    public BpfElfSymbol[] Symbols { get; private set; } = [];

    /// <exception cref="BpfException">Not a little-endian 64-bit BPF object, or malformed.</exception>
    public static BpfElfImage Parse(ReadOnlyMemory<byte> image)
    {
        var result = new BpfElfImage(image);
        result.ReadSections();
        result.ReadSymbols();
        return result;
    }

    public ReadOnlySpan<byte> Data(BpfElfSection section) =>
        section.IsNoBits ? [] : _image.Span.Slice(checked((int)section.Offset), checked((int)section.Size));

    public BpfElfSection? Find(string name)
    {
        foreach (BpfElfSection section in Sections)
        {
            if (section.Name == name)
                return section;
        }

        return null;
    }

    /// <summary>Relocations that apply to a section, in the object's order.</summary>
    public BpfElfRelocation[] RelocationsOf(int section) => _relocations[section] ?? [];

    private void ReadSections()
    {
        ReadOnlySpan<byte> image = _image.Span;
        // e_ident: 0x7f E L F, ELFCLASS64, ELFDATA2LSB.
        if (image.Length < 64 || !image[..6].SequenceEqual("\u007fELF\u0002\u0001"u8))
            throw new BpfException("not a little-endian 64-bit ELF object");
        ushort type = BinaryPrimitives.ReadUInt16LittleEndian(image[16..]);
        ushort machine = BinaryPrimitives.ReadUInt16LittleEndian(image[18..]);
        if (type != ET_REL || machine != EM_BPF)
            throw new BpfException($"not a relocatable BPF object (type {type}, machine {machine})");

        int table = checked((int)BinaryPrimitives.ReadUInt64LittleEndian(image[40..]));
        int entrySize = BinaryPrimitives.ReadUInt16LittleEndian(image[58..]);
        int count = BinaryPrimitives.ReadUInt16LittleEndian(image[60..]);
        int nameTable = BinaryPrimitives.ReadUInt16LittleEndian(image[62..]);
        var sections = new BpfElfSection[count];
        var nameOffsets = new int[count];
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> header = image.Slice(checked(table + (i * entrySize)), 64);
            nameOffsets[i] = BinaryPrimitives.ReadInt32LittleEndian(header);
            sections[i] = new BpfElfSection(
                i,
                BinaryPrimitives.ReadUInt32LittleEndian(header[4..]),
                BinaryPrimitives.ReadUInt64LittleEndian(header[8..]),
                BinaryPrimitives.ReadUInt64LittleEndian(header[24..]),
                BinaryPrimitives.ReadUInt64LittleEndian(header[32..]),
                BinaryPrimitives.ReadInt32LittleEndian(header[40..]),
                BinaryPrimitives.ReadInt32LittleEndian(header[44..]));
        }

        for (int i = 0; i < count; i++)
            sections[i].Name = StringAt(Data(sections[nameTable]), nameOffsets[i]);
        Sections = sections;
        _relocations = new BpfElfRelocation[count][];
    }

    private void ReadSymbols()
    {
        foreach (BpfElfSection section in Sections)
        {
            if (section.Type == SHT_SYMTAB)
                ReadSymbolTable(section);
            else if (section.Type == SHT_REL)
                ReadRelocations(section);
            else if (section.Type == SHT_RELA)
                throw new BpfException("the BPF object has relocations with addends (SHT_RELA), which LLVM does not emit");
        }
    }

    private void ReadSymbolTable(BpfElfSection section)
    {
        ReadOnlySpan<byte> data = Data(section);
        ReadOnlySpan<byte> names = Data(Sections[section.Link]);
        var symbols = new BpfElfSymbol[data.Length / 24];
        for (int i = 0; i < symbols.Length; i++, data = data[24..])
        {
            symbols[i] = new BpfElfSymbol(
                StringAt(names, BinaryPrimitives.ReadInt32LittleEndian(data)),
                data[4],
                data[5],
                BinaryPrimitives.ReadUInt16LittleEndian(data[6..]),
                BinaryPrimitives.ReadUInt64LittleEndian(data[8..]),
                BinaryPrimitives.ReadUInt64LittleEndian(data[16..]));
        }

        Symbols = symbols;
    }

    private void ReadRelocations(BpfElfSection section)
    {
        ReadOnlySpan<byte> data = Data(section);
        var relocations = new BpfElfRelocation[data.Length / 16];
        for (int i = 0; i < relocations.Length; i++, data = data[16..])
        {
            ulong info = BinaryPrimitives.ReadUInt64LittleEndian(data[8..]);
            relocations[i] = new BpfElfRelocation(BinaryPrimitives.ReadUInt64LittleEndian(data), (uint)info, (int)(info >> 32));
        }

        _relocations[section.Info] = relocations;
    }

    private static string StringAt(ReadOnlySpan<byte> table, int offset)
    {
        ReadOnlySpan<byte> rest = table[offset..];
        int end = rest.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? rest : rest[..end]);
    }
}

// Classes, not structs: framework generics over references have code ahead of time.
internal sealed class BpfElfSection(int index, uint type, ulong flags, ulong offset, ulong size, int link, int info)
{
    private const uint SHT_PROGBITS = 1, SHT_NOBITS = 8;
    private const ulong SHF_EXECINSTR = 4;

    public int Index => index;

    public string Name { get; set; } = "";

    public uint Type => type;

    public ulong Offset => offset;

    public ulong Size => size;

    public int Link => link;

    public int Info => info;

    public bool IsNoBits => type == SHT_NOBITS;

    public bool IsCode => type == SHT_PROGBITS && (flags & SHF_EXECINSTR) != 0 && size > 0;

    public bool IsMaps => Name == ".maps";

    public bool IsReadOnlyData => HasPrefix(".rodata");

    public bool IsData => IsReadOnlyData || HasPrefix(".data") || HasPrefix(".bss");

    private bool HasPrefix(string prefix) =>
        Name.StartsWith(prefix, StringComparison.Ordinal) && (Name.Length == prefix.Length || Name[prefix.Length] == '.');
}

internal sealed record BpfElfSymbol(string Name, byte Info, byte Other, ushort Section, ulong Value, ulong Size)
{
    public bool IsFunction => (Info & 0xf) == 2; // STT_FUNC

    public bool IsSection => (Info & 0xf) == 3; // STT_SECTION

    /// <summary>STB_LOCAL, or hidden from outside (STV_HIDDEN 2, STV_INTERNAL 1).</summary>
    public bool IsLocal => (Info >> 4) == 0 || (Other & 3) is 1 or 2;

    public bool IsUndefined => Section == 0; // SHN_UNDEF
}

internal readonly record struct BpfElfRelocation(ulong Offset, uint Type, int Symbol)
{
    public const uint R_BPF_64_64 = 1, R_BPF_64_32 = 10;
}
