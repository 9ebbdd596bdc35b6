using System.Text;
using BpfTrace.Bpf.Symbols;

namespace BpfTrace.Bpf.Elf;

/// <summary>
/// The functions and variables that a file defines, sorted by address, for finding what lies at an address. Holds the
/// file's string tables and 26 bytes for each symbol; the file itself can be closed. Immutable.
/// </summary>
public sealed class ElfSymbolTable
{
    private readonly ulong[] _addresses;
    private readonly ulong[] _reach;
    private readonly uint[] _sizes;
    private readonly uint[] _names;
    private readonly byte[] _infos;
    private readonly byte[] _tables;
    private readonly ReadOnlyMemory<byte>[] _strings;

    private ElfSymbolTable(List<ElfSymbolData> tables, ulong[] addresses, byte[] ofTable, int[] indices)
    {
        int[] order = new int[addresses.Length];
        for (int i = 0; i < order.Length; i++)
            order[i] = i;
        AddressSort.Sort(addresses, order);
        _addresses = addresses;
        _strings = new ReadOnlyMemory<byte>[tables.Count];
        for (int i = 0; i < tables.Count; i++)
            _strings[i] = tables[i].Strings;
        _reach = new ulong[addresses.Length];
        _sizes = new uint[addresses.Length];
        _names = new uint[addresses.Length];
        _infos = new byte[addresses.Length];
        _tables = new byte[addresses.Length];
        ulong reach = 0;
        for (int i = 0; i < addresses.Length; i++)
        {
            ElfSymbolData table = tables[ofTable[order[i]]];
            int index = indices[order[i]];
            _sizes[i] = (uint)Math.Min(table.Size(index), uint.MaxValue);
            _names[i] = table.NameOffset(index);
            _infos[i] = table.Info(index);
            _tables[i] = ofTable[order[i]];
            reach = Math.Max(reach, addresses[i] + _sizes[i]);
            _reach[i] = reach;
        }
    }

    /// <summary>A table without symbols.</summary>
    public static ElfSymbolTable Empty { get; } = new([], [], [], []);

    /// <summary>The number of symbols; one that stands in both tables of the file counts once for each name.</summary>
    public int Count => _addresses.Length;

    /// <summary>What it takes in memory, in bytes.</summary>
    internal long Size
    {
        get
        {
            long size = 26L * _addresses.Length;
            foreach (ReadOnlyMemory<byte> strings in _strings)
                size += strings.Length;
            return size;
        }
    }

    /// <summary>Reads the defined functions and variables of a file, and of its separate debug file if one is given.</summary>
    /// <exception cref="ElfFormatException">A symbol table is malformed.</exception>
    public static ElfSymbolTable Read(ElfFile file, ElfFile? debugFile = null)
    {
        List<ElfSymbolData> tables = file.SymbolTables();
        if (debugFile is not null)
            tables.AddRange(debugFile.SymbolTables());
        if (tables.Count > byte.MaxValue)
            throw new ElfFormatException($"{tables.Count} symbol tables in one file.");
        int most = 0;
        foreach (ElfSymbolData table in tables)
            most += table.Count;
        ulong[] addresses = new ulong[most];
        int[] indices = new int[most];
        byte[] ofTable = new byte[most];
        int count = 0;
        for (int number = 0; number < tables.Count; number++)
        {
            ElfSymbolData table = tables[number];
            for (int i = 1; i < table.Count; i++)
            {
                ulong address = table.Address(i);
                var type = (ElfSymbolType)(table.Info(i) & 15);
                if (address == 0 || table.Section(i) == ElfConstants.SHN_UNDEF
                    || type is not (ElfSymbolType.Function or ElfSymbolType.IndirectFunction or ElfSymbolType.Object)
                    || table.NameUtf8(i).IsEmpty)
                {
                    continue;
                }

                addresses[count] = address;
                indices[count] = i;
                ofTable[count++] = (byte)number;
            }
        }

        Array.Resize(ref addresses, count);
        return new ElfSymbolTable(tables, addresses, ofTable, indices);
    }

    /// <summary>
    /// The symbol that contains an address. Of nested symbols the innermost wins; of several at the same place a global one,
    /// then the one with fewer leading underscores, then the alphabetically first. A symbol without a size reaches only its
    /// own address.
    /// </summary>
    /// <param name="address">The address, as the file counts.</param>
    /// <param name="name">The symbol's name, as it is in the file.</param>
    /// <param name="start">Where it begins.</param>
    public bool TryFind(ulong address, out string name, out ulong start)
    {
        int index = FindIndex(address);
        (name, start) = index < 0 ? ("", 0) : (NameAt(index), _addresses[index]);
        return index >= 0;
    }

    /// <summary>The names of the functions, each once, in alphabetical order of their bytes.</summary>
    public IReadOnlyCollection<string> FunctionNames()
    {
        SortedSet<string> names = new(StringComparer.Ordinal);
        for (int i = 0; i < _addresses.Length; i++)
        {
            if ((ElfSymbolType)(_infos[i] & 15) is ElfSymbolType.Function or ElfSymbolType.IndirectFunction)
                names.Add(NameAt(i));
        }

        return names;
    }

    /// <summary>The number of the symbol that contains an address, as for <see cref="TryFind"/>; -1 for none.</summary>
    internal int FindIndex(ulong address)
    {
        int index = Array.BinarySearch(_addresses, address);
        if (index < 0)
            index = ~index - 1;
        while (index + 1 < _addresses.Length && _addresses[index + 1] <= address)
            index++;

        int best = -1;
        for (; index >= 0; index--)
        {
            // Nothing from here down reaches the address, or a hit exists and this one begins earlier (it is around the hit).
            if (best >= 0 ? _addresses[index] != _addresses[best] : _reach[index] <= address && _addresses[index] != address)
                break;
            ulong into = address - _addresses[index];
            if ((into < _sizes[index] || into == 0) && (best < 0 || IsBetter(index, best)))
                best = index;
        }

        return best;
    }

    internal string NameAt(int index) => Encoding.UTF8.GetString(NameUtf8(index));

    internal ulong AddressAt(int index) => _addresses[index];

    private bool IsBetter(int candidate, int than)
    {
        int order = Rank(candidate).CompareTo(Rank(than));
        if (order == 0)
            order = Underscores(candidate).CompareTo(Underscores(than));
        if (order == 0)
            order = NameUtf8(candidate).SequenceCompareTo(NameUtf8(than));
        return order < 0;
    }

    private int Rank(int index)
    {
        byte info = _infos[index];
        int binding = (ElfSymbolBinding)(info >> 4) switch { ElfSymbolBinding.Global => 0, ElfSymbolBinding.GnuUnique => 0, ElfSymbolBinding.Weak => 1, _ => 2 };
        return ((ElfSymbolType)(info & 15) == ElfSymbolType.Object ? 4 : 0) + binding;
    }

    private int Underscores(int index)
    {
        ReadOnlySpan<byte> name = NameUtf8(index);
        int other = name.IndexOfAnyExcept((byte)'_');
        return other < 0 ? name.Length : other;
    }

    private ReadOnlySpan<byte> NameUtf8(int index)
    {
        ReadOnlySpan<byte> strings = _strings[_tables[index]].Span;
        ReadOnlySpan<byte> rest = strings[(int)Math.Min(_names[index], (uint)strings.Length)..];
        int end = rest.IndexOf((byte)0);
        return end < 0 ? rest : rest[..end];
    }
}
