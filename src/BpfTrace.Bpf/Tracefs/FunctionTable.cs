using System.Text;

namespace BpfTrace.Bpf.Tracefs;

/// <summary>
/// Functions by name and module, in the order of their names' bytes. Names stay bytes in the text they were read from until one is asked for: a
/// kernel has some 60,000, and most listings show a few. Immutable.
/// </summary>
public sealed class FunctionTable
{
    private readonly byte[] _text;
    private readonly int[] _starts;
    private readonly ushort[] _lengths;
    private readonly ushort[] _moduleOf;
    private readonly string[] _modules;

    // The entries of module M in the order of names: _byModule[_moduleStarts[M] .. _moduleStarts[M + 1]].
    private readonly int[] _byModule;
    private readonly int[] _moduleStarts;

    private FunctionTable(byte[] text, int[] starts, ushort[] lengths, ushort[] moduleOf, string[] modules)
    {
        _text = text;
        _starts = starts;
        _lengths = lengths;
        _moduleOf = moduleOf;
        _modules = modules;
        _moduleStarts = new int[modules.Length + 1];
        foreach (ushort module in moduleOf)
            _moduleStarts[module + 1]++;
        for (int i = 0; i < modules.Length; i++)
            _moduleStarts[i + 1] += _moduleStarts[i];
        _byModule = new int[starts.Length];
        int[] next = (int[])_moduleStarts.Clone();
        for (int entry = 0; entry < moduleOf.Length; entry++)
            _byModule[next[moduleOf[entry]]++] = entry;
    }

    /// <summary>The number of functions; those of a name in several modules count several times.</summary>
    public int Count => _starts.Length;

    /// <summary>The modules, sorted.</summary>
    public IReadOnlyList<string> Modules => _modules;

    /// <summary>A function's name. Entries are numbered in the order of names, equal ones in the order of modules.</summary>
    public ReadOnlySpan<byte> NameUtf8(int entry) => _text.AsSpan(_starts[entry], _lengths[entry]);

    /// <summary>A function's name.</summary>
    public string Name(int entry) => Encoding.UTF8.GetString(NameUtf8(entry));

    /// <summary>A function's module.</summary>
    public string Module(int entry) => _modules[_moduleOf[entry]];

    /// <summary>Whether the entry before has the same name: another module's function.</summary>
    public bool IsRepeated(int entry) => entry > 0 && NameUtf8(entry).SequenceEqual(NameUtf8(entry - 1));

    /// <summary>The entries of a module, by its number among <see cref="Modules"/>, in the order of names.</summary>
    public ReadOnlySpan<int> EntriesOf(int module) => _byModule.AsSpan(_moduleStarts[module], _moduleStarts[module + 1] - _moduleStarts[module]);

    /// <summary>The number of a module; negative if it has no functions here.</summary>
    public int IndexOf(string module) => Array.BinarySearch(_modules, module, StringComparer.Ordinal);

