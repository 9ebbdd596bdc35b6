using System.Buffers.Binary;
using BpfTrace.Decoding;
using BpfTrace.Language.Symbols;

namespace BpfTrace.MapReading;

/// <summary>One value out of those of all CPUs (src/util/stats.h).</summary>
internal static class PerCpuMerge
{
    /// <summary>Merges.</summary>
    /// <param name="type">The value's type.</param>
    /// <param name="values">The CPUs' values, <paramref name="stride"/> bytes apart; a single one for a map that is not per CPU.</param>
    /// <param name="stride">Bytes from one CPU's value to the next.</param>
    /// <param name="merged">Receives a value in the type's own layout.</param>
    public static void Merge(BpfType type, ReadOnlySpan<byte> values, int stride, Span<byte> merged)
    {
        int size = merged.Length;
        values[..size].CopyTo(merged);
        for (int start = stride; start + size <= values.Length; start += stride)
            Add(type, values.Slice(start, size), merged);
    }

    private static void Add(BpfType type, ReadOnlySpan<byte> value, Span<byte> merged)
    {
        switch (type)
        {
            case AggregateType { Kind: AggregateKind.Min or AggregateKind.Max } extreme:
                if (RawValue.UInt64(value, 8) != 0 && (RawValue.UInt64(merged, 8) == 0 || IsBeyond(extreme, RawValue.UInt64(value), RawValue.UInt64(merged))))
                    value.CopyTo(merged);
                break;
            case AggregateType:
                for (int offset = 0; offset + 8 <= merged.Length; offset += 8)
                    AddInteger(value[offset..], merged[offset..], 64);
                break;
            case IntegerType integer:
                AddInteger(value, merged, integer.Bits);
                break;
            default:
                // Nothing to add up: the first CPU that has one.
                if (!merged.ContainsAnyExcept((byte)0))
                    value.CopyTo(merged);
                break;
        }
    }

    private static bool IsBeyond(AggregateType type, ulong value, ulong than)
    {
        int order = type.IsSigned ? ((long)value).CompareTo((long)than) : value.CompareTo(than);
        return type.Kind == AggregateKind.Max ? order > 0 : order < 0;
    }

    private static void AddInteger(ReadOnlySpan<byte> value, Span<byte> merged, int bits)
    {
        switch (bits)
        {
            case 8:
                merged[0] += value[0];
                break;
            case 16:
                BinaryPrimitives.WriteUInt16LittleEndian(merged, (ushort)(BinaryPrimitives.ReadUInt16LittleEndian(merged) + BinaryPrimitives.ReadUInt16LittleEndian(value)));
                break;
            case 32:
                BinaryPrimitives.WriteUInt32LittleEndian(merged, RawValue.UInt32(merged) + RawValue.UInt32(value));
                break;
            default:
                BinaryPrimitives.WriteUInt64LittleEndian(merged, RawValue.UInt64(merged) + RawValue.UInt64(value));
                break;
        }
    }
}
