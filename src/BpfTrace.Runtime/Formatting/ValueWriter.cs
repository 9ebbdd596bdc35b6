using System.Collections.Immutable;
using BpfTrace.Decoding;
using BpfTrace.Language.Symbols;

namespace BpfTrace.Formatting;

/// <summary>
/// A value's text straight from its bytes, as bpftrace prints it (src/types_format.cpp and src/output/text.cpp): tuples with spaces, arrays
/// without, records <c>{ .a = 1 }</c>, enums by name, pointers in hexadecimal. <see cref="ObjectWriter"/> does the same for objects.
/// </summary>
internal static class ValueWriter
{
    /// <summary>Writes a value that lies in a slot of its type's size.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="type">The value's type.</param>
    /// <param name="value">Its bytes; an aggregate's are those of one merged value.</param>
    /// <param name="context">Resolver and formats.</param>
    /// <param name="divisor">What integers and averages are divided by (<c>print(@m, top, div)</c>); 1 for nothing.</param>
    public static void Write(Utf8Writer writer, BpfType type, ReadOnlySpan<byte> value, DecodeContext context, long divisor = 1)
    {
        if (value.Length < type.Size)
        {
            writer.Append("null"u8);
            return;
        }

        switch (type)
        {
            case IntegerType integer:
                WriteNumber(writer, RawValue.Integer(integer, value), integer.IsSigned, divisor);
                break;
            case BoolType:
                writer.Append(value[0] != 0 ? "true"u8 : "false"u8);
                break;
            case EnumType e:
                WriteEnum(writer, e, RawValue.Integer(e.Underlying, value));
                break;
            case PointerType:
                writer.Append("0x"u8);
                writer.AppendHex(RawValue.UInt64(value));
                break;
            case StringType s:
                WriteString(writer, value, s, context);
                break;
            case BufferType:
                HexText.Write(writer, RawValue.Buffer(value));
                break;
            case ArrayType array:
                WriteArray(writer, array, value, context, divisor);
                break;
            case TupleType tuple:
                WriteTuple(writer, tuple, value, context, divisor);
                break;
            case StructType structure:
                WriteStruct(writer, structure, value, context);
                break;
            case AggregateType aggregate:
                WriteAggregate(writer, aggregate, value, divisor);
                break;
            case ResolvedType resolved:
                WriteResolved(writer, resolved, value, context);
                break;
            case ErrorType:
                writer.Append(RawValue.UInt64(value));
                break;
            default:
                writer.Append("null"u8);
                break;
        }
    }

    /// <summary>A string's bytes up to the NUL; the trailer after one that was cut.</summary>
    public static void WriteString(Utf8Writer writer, ReadOnlySpan<byte> value, StringType type, DecodeContext context)
    {
        writer.AppendValue(RawValue.String(value, type, out bool isCut));
        if (isCut)
            writer.Append(context.Trailer.Span);
    }

    public static void WriteNumber(Utf8Writer writer, long bits, bool isSigned, long divisor = 1)
    {
        if (isSigned)
            writer.Append(divisor == 1 ? bits : bits / divisor);
        else
            writer.Append(divisor == 1 ? (ulong)bits : (ulong)bits / (ulong)divisor);
    }

    public static void WriteEnum(Utf8Writer writer, EnumType type, long value)
    {
        if (type.Names.TryGetValue(value, out string? name))
            writer.Append(name);
        else
            writer.Append((ulong)value & (type.Underlying.Bits == 64 ? ulong.MaxValue : (1UL << type.Underlying.Bits) - 1));
    }

    public static void WriteStats(Utf8Writer writer, bool isSigned, ulong count, long average, long total)
    {
        writer.Append("{ .count = "u8);
        writer.Append(count);
        writer.Append(", .average = "u8);
        WriteNumber(writer, average, isSigned);
        writer.Append(", .total = "u8);
        WriteNumber(writer, total, isSigned);
        writer.Append(" }"u8);
    }

