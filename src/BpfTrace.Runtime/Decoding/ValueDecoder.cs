using BpfTrace.Language.Symbols;

namespace BpfTrace.Decoding;

/// <summary>A value's bytes as an object of the type <see cref="RuntimeTypes.ClrType"/> says.</summary>
internal static class ValueDecoder
{
    /// <summary>Decodes a value that lies in a slot of its type's size.</summary>
    /// <param name="type">The value's type.</param>
    /// <param name="value">Its bytes; an aggregate's are those of one merged value.</param>
    /// <param name="context">Resolver, formats, types.</param>
    /// <returns>The object; null for a value without content (void, an address of an unknown family).</returns>
    public static object? Decode(BpfType type, ReadOnlySpan<byte> value, DecodeContext context)
    {
        if (value.Length < type.Size)
            return null;
        return type switch
        {
            IntegerType integer => Integer(integer, RawValue.Integer(integer, value)),
            BoolType => value[0] != 0,
            EnumType e => Enum.ToObject(context.Types.Enum(e), RawValue.Integer(e.Underlying, value)),
            PointerType or ErrorType => RawValue.UInt64(value),
            StringType s => String(value, s, context),
            BufferType => RawValue.Buffer(value).ToArray(),
            ArrayType array => DecodeArray(array, value, context),
            TupleType { IsRecord: false } tuple => DecodeTuple(tuple, value, context),
            TupleType or StructType => context.Types.Record(type).Create(value, context),
            AggregateType aggregate => DecodeAggregate(aggregate, value),
            ResolvedType resolved => DecodeResolved(resolved, value, context),
            _ => null,
        };
    }

    public static string String(ReadOnlySpan<byte> value, StringType type, DecodeContext context)
    {
        string text = context.Strings.Get(RawValue.String(value, type, out bool isCut));
        return isCut ? text + Formatting.KernelText.Decode(context.Trailer.Span) : text;
    }

    public static StackTrace Stack(StackType type, ReadOnlySpan<byte> value, DecodeContext context)
    {
        ulong id = RawValue.UInt64(value);
        return context.Resolver.ResolveStack(type, id, (int)Math.Min(RawValue.UInt32(value, 8), int.MaxValue), (int)RawValue.UInt32(value, 12));
    }

    /// <summary>The CLR integer of a type's width and signedness.</summary>
    public static object Integer(IntegerType type, long bits) => (type.Bits, type.IsSigned) switch
    {
        (8, true) => (sbyte)bits,
        (8, false) => (byte)bits,
        (16, true) => (short)bits,
        (16, false) => (ushort)bits,
        (32, true) => (int)bits,
        (32, false) => (uint)bits,
        (_, true) => bits,
        _ => (object)(ulong)bits,
    };

    /// <summary>An aggregate's number as long or ulong, or its <see cref="Stats"/>.</summary>
    public static object? DecodeAggregate(AggregateType type, ReadOnlySpan<byte> value, long divisor = 1)
    {
        if (type.Kind == AggregateKind.Stats)
        {
            ulong count = RawValue.UInt64(value);
            long total = (long)RawValue.UInt64(value, 8);
            long average = RawValue.Average(type.IsSigned, count, total);
            return type.IsSigned
                ? new Stats((long)count, average / divisor, total)
                : new Stats((long)count, (ulong)average / (ulong)divisor, (ulong)total);
        }

        if (!RawValue.TryScalar(type, value, out long bits, out bool isSigned))
            return null;
        return isSigned ? bits / divisor : (object)((ulong)bits / (ulong)divisor);
    }

    private static Array DecodeArray(ArrayType type, ReadOnlySpan<byte> value, DecodeContext context)
    {
        Array array = Array.CreateInstance(context.Types.ClrType(type.Element), type.Count);
        int size = type.Element.Size;
        for (int i = 0; i < type.Count; i++)
            array.SetValue(Decode(type.Element, RawValue.Field(value, i * size, size), context), i);
        return array;
    }

    private static BpfTuple DecodeTuple(TupleType type, ReadOnlySpan<byte> value, DecodeContext context)
    {
        var values = new object?[type.Fields.Length];
        for (int i = 0; i < values.Length; i++)
        {
            TupleField field = type.Fields[i];
            values[i] = Decode(field.Type, RawValue.Field(value, field.Offset, field.Type.Size), context);
        }

        var tuple = new BpfTuple(values, type);
        if (DecodeContext.HoldsTime(type))
        {
            var text = new Formatting.Utf8Writer();
            Formatting.ValueWriter.Write(text, type, value, context);
            tuple.SetText(text.ToString());
        }

        return tuple;
    }

    private static object? DecodeResolved(ResolvedType type, ReadOnlySpan<byte> value, DecodeContext context) => type switch
    {
        KernelSymbolType => context.Resolver.ResolveKernelSymbol(RawValue.UInt64(value)),
        UserSymbolType => context.Resolver.ResolveUserSymbol(RawValue.UInt64(value), (int)RawValue.UInt32(value, 8)),
        StackType stack => Stack(stack, value, context),
        InetType => RawValue.UInt32(value) switch
        {
            Formatting.AddressText.AF_INET => IPv6Address.Create(value.Slice(8, 4)),
            Formatting.AddressText.AF_INET6 => IPv6Address.Create(value.Slice(8, 16)),
            _ => null,
        },
        MacAddressType => new MacAddress(value[..6]),
        TimestampType => context.Time(RawValue.UInt64(value), RawValue.UInt32(value, 12)),
        CgroupPathType => context.CgroupPath(RawValue.UInt64(value), RawValue.UInt32(value, 8)),
        UserNameType => context.Resolver.ResolveUserName(RawValue.UInt64(value)),
        _ => null,
    };
}
