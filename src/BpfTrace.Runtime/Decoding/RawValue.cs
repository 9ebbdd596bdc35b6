using System.Buffers.Binary;
using BpfTrace.Language.Symbols;

namespace BpfTrace.Decoding;

/// <summary>Reading of scalars, and the parts of composite values, out of a value's bytes. All little-endian, as <see cref="BpfType"/> says.</summary>
internal static class RawValue
{
    public static uint UInt32(ReadOnlySpan<byte> value, int offset = 0) => BinaryPrimitives.ReadUInt32LittleEndian(value[offset..]);

    public static ulong UInt64(ReadOnlySpan<byte> value, int offset = 0) => BinaryPrimitives.ReadUInt64LittleEndian(value[offset..]);

    /// <summary>The integer a scalar type's value is, extended to 64 bits by its signedness. False when the type is no scalar.</summary>
    public static bool TryScalar(BpfType type, ReadOnlySpan<byte> value, out long bits, out bool isSigned)
    {
        switch (type)
        {
            case IntegerType integer:
                isSigned = integer.IsSigned;
                bits = Integer(integer, value);
                return true;
            case EnumType e:
                isSigned = e.Underlying.IsSigned;
                bits = Integer(e.Underlying, value);
                return true;
            case BoolType:
                isSigned = false;
                bits = value[0] != 0 ? 1 : 0;
                return true;
            case PointerType or ErrorType or KernelSymbolType or UserNameType:
                isSigned = false;
                bits = (long)UInt64(value);
                return true;
            case AggregateType { Kind: not (AggregateKind.Stats or AggregateKind.TSeries) } aggregate:
                isSigned = aggregate.IsSigned && aggregate.Kind != AggregateKind.Count;
                bits = Aggregate(aggregate, value);
                return true;
            default:
                isSigned = false;
                bits = 0;
                return false;
        }
    }

    public static long Integer(IntegerType type, ReadOnlySpan<byte> value) => (type.Bits, type.IsSigned) switch
    {
        (8, true) => (sbyte)value[0],
        (8, false) => value[0],
        (16, true) => BinaryPrimitives.ReadInt16LittleEndian(value),
        (16, false) => BinaryPrimitives.ReadUInt16LittleEndian(value),
        (32, true) => BinaryPrimitives.ReadInt32LittleEndian(value),
        (32, false) => BinaryPrimitives.ReadUInt32LittleEndian(value),
        _ => BinaryPrimitives.ReadInt64LittleEndian(value),
    };

    /// <summary>An aggregate's one number: the count, sum, extreme or average, of a merged value.</summary>
    public static long Aggregate(AggregateType type, ReadOnlySpan<byte> value)
    {
        if (type.Kind is not (AggregateKind.Avg or AggregateKind.Stats))
            return (long)UInt64(value);
        return Average(type.IsSigned, UInt64(value), (long)UInt64(value, 8));
    }

    public static long Average(bool isSigned, ulong count, long total)
    {
        if (count == 0)
            return 0;
        return isSigned ? total / (long)count : (long)((ulong)total / count);
    }

    /// <summary>A bit-field's value, not sign-extended: bpftrace masks and no more (src/struct.h, Bitfield).</summary>
    public static ulong BitField(ReadOnlySpan<byte> structure, StructField field)
    {
        int first = field.BitOffset / 8;
        int last = Math.Min((field.BitOffset + field.BitSize + 7) / 8, structure.Length);
        UInt128 bits = 0;
        for (int i = last - 1; i >= first; i--)
            bits = (bits << 8) | structure[i];
        bits >>= field.BitOffset % 8;
        return (ulong)(field.BitSize >= 64 ? bits : bits & ((UInt128.One << field.BitSize) - 1));
    }

    /// <summary>A member's bytes; empty when the structure is cut off before it.</summary>
    public static ReadOnlySpan<byte> Field(ReadOnlySpan<byte> structure, int offset, int size) =>
        offset >= 0 && size >= 0 && offset + size <= structure.Length ? structure.Slice(offset, size) : default;

    /// <summary>The bytes of a <see cref="BufferType"/> value in a slot: u32 length, then room.</summary>
    public static ReadOnlySpan<byte> Buffer(ReadOnlySpan<byte> value)
    {
        ReadOnlySpan<byte> room = value[4..];
        uint length = UInt32(value);
        return length < (uint)room.Length ? room[..(int)length] : room;
    }

    /// <summary>The bytes of a string before its NUL; <paramref name="isCut"/> when there is none in all its capacity, and has to be.</summary>
    public static ReadOnlySpan<byte> String(ReadOnlySpan<byte> value, StringType type, out bool isCut)
    {
        int end = value.IndexOf((byte)0);
        isCut = end < 0 && value.Length >= type.Capacity && type is { Capacity: > 0, MayFill: false };
        return end < 0 ? value : value[..end];
    }
}
