namespace BpfTrace.Bpf.Dwarf;

/// <summary>
/// A compilation unit. Of a split one (<c>-gsplit-dwarf</c>) the binary has a skeleton with addresses and lines; the rest is in a .dwo or .dwp file.
/// </summary>
internal sealed class DwarfUnit
{
    private Dictionary<ulong, Dwarf_Die>? _functions;

    /// <param name="skeleton">The unit in the binary.</param>
    /// <param name="die">Where its types and functions are.</param>
    /// <param name="isForeign">True where libdw does not know that both belong together: it then has no addresses for <paramref name="die"/>'s entries.</param>
    public DwarfUnit(in Dwarf_Die skeleton, in Dwarf_Die die, bool isForeign)
    {
        Skeleton = skeleton;
        Die = die;
        IsForeign = isForeign;
    }

    public Dwarf_Die Skeleton { get; }

    public Dwarf_Die Die { get; }

    public bool IsForeign { get; }

    /// <summary>The unit's DW_LANG; 0 when not known.</summary>
    public uint Language => DieReader.TryUnsigned(Die, DwarfConstants.DW_AT_language, out ulong language) ? (uint)language : 0;

    /// <summary>The function that starts at an address.</summary>
    /// <param name="address">The address in the file.</param>
    /// <param name="readAddress">Reads the start of a function of a foreign unit; null when it has none.</param>
    /// <param name="function">The function's entry.</param>
    public bool TryFindFunction(ulong address, Func<DwarfUnit, Dwarf_Die, ulong?> readAddress, out Dwarf_Die function)
    {
        if (_functions is null)
        {
            _functions = [];
            CollectFunctions(Die, readAddress, 0);
        }

        return _functions.TryGetValue(address, out function);
    }

    private void CollectFunctions(in Dwarf_Die parent, Func<DwarfUnit, Dwarf_Die, ulong?> readAddress, int depth)
    {
        if (depth > 16 || !DieReader.TryFirstChild(parent, out Dwarf_Die child))
            return;
        do
        {
            switch (DieReader.Tag(child))
            {
                case DwarfConstants.DW_TAG_subprogram:
                    if (StartOf(child, readAddress) is { } start)
                        _functions!.TryAdd(start, child);
                    break;
                case DwarfConstants.DW_TAG_namespace or DwarfConstants.DW_TAG_structure_type or DwarfConstants.DW_TAG_class_type or DwarfConstants.DW_TAG_union_type:
                    CollectFunctions(child, readAddress, depth + 1);
                    break;
            }
        }
        while (DieReader.TryNext(child, out child));
    }

    private unsafe ulong? StartOf(Dwarf_Die die, Func<DwarfUnit, Dwarf_Die, ulong?> readAddress)
    {
        if (IsForeign)
            return readAddress(this, die);
        ulong start;
        return LibDw.dwarf_entrypc(&die, &start) == 0 ? start : null;
    }

    /// <summary>Where its code is; empty where the unit does not say.</summary>
    public unsafe List<AddressRange> Ranges()
    {
        var ranges = new List<AddressRange>();
        Dwarf_Die die = Skeleton;
        ulong first = 0, start, end;
        nint offset = 0;
        while ((offset = LibDw.dwarf_ranges(&die, offset, &first, &start, &end)) > 0)
            ranges.Add(new AddressRange(start, end));
        return ranges;
    }
}

/// <summary>Addresses from one up to another. A class: lists of structures would have to be compiled when used.</summary>
internal sealed class AddressRange(ulong start, ulong end)
{
    public ulong Start { get; } = start;

    public ulong End { get; } = end;

    /// <summary>The number of the unit whose code it is.</summary>
    public int Unit { get; init; }
}
