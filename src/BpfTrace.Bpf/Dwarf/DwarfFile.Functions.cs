using System.Collections.Immutable;
using System.Text;

namespace BpfTrace.Bpf.Dwarf;

/// <content>Functions and types by name.</content>
public sealed partial class DwarfFile
{
    /// <summary>The function that starts at an address; null when the file has none there.</summary>
    /// <param name="address">Its address in the binary's symbol table.</param>
    public DwarfFunction? FindFunction(ulong address)
    {
        lock (Lock)
        {
            DwarfUnit[] units = Units();
            foreach (int i in Places().At(address))
            {
                if (units[i].TryFindFunction(address, AddressOfForeign, out Dwarf_Die die))
                    return Describe(die, units[i].Language, i);
            }
        }

        return null;
    }

    /// <summary>A structure, class, union, enumeration, typedef or base type by its name; null when the file defines none.</summary>
    /// <param name="name">The name without keyword and namespace.</param>
    /// <param name="isWanted">Which kinds are meant.</param>
    /// <param name="near">A function in whose unit it is looked for first: units may have different types of one name.</param>
    public DwarfType? FindType(string name, Func<DwarfTypeKind, bool> isWanted, DwarfFunction? near = null)
    {
        ArgumentNullException.ThrowIfNull(isWanted);
        byte[] wanted = Encoding.UTF8.GetBytes(name);
        return Search(near, unit => FindType(unit.Die, wanted, isWanted, 0));
    }

    /// <summary>An enumeration's constant by its name; null when the file has none.</summary>
    public (DwarfType Type, DwarfEnumerator Value)? FindEnumerator(string name, DwarfFunction? near = null)
    {
        byte[] wanted = Encoding.UTF8.GetBytes(name);
        DwarfType? type = Search(near, unit => FindEnumeration(unit.Die, wanted));
        if (type is null)
            return null;
        foreach (DwarfEnumerator value in type.Enumerators)
        {
            if (value.Name == name)
                return (type, value);
        }

        return null;
    }

    /// <summary>The type an entry refers to; null where it refers to none, which is void.</summary>
    internal DwarfType? ReferencedType(in Dwarf_Die die) =>
        DieReader.TryReference(die, DwarfConstants.DW_AT_type, out Dwarf_Die type) ? TypeOf(type) : null;

    /// <summary>The type of an entry; the caller holds the lock.</summary>
    internal DwarfType TypeOf(in Dwarf_Die die)
    {
        if (!_types.TryGetValue(die.addr, out DwarfType? type))
            _types.Add(die.addr, type = new DwarfType(this, die));
        return type;
    }

    private DwarfType? Search(DwarfFunction? near, Func<DwarfUnit, DwarfType?> find)
    {
        lock (Lock)
        {
            DwarfUnit[] units = Units();
            if (near is not null && near.Unit < units.Length && find(units[near.Unit]) is { } own)
                return own;
            foreach (DwarfUnit unit in units)
            {
                if (find(unit) is { } type)
                    return type;
            }
        }

        return null;
    }

    private DwarfType? FindType(in Dwarf_Die parent, ReadOnlySpan<byte> name, Func<DwarfTypeKind, bool> isWanted, int depth)
    {
        if (depth > 16 || !DieReader.TryFirstChild(parent, out Dwarf_Die child))
            return null;
        do
        {
            int tag = DieReader.Tag(child);
            if (tag == DwarfConstants.DW_TAG_namespace)
            {
                if (FindType(child, name, isWanted, depth + 1) is { } inner)
                    return inner;
            }
            else if (tag != DwarfConstants.DW_TAG_subprogram && DieReader.IsNamed(child, name))
            {
                DwarfType type = TypeOf(child);
                if (isWanted(type.Kind) && !type.IsDeclaration)
                    return type;
            }
        }
        while (DieReader.TryNext(child, out child));
        return null;
    }

    private DwarfType? FindEnumeration(in Dwarf_Die unit, ReadOnlySpan<byte> constant)
    {
        if (!DieReader.TryFirstChild(unit, out Dwarf_Die child))
            return null;
        do
        {
            if (DieReader.Tag(child) != DwarfConstants.DW_TAG_enumeration_type || !DieReader.TryFirstChild(child, out Dwarf_Die value))
                continue;
            do
            {
                if (DieReader.IsNamed(value, constant))
                    return TypeOf(child);
            }
            while (DieReader.TryNext(value, out value));
        }
        while (DieReader.TryNext(child, out child));
        return null;
    }

    private DwarfFunction Describe(in Dwarf_Die die, uint language, int unit)
    {
        var parameters = ImmutableArray.CreateBuilder<DwarfParameter>();
        bool isVariadic = CollectParameters(die, parameters);

        // An instance compiled from an inline function, or a method: its description may be all there is.
        if (parameters.Count == 0 && (DieReader.TryReference(die, DwarfConstants.DW_AT_abstract_origin, out Dwarf_Die origin)
            || DieReader.TryReference(die, DwarfConstants.DW_AT_specification, out origin)))
        {
            isVariadic = CollectParameters(origin, parameters);
        }

        string linkage = DieReader.Text(die, DwarfConstants.DW_AT_linkage_name);
        if (linkage.Length == 0)
            linkage = DieReader.Text(die, DwarfConstants.DW_AT_MIPS_linkage_name);
        DwarfType? result = ReferencedType(die);
        return new DwarfFunction(DieReader.Name(die), linkage, parameters.ToImmutable(), result, isVariadic, language, unit);
    }

    private bool CollectParameters(in Dwarf_Die function, ImmutableArray<DwarfParameter>.Builder parameters)
    {
        bool isVariadic = false;
        if (!DieReader.TryFirstChild(function, out Dwarf_Die child))
            return false;
        do
        {
            int tag = DieReader.Tag(child);
            isVariadic |= tag == DwarfConstants.DW_TAG_unspecified_parameters;
            if (tag == DwarfConstants.DW_TAG_formal_parameter)
            {
                DwarfType? type = ReferencedType(child);
                parameters.Add(new DwarfParameter(DieReader.Name(child), type));
            }
        }
        while (DieReader.TryNext(child, out child));
        return isVariadic;
    }
}