    /// <summary>The first of some ascending entries whose name is not before a text.</summary>
    public int LowerBound(ReadOnlySpan<int> entries, ReadOnlySpan<byte> name)
    {
        int low = 0, high = entries.Length;
        while (low < high)
        {
            int middle = (low + high) >> 1;
            if (NameUtf8(entries[middle]).SequenceCompareTo(name) < 0)
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }

    /// <summary>Whether a module, by its number, has a function.</summary>
    public bool Contains(int module, ReadOnlySpan<byte> name)
    {
        ReadOnlySpan<int> entries = EntriesOf(module);
        int index = LowerBound(entries, name);
        return index < entries.Length && NameUtf8(entries[index]).SequenceEqual(name);
    }

    /// <summary>Collects functions; what is added twice counts once.</summary>
    internal sealed class Builder
    {
        private readonly Dictionary<string, int> _modules = new(StringComparer.Ordinal);
        private readonly List<string> _moduleNames = [];
        private byte[] _text;
        private int _used;
        private int[] _starts;
        private ushort[] _lengths;
        private ushort[] _moduleOf;
        private int _count;

        /// <summary>Functions whose names are added one by one.</summary>
        public Builder()
            : this(new byte[1 << 20])
        {
        }

        /// <summary>Functions whose names are pieces of a text, which must stay unchanged.</summary>
        public Builder(byte[] text)
        {
            _text = text;
            int expected = Math.Max(64, text.Length / 20);
            _starts = new int[expected];
            _lengths = new ushort[expected];
            _moduleOf = new ushort[expected];
        }

        public int Count => _count;

        /// <summary>The number by which a module's functions are added.</summary>
        public int Module(string name)
        {
            if (!_modules.TryGetValue(name, out int module))
            {
                _modules.Add(name, module = _moduleNames.Count);
                _moduleNames.Add(name);
            }

            return module;
        }

        /// <summary>Adds a piece of the text.</summary>
        public void Add(int start, int length, int module)
        {
            if (_count == _starts.Length)
            {
                Array.Resize(ref _starts, _count * 2);
                Array.Resize(ref _lengths, _count * 2);
                Array.Resize(ref _moduleOf, _count * 2);
            }

            _starts[_count] = start;
            _lengths[_count] = (ushort)length;
            _moduleOf[_count++] = (ushort)module;
        }

        /// <summary>Adds a name that is in no text yet.</summary>
        public void Add(ReadOnlySpan<byte> name, int module)
        {
            if (_text.Length - _used < name.Length)
                Array.Resize(ref _text, (_text.Length * 2) + name.Length);
            name.CopyTo(_text.AsSpan(_used));
            Add(_used, name.Length, module);
            _used += name.Length;
        }

        /// <summary>The functions, sorted, without some.</summary>
        /// <param name="without">What is left out: equal in module and name; null for nothing.</param>
        public FunctionTable Build(Builder? without = null)
        {
            string[] modules = [.. _moduleNames];
            Array.Sort(modules, StringComparer.Ordinal);
            int[] rank = new int[modules.Length];
            for (int i = 0; i < rank.Length; i++)
                rank[i] = Array.BinarySearch(modules, _moduleNames[i], StringComparer.Ordinal);
            FunctionTable? omitted = without is null or { Count: 0 } ? null : without.Build();
            int[] order = Utf8NameSort.Order(_text, _starts, _lengths, _count);
            int[] starts = new int[_count];
            ushort[] lengths = new ushort[_count], moduleOf = new ushort[_count];
            int count = 0;
            for (int i = 0; i < order.Length; i++)
            {
                int item = order[i];
                ushort module = (ushort)rank[_moduleOf[item]];
                ReadOnlySpan<byte> name = _text.AsSpan(_starts[item], _lengths[item]);

                // Equal names in the order of modules, each once. There are few.
                int place = count;
                bool isKnown = false;
                while (place > 0 && _text.AsSpan(starts[place - 1], lengths[place - 1]).SequenceEqual(name) && !isKnown)
                {
                    isKnown = moduleOf[place - 1] == module;
                    if (moduleOf[place - 1] < module)
                        break;
                    place--;
                }

                if (isKnown)
                    continue;
                for (int moved = count; moved > place; moved--)
                    (starts[moved], lengths[moved], moduleOf[moved]) = (starts[moved - 1], lengths[moved - 1], moduleOf[moved - 1]);
                (starts[place], lengths[place], moduleOf[place]) = (_starts[item], _lengths[item], module);
                count++;
            }

            if (omitted is not null)
                count = Omit(omitted, modules, starts, lengths, moduleOf, count);
            Array.Resize(ref starts, count);
            Array.Resize(ref lengths, count);
            Array.Resize(ref moduleOf, count);
            return new FunctionTable(_text, starts, lengths, moduleOf, modules);
        }

        /// <summary>Takes out what another table has, walking both in the order of names.</summary>
        private int Omit(FunctionTable omitted, string[] modules, int[] starts, ushort[] lengths, ushort[] moduleOf, int count)
        {
            int kept = 0, other = 0;
            for (int i = 0; i < count; i++)
            {
                ReadOnlySpan<byte> name = _text.AsSpan(starts[i], lengths[i]);
                int order = -1;
                while (other < omitted.Count && (order = name.SequenceCompareTo(omitted.NameUtf8(other))) > 0)
                    other++;
                if (order == 0 && HasModule(omitted, other, name, modules[moduleOf[i]]))
                    continue;
                (starts[kept], lengths[kept], moduleOf[kept]) = (starts[i], lengths[i], moduleOf[i]);
                kept++;
            }

            return kept;
        }

        private static bool HasModule(FunctionTable omitted, int entry, ReadOnlySpan<byte> name, string module)
        {
            for (; entry < omitted.Count && omitted.NameUtf8(entry).SequenceEqual(name); entry++)
            {
                if (omitted.Module(entry) == module)
                    return true;
            }

            return false;
        }
    }
}
