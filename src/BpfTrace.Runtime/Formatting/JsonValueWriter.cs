using BpfTrace.Decoding;
using BpfTrace.Language.Symbols;

namespace BpfTrace.Formatting;

/// <summary>
/// A value as JSON straight from its bytes, as bpftrace writes it (src/output/json.cpp): arrays and tuples without blanks, objects with them;
/// pointers and enums as numbers; what is resolved to a text as that text. The counterpart of <see cref="ValueWriter"/>.
/// </summary>
internal static class JsonValueWriter
{
    /// <summary>Writes a value that lies in a slot of its type's size.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="type">The value's type.</param>
    /// <param name="value">Its bytes; an aggregate's are those of one merged value.</param>
    /// <param name="context">Resolver and formats.</param>
    /// <param name="divisor">What integers and averages are divided by; 1 for nothing.</param>
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
                WriteInteger(writer, RawValue.Integer(integer, value), integer.IsSigned, divisor);
                break;
            case BoolType:
                writer.Append(value[0] != 0 ? "true"u8 : "false"u8);
                break;
            case EnumType e:
                JsonText.WriteNumber(writer, Unsigned(RawValue.Integer(e.Underlying, value), e.Underlying.Bits));
                break;
            case PointerType or ErrorType:
                JsonText.WriteNumber(writer, RawValue.UInt64(value));
                break;
            case StringType text:
                WriteString(writer, value, text, context);
                break;
            case BufferType:
                WriteBytes(writer, RawValue.Buffer(value));
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
                var resolvedText = new Utf8Writer();
                ValueWriter.Write(resolvedText, resolved, value, context);
                JsonText.WriteString(writer, resolvedText.Written);
                break;
            default:
                writer.Append("null"u8);
                break;
        }
    }

    /// <summary>A string's bytes up to the NUL, and the trailer after one that was cut.</summary>
    public static void WriteString(Utf8Writer writer, ReadOnlySpan<byte> value, StringType type, DecodeContext context)
    {
        ReadOnlySpan<byte> text = RawValue.String(value, type, out bool isCut);
        JsonText.WriteString(writer, isCut ? [.. text, .. context.Trailer.Span] : text);
    }

    /// <summary>A buffer: its bytes as C's char, which has a sign.</summary>
    public static void WriteBytes(Utf8Writer writer, ReadOnlySpan<byte> bytes)
    {
        writer.Append((byte)'[');
        for (int i = 0; i < bytes.Length; i++)
        {
            if (i != 0)
                writer.Append((byte)',');
            writer.Append((long)(sbyte)bytes[i]);
        }

        writer.Append((byte)']');
    }

    private static void WriteInteger(Utf8Writer writer, long bits, bool isSigned, long divisor) =>
        JsonText.WriteNumber(writer, isSigned ? bits / divisor : (ulong)bits / (ulong)divisor);

    private static ulong Unsigned(long value, int bits) => (ulong)value & (bits == 64 ? ulong.MaxValue : (1UL << bits) - 1);

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
        writer.Append(type.IsRecord ? (byte)'{' : (byte)'[');
        bool first = true;
        foreach (TupleField field in type.Fields)
        {
            if (!first)
                writer.Append(type.IsRecord ? ", "u8 : ","u8);
            first = false;
            if (type.IsRecord)
                WriteName(writer, field.Name);
            Write(writer, field.Type, RawValue.Field(value, field.Offset, field.Type.Size), context, divisor);
        }

        writer.Append(type.IsRecord ? (byte)'}' : (byte)']');
    }

    private static void WriteStruct(Utf8Writer writer, StructType type, ReadOnlySpan<byte> value, DecodeContext context)
    {
        writer.Append((byte)'{');
        bool first = true;
        foreach (StructField field in StructFields.Flatten(type))
        {
            if (!first)
                writer.Append(", "u8);
            first = false;
            WriteName(writer, field.Name);
            if (!field.IsBitField)
                Write(writer, field.Type, RawValue.Field(value, field.Offset, field.Type.Size), context);
            else if (field.Type is BoolType)
                writer.Append(RawValue.BitField(value, field) != 0 ? "true"u8 : "false"u8);
            else
                JsonText.WriteNumber(writer, RawValue.BitField(value, field));
        }

        writer.Append((byte)'}');
    }

    private static void WriteAggregate(Utf8Writer writer, AggregateType type, ReadOnlySpan<byte> value, long divisor)
    {
        if (type.Kind != AggregateKind.Stats)
        {
            if (RawValue.TryScalar(type, value, out long bits, out bool isSigned))
                WriteInteger(writer, bits, isSigned, divisor);
            else
                writer.Append("null"u8);
            return;
        }

        ulong count = RawValue.UInt64(value);
        long total = (long)RawValue.UInt64(value, 8);
        writer.Append("{\"count\": "u8);
        JsonText.WriteNumber(writer, count);
        writer.Append(", \"average\": "u8);
        WriteInteger(writer, RawValue.Average(type.IsSigned, count, total), type.IsSigned, divisor);
        writer.Append(", \"total\": "u8);
        WriteInteger(writer, total, type.IsSigned, 1);
        writer.Append((byte)'}');
    }

    private static void WriteName(Utf8Writer writer, string name)
    {
        JsonText.WriteString(writer, name);
        writer.Append(": "u8);
    }
}
