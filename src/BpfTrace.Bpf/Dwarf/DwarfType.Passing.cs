namespace BpfTrace.Bpf.Dwarf;

/// <content>How C++ classes are passed.</content>
public sealed partial class DwarfType
{
    // Classes in classes; a file can describe more of them than the stack has room for.
    private const int MostNested = 64;

    private bool PassesByReference(int depth) => _isPassedByReference ??= DecidePassing(depth);

    private bool DecidePassing(int depth)
    {
        if (!IsComposite || depth > MostNested)
            return false;
        if (DieReader.TryUnsigned(_die, DwarfConstants.DW_AT_calling_convention, out ulong convention)
            && convention is DwarfConstants.DW_CC_pass_by_reference or DwarfConstants.DW_CC_pass_by_value)
        {
            return convention == DwarfConstants.DW_CC_pass_by_reference;
        }

        // gcc before 13 does not say it: then the methods tell, and what the class is made of.
        _isPassedByReference = false;
        return HasOwnCopying() || Members.Any(m => m.Type.Resolve() is { IsComposite: true } member && member.PassesByReference(depth + 1));
    }

    private bool HasOwnCopying()
    {
        if (!DieReader.TryFirstChild(_die, out Dwarf_Die child))
            return false;
        do
        {
            if (DieReader.Tag(child) != DwarfConstants.DW_TAG_subprogram)
                continue;
            if (DieReader.TryUnsigned(child, DwarfConstants.DW_AT_virtuality, out ulong virtuality) && virtuality != 0)
                return true;
            string name = DieReader.Name(child);
            bool isOwn = !DieReader.Flag(child, DwarfConstants.DW_AT_artificial) && !DieReader.Has(child, DwarfConstants.DW_AT_defaulted);
            if (isOwn && (name.StartsWith('~') || (name == Name && TakesItself(child))))
                return true;
        }
        while (DieReader.TryNext(child, out child));
        return false;
    }

    /// <summary>Whether a constructor copies or moves: after <c>this</c> comes one parameter, a reference to the class.</summary>
    private bool TakesItself(in Dwarf_Die constructor)
    {
        int count = 0;
        bool takes = false;
        if (!DieReader.TryFirstChild(constructor, out Dwarf_Die child))
            return false;
        do
        {
            if (DieReader.Tag(child) == DwarfConstants.DW_TAG_formal_parameter && ++count == 2)
            {
                takes = DieReader.TryReference(child, DwarfConstants.DW_AT_type, out Dwarf_Die type)
                    && _file.TypeOf(type) is { Kind: DwarfTypeKind.Reference or DwarfTypeKind.RvalueReference } reference && reference.Target?.Resolve() == this;
            }
        }
        while (DieReader.TryNext(child, out child));
        return takes && count == 2;
    }
}