    private static void WriteAggregate(Utf8Writer writer, AggregateType type, ReadOnlySpan<byte> value, long divisor)
    {
        if (type.Kind == AggregateKind.Stats)
        {
            ulong count = RawValue.UInt64(value);
            long total = (long)RawValue.UInt64(value, 8);
            long average = RawValue.Average(type.IsSigned, count, total);
            if (divisor != 1)
                average = type.IsSigned ? average / divisor : (long)((ulong)average / (ulong)divisor);
            WriteStats(writer, type.IsSigned, count, average, total);
            return;
        }

        if (RawValue.TryScalar(type, value, out long bits, out bool isSigned))
            WriteNumber(writer, bits, isSigned, divisor);
        else
            writer.Append("null"u8);
    }

    private static void WriteArray(Utf8Writer writer, ArrayType type, ReadOnlySpan<byte> value, DecodeContext context, long divisor)
    {
        writer.Append((byte)'[');
        int size = type.Element.Size;
        for (int i = 0; i < type.Count; i++)
        {
            if (i != 0)
                writer.Append((byte)',');
            Write(writer, type.Element, RawValue.Field(value, i * size, size), context, divisor);
        }

        writer.Append((byte)']');
    }

    private static void WriteTuple(Utf8Writer writer, TupleType type, ReadOnlySpan<byte> value, DecodeContext context, long divisor)
    {
        if (type.IsRecord && type.Fields.IsEmpty)
        {
            writer.Append("{}"u8);
            return;
        }

        writer.Append(type.IsRecord ? "{ "u8 : "("u8);
        bool first = true;
        foreach (TupleField field in type.Fields)
        {
            if (!first)
                writer.Append(", "u8);
            first = false;
            if (type.IsRecord)
                WriteFieldName(writer, field.Name);
            Write(writer, field.Type, RawValue.Field(value, field.Offset, field.Type.Size), context, divisor);
        }

        writer.Append(type.IsRecord ? " }"u8 : ")"u8);
    }

    private static void WriteStruct(Utf8Writer writer, StructType type, ReadOnlySpan<byte> value, DecodeContext context)
    {
        ImmutableArray<StructField> fields = StructFields.Flatten(type);
        if (fields.IsEmpty)
        {
            writer.Append("{}"u8);
            return;
        }

        writer.Append("{ "u8);
        bool first = true;
        foreach (StructField field in fields)
        {
            if (!first)
                writer.Append(", "u8);
            first = false;
            WriteFieldName(writer, field.Name);
            if (field.IsBitField)
                WriteBitField(writer, field, RawValue.BitField(value, field));
            else
                Write(writer, field.Type, RawValue.Field(value, field.Offset, field.Type.Size), context);
        }

        writer.Append(" }"u8);
    }

    public static void WriteFieldName(Utf8Writer writer, string name)
    {
        writer.Append((byte)'.');
        writer.Append(name);
        writer.Append(" = "u8);
    }

    private static void WriteBitField(Utf8Writer writer, StructField field, ulong bits)
    {
        switch (field.Type)
        {
            case EnumType e:
                WriteEnum(writer, e, (long)bits);
                break;
            case BoolType:
                writer.Append(bits != 0 ? "true"u8 : "false"u8);
                break;
            default:
                writer.Append(bits);
                break;
        }
    }

    private static void WriteResolved(Utf8Writer writer, ResolvedType type, ReadOnlySpan<byte> value, DecodeContext context)
    {
        switch (type)
        {
            case KernelSymbolType:
                writer.AppendValue(context.Resolver.ResolveKernelSymbol(RawValue.UInt64(value)).ToString());
                break;
            case UserSymbolType:
                writer.AppendValue(context.Resolver.ResolveUserSymbol(RawValue.UInt64(value), (int)RawValue.UInt32(value, 8)).ToString());
                break;
            case StackType stack:
                writer.Append(ValueDecoder.Stack(stack, value, context).Text);
                break;
            case InetType:
                AddressText.WriteInet(writer, RawValue.UInt32(value), value[8..]);
                break;
            case MacAddressType:
                AddressText.WriteMac(writer, value[..6]);
                break;
            case TimestampType:
                writer.Append(context.FormatTime(RawValue.UInt64(value), RawValue.UInt32(value, 8), RawValue.UInt32(value, 12)));
                break;
            case CgroupPathType:
                writer.AppendValue(context.CgroupPath(RawValue.UInt64(value), RawValue.UInt32(value, 8)));
                break;
            case UserNameType:
                writer.AppendValue(context.Resolver.ResolveUserName(RawValue.UInt64(value)));
                break;
            default:
                writer.Append("null"u8);
                break;
        }
    }
}
