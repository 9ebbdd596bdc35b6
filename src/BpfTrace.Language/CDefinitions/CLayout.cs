using System.Collections.Immutable;
using BpfTrace.Language.Symbols;

namespace BpfTrace.Language.CDefinitions;

/// <summary>Places the members of a C structure or union (System V ABI for x86_64, "Aggregates and Unions", "Bit-Fields").</summary>
internal sealed class CLayout(bool isUnion)
{
    private readonly List<Member> _members = [];

    /// <summary>The members' bytes, without what aligns them.</summary>
    public long Size { get; private set; }

    /// <summary>Adds a member.</summary>
    /// <param name="name">Its name; empty for an anonymous one, or for bits that only fill.</param>
    /// <param name="type">Its type.</param>
    /// <param name="bits">A bit-field's width.</param>
    /// <param name="isBitField">Whether it is a bit-field; one of no bits ends the unit.</param>
    public void Add(string name, BpfType type, int bits, bool isBitField = false)
    {
        Size += type.Size;
        _members.Add(new Member(name, type, bits, isBitField));
    }

    /// <summary>The members at their places, and the size in bytes.</summary>
    public (ImmutableArray<StructField> Fields, int Size) Finish(bool packed)
    {
        var fields = ImmutableArray.CreateBuilder<StructField>(_members.Count);
        int offset = 0, size = 0, alignment = 1;
        foreach ((string name, BpfType type, int bits, bool isBitField) in _members)
        {
            int own = packed ? 1 : type.Alignment;
            if (isUnion)
                offset = 0;
            if (isBitField)
            {
                int unit = type.Size * 8;
                if (bits == 0)
                {
                    offset = AlignUp(offset, unit);
                    continue;
                }
                if (!packed && offset / unit != (offset + bits - 1) / unit)
                    offset = AlignUp(offset, unit);
                if (name.Length > 0)
                {
                    fields.Add(new StructField(name, type, offset, bits));
                    alignment = Math.Max(alignment, own);
                }
                offset += bits;
            }
            else
            {
                offset = AlignUp(offset, own * 8);
                fields.Add(new StructField(name, type, offset, 0));
                alignment = Math.Max(alignment, own);
                offset += type.Size * 8;
            }
            size = Math.Max(size, (offset + 7) / 8);
        }
        return (fields.ToImmutable(), AlignUp(size, alignment));
    }

    private sealed record Member(string Name, BpfType Type, int Bits, bool IsBitField);

    private static int AlignUp(int value, int alignment) => (value + alignment - 1) / alignment * alignment;
}
