using System.Text;

namespace BpfTrace.Bpf.Elf;

/// <summary>
/// The functions and variables that a file defines, sorted by address, for finding what lies at an address. Holds the
/// file's string tables and 20 bytes for each symbol; the file itself can be closed. Immutable.
/// </summary>
public sealed class ElfSymbolTable
{
    private readonly ulong[] _addresses;
    private readonly uint[] _sizes;
    private readonly Entry[] _entries;
    private readonly ulong[] _reach;

    private ElfSymbolTable(ulong[] addresses, Entry[] entries)
    {
        Array.Sort(addresses, entries);
        _addresses = addresses;
        _entries = entries;
        _sizes = new uint[addresses.Length];
        _reach = new ulong[addresses.Length];
        ulong reach = 0;
        for (int i = 0; i < addresses.Length; i++)
        {
            _sizes[i] = (uint)Math.Min(entries[i].Table.Size(entries[i].Index), uint.MaxValue);
            reach = Math.Max(reach, addresses[i] + _sizes[i]);
            _reach[i] = reach;
        }
    }

    /// <summary>A table without symbols.</summary>
    public static ElfSymbolTable Empty { get; } = new([], []);

    /// <summary>The number of symbols; one that stands in both tables of the file counts once for each name.</summary>
    public int Count => _addresses.Length;

    /// <summary>Reads the defined functions and variables of a file, and of its separate debug file if one is given.</summary>
    /// <exception cref="ElfFormatException">A symbol table is malformed.</exception>
    public static ElfSymbolTable Read(ElfFile file, ElfFile? debugFile = null)
    {
        List<ElfSymbolData> tables = file.SymbolTables();
        if (debugFile is not null)
            tables.AddRange(debugFile.SymbolTables());
        int most = tables.Sum(t => t.Count);
        ulong[] addresses = new ulong[most];
        Entry[] entries = new Entry[most];
        int count = 0;
        foreach (ElfSymbolData table in tables)
        {
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
                entries[count++] = new Entry(table, i);
            }
        }

        Array.Resize(ref addresses, count);
        Array.Resize(ref entries, count);
        return new ElfSymbolTable(addresses, entries);
    }

    /// <summary>
    /// The symbol that contains an address. Of nested symbols the innermost wins; of several at the same place a global one,
    /// then the one with fewer leading underscores, then the alphabetically first. A symbol without a size reaches only its
    /// own address.
    /// </summary>
    public bool TryFind(ulong address, out ElfSymbol symbol)
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

        symbol = best < 0 ? default : _entries[best].Table.Get(_entries[best].Index);
        return best >= 0;
    }

    /// <summary>The names of the functions, each once, in alphabetical order of their bytes.</summary>
    public IReadOnlyCollection<string> FunctionNames()
    {
        SortedSet<string> names = new(StringComparer.Ordinal);
        foreach (Entry entry in _entries)
        {
            if ((ElfSymbolType)(entry.Table.Info(entry.Index) & 15) is ElfSymbolType.Function or ElfSymbolType.IndirectFunction)
                names.Add(Encoding.UTF8.GetString(entry.Table.NameUtf8(entry.Index)));
        }

        return names;
    }

    private bool IsBetter(int candidate, int than)
    {
        Entry a = _entries[candidate];
        Entry b = _entries[than];
        int order = Rank(a).CompareTo(Rank(b));
        if (order == 0)
            order = Underscores(a).CompareTo(Underscores(b));
        if (order == 0)
            order = a.Table.NameUtf8(a.Index).SequenceCompareTo(b.Table.NameUtf8(b.Index));
        return order < 0;
    }

    private static int Rank(Entry entry)
    {
        byte info = entry.Table.Info(entry.Index);
        int binding = (ElfSymbolBinding)(info >> 4) switch { ElfSymbolBinding.Global => 0, ElfSymbolBinding.GnuUnique => 0, ElfSymbolBinding.Weak => 1, _ => 2 };
        return ((ElfSymbolType)(info & 15) == ElfSymbolType.Object ? 4 : 0) + binding;
    }

    private static int Underscores(Entry entry)
    {
        ReadOnlySpan<byte> name = entry.Table.NameUtf8(entry.Index);
        int other = name.IndexOfAnyExcept((byte)'_');
        return other < 0 ? name.Length : other;
    }

    private readonly record struct Entry(ElfSymbolData Table, int Index);
}
