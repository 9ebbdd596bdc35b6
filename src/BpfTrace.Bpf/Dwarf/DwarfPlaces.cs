namespace BpfTrace.Bpf.Dwarf;

/// <summary>Which unit an address is in: a file may have thousands of them.</summary>
internal sealed class DwarfPlaces
{
    private readonly ulong[] _starts;
    private readonly ulong[] _ends;
    private readonly int[] _units;
    private readonly int[] _anywhere;

    /// <param name="units">The file's units.</param>
    public DwarfPlaces(DwarfUnit[] units)
    {
        var ranges = new List<AddressRange>(units.Length);
        var anywhere = new List<int>();
        for (int i = 0; i < units.Length; i++)
        {
            int before = ranges.Count;
            foreach (AddressRange range in units[i].Ranges())
            {
                if (range.End > range.Start)
                    ranges.Add(new AddressRange(range.Start, range.End) { Unit = i });
            }

            if (ranges.Count == before)
                anywhere.Add(i);
        }

        ranges.Sort(static (a, b) => a.Start.CompareTo(b.Start));
        _starts = new ulong[ranges.Count];
        _ends = new ulong[ranges.Count];
        _units = new int[ranges.Count];
        for (int i = 0; i < _starts.Length; i++)
            (_starts[i], _ends[i], _units[i]) = (ranges[i].Start, ranges[i].End, ranges[i].Unit);
        _anywhere = [.. anywhere];
    }

    /// <summary>The number of the unit that has code at an address; where none has, those of the units that do not say what they have.</summary>
    public IReadOnlyList<int> At(ulong address)
    {
        int index = Array.BinarySearch(_starts, address);
        if (index < 0)
            index = ~index - 1;
        while (index + 1 < _starts.Length && _starts[index + 1] == address)
            index++;
        return index >= 0 && address < _ends[index] ? [_units[index]] : _anywhere;
    }
}
