using System.Buffers.Binary;
using System.Text;

namespace BpfTrace.Bpf.Elf;

public sealed partial class ElfFile
{
    // A file without content can be as long as it says, and any process can map one. Those of browsers with all their symbols have some 400 MB.
    private const ulong LargestTables = 1UL << 30;

    /// <summary>
    /// All named symbols, those of <c>.symtab</c> first, then those of <c>.dynsym</c>; a symbol that stands in both comes
    /// twice. Undefined ones are included.
    /// </summary>
    public IEnumerable<ElfSymbol> ReadSymbols()
    {
        foreach (ElfSymbolData table in SymbolTables())
        {
            for (int i = 1; i < table.Count; i++)
            {
                ElfSymbol symbol = table.Get(i);
                if (symbol.Name.Length > 0)
                    yield return symbol;
            }
        }
    }

    /// <summary>
    /// Finds the definition of a symbol by its exact name, in <c>.symtab</c> first. A function goes before a variable.
    /// </summary>
    public bool TryFindSymbol(string name, out ElfSymbol symbol)
    {
        symbol = default;
        bool found = false;
        byte[] needle = [.. Encoding.UTF8.GetBytes(name), 0];
        foreach (ElfSymbolData table in SymbolTables())
        {
            // Names share tails in ELF string tables, so every place where the bytes occur counts.
            HashSet<uint> offsets = [];
            ReadOnlySpan<byte> strings = table.Strings.Span;
            for (int position = 0, next; (next = strings[position..].IndexOf(needle)) >= 0; position++)
            {
                position += next;
                offsets.Add((uint)position);
            }

            for (int i = 1; offsets.Count > 0 && i < table.Count; i++)
            {
                if (!offsets.Contains(table.NameOffset(i)))
                    continue;
                ElfSymbol candidate = table.Get(i);
                if (!candidate.IsDefined || candidate.Type is not (ElfSymbolType.NoType or ElfSymbolType.Object or ElfSymbolType.Function or ElfSymbolType.IndirectFunction))
                    continue;
                if (!found || (candidate.IsFunction && !symbol.IsFunction))
                    symbol = candidate;
                found = true;
                if (symbol.IsFunction)
                    return true;
            }
        }

        return found;
    }

    /// <summary>The symbol tables' raw bytes, <c>.symtab</c> first.</summary>
    internal List<ElfSymbolData> SymbolTables()
    {
        List<ElfSymbolData> tables = [];
        ulong size = 0;
        foreach (uint type in (ReadOnlySpan<uint>)[ElfConstants.SHT_SYMTAB, ElfConstants.SHT_DYNSYM])
        {
            foreach (ElfSection section in Sections)
            {
                if (section.Type != type || section.Size == 0)
                    continue;
                if (section.Link >= (uint)Sections.Count)
                    throw new ElfFormatException($"The symbol table {section.Name} has no strings.");
                ElfSection strings = Sections[(int)section.Link];
                if (section.Size > LargestTables || strings.Size > LargestTables || (size += section.Size + strings.Size) > LargestTables)
                    throw new ElfFormatException($"The symbol tables have more than {LargestTables} bytes.");
                tables.Add(new ElfSymbolData(ReadSection(section), ReadSection(strings), Is64Bit));
            }
        }

        return tables;
    }
}

/// <summary>A symbol table as it is in the file, with its strings.</summary>
internal sealed class ElfSymbolData(ReadOnlyMemory<byte> symbols, ReadOnlyMemory<byte> strings, bool is64Bit)
{
    private readonly int _entrySize = is64Bit ? 24 : 16;

    public ReadOnlyMemory<byte> Strings => strings;

    public int Count => symbols.Length / _entrySize;

    public uint NameOffset(int index) => BinaryPrimitives.ReadUInt32LittleEndian(Entry(index));

    public ulong Address(int index) => is64Bit
        ? BinaryPrimitives.ReadUInt64LittleEndian(Entry(index)[8..])
        : BinaryPrimitives.ReadUInt32LittleEndian(Entry(index)[4..]);

    public ulong Size(int index) => is64Bit
        ? BinaryPrimitives.ReadUInt64LittleEndian(Entry(index)[16..])
        : BinaryPrimitives.ReadUInt32LittleEndian(Entry(index)[8..]);

    /// <summary><c>st_info</c>: the type in the low four bits, the binding above.</summary>
    public byte Info(int index) => Entry(index)[is64Bit ? 4 : 12];

    public ushort Section(int index) => BinaryPrimitives.ReadUInt16LittleEndian(Entry(index)[(is64Bit ? 6 : 14)..]);

    public ReadOnlySpan<byte> NameUtf8(int index)
    {
        uint offset = NameOffset(index);
        if (offset >= (uint)strings.Length)
            return default;
        ReadOnlySpan<byte> rest = strings.Span[(int)offset..];
        int end = rest.IndexOf((byte)0);
        return end < 0 ? rest : rest[..end];
    }

    public ElfSymbol Get(int index)
    {
        byte info = Info(index);
        return new ElfSymbol(
            Encoding.UTF8.GetString(NameUtf8(index)), Address(index), Size(index), (ElfSymbolType)(info & 15), (ElfSymbolBinding)(info >> 4), Section(index));
    }

    private ReadOnlySpan<byte> Entry(int index) => symbols.Span.Slice(index * _entrySize, _entrySize);
}
