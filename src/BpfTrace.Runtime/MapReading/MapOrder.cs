using BpfTrace.Decoding;
using BpfTrace.Language.Symbols;

namespace BpfTrace.MapReading;

/// <summary>
/// bpftrace's order of a map's entries (src/types_format.cpp): numbers, counts and sums ascending by value, extremes also but as unsigned numbers
/// (a negative one is behind the positive ones), averages and stats by average, everything else by key. Where that leaves entries equal bpftrace prints them as the kernel's hash has them; here the key decides,
/// so that two prints of one map are alike.
/// </summary>
internal static class MapOrder
{
    /// <summary>Compares two entries of a map without buckets.</summary>
    public static int CompareEntries(MapSymbol map, ReadOnlySpan<byte> leftKey, ReadOnlySpan<byte> leftValue, ReadOnlySpan<byte> rightKey, ReadOnlySpan<byte> rightValue)
    {
        if (map.ValueType is IntegerType or EnumType or AggregateType)
        {
            int order = CompareNumbers(Number(map.ValueType, leftValue), Number(map.ValueType, rightValue));
            if (order != 0)
                return order;
        }

        return map.KeyType is { } key ? CompareKeys(key, leftKey, rightKey) : 0;
    }

    /// <summary>
    /// Compares keys: integers as signed numbers whatever their type, as bpftrace does; strings by their bytes; tuples field by field, the
    /// integers and strings before fields of other types.
    /// </summary>
    public static int CompareKeys(BpfType type, ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        if (type is not TupleType tuple)
            return Compare(type, left, right);
        foreach (TupleField field in tuple.Fields)
        {
            if (!IsOrdered(field.Type))
                continue;
            int order = Compare(field.Type, RawValue.Field(left, field.Offset, field.Type.Size), RawValue.Field(right, field.Offset, field.Type.Size));
            if (order != 0)
                return order;
        }

        foreach (TupleField field in tuple.Fields)
        {
            if (IsOrdered(field.Type))
                continue;
            int order = CompareKeys(field.Type, RawValue.Field(left, field.Offset, field.Type.Size), RawValue.Field(right, field.Offset, field.Type.Size));
            if (order != 0)
                return order;
        }

        return 0;
    }

    private static bool IsOrdered(BpfType type) => type is IntegerType or EnumType or StringType;

    private static int Compare(BpfType type, ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        if (left.Length < type.Size || right.Length < type.Size)
            return left.SequenceCompareTo(right);
        return type switch
        {
            IntegerType integer => RawValue.Integer(integer with { IsSigned = true }, left).CompareTo(RawValue.Integer(integer with { IsSigned = true }, right)),
            EnumType e => RawValue.Integer(e.Underlying, left).CompareTo(RawValue.Integer(e.Underlying, right)),
            PointerType or KernelSymbolType or UserNameType => RawValue.UInt64(left).CompareTo(RawValue.UInt64(right)),
            _ => left.SequenceCompareTo(right),
        };
    }

    private static (long Bits, bool IsSigned) Number(BpfType type, ReadOnlySpan<byte> value)
    {
        if (type is AggregateType { Kind: AggregateKind.Stats } stats)
            return (RawValue.Aggregate(stats, value), stats.IsSigned);
        if (!RawValue.TryScalar(type, value, out long bits, out bool isSigned))
            return (0, false);
        return (bits, isSigned && type is not AggregateType { Kind: AggregateKind.Min or AggregateKind.Max });
    }

    private static int CompareNumbers((long Bits, bool IsSigned) left, (long Bits, bool IsSigned) right) =>
        left.IsSigned ? left.Bits.CompareTo(right.Bits) : ((ulong)left.Bits).CompareTo((ulong)right.Bits);
}
