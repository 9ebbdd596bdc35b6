using System.Globalization;
using System.Net;
using BpfTrace.Language.Symbols;

namespace BpfTrace.Formatting;

/// <summary>
/// A decoded value's text, the same as <see cref="ValueWriter"/> writes from its bytes. Without a type (an entry somebody made by hand) the
/// object's own decides.
/// </summary>
internal static class ObjectWriter
{
    public static void Write(Utf8Writer writer, BpfType? type, object? value)
    {
        switch (value)
        {
            case null:
                // An address of a family inet_ntop(3) does not know prints as nothing.
                if (type is not InetType)
                    writer.Append("null"u8);
                break;
            case bool b:
                writer.Append(b ? "true"u8 : "false"u8);
                break;
            case string s:
                writer.Append(s);
                break;
            case Enum e:
                WriteEnum(writer, type as EnumType, e);
                break;
            case ulong address when type is PointerType:
                writer.Append("0x"u8);
                writer.AppendHex(address);
                break;
            case StackTrace stack:
                writer.Append(stack.Text);
                break;
            case BpfRecord record:
                WriteRecord(writer, record);
                break;
            case IPAddress address:
                byte[] bytes = address.GetAddressBytes();
                AddressText.WriteInet(writer, bytes.Length == 4 ? 2u : 10u, bytes);
                break;
            case byte[] buffer when type is BufferType or null:
                HexText.Write(writer, buffer);
                break;
            case BpfTuple { OwnText: { } text }:
                writer.Append(text);
                break;
            case BpfTuple tuple:
                WriteTuple(writer, type as TupleType, tuple.Values);
                break;
            case object?[] tuple when type is TupleType or null:
                WriteTuple(writer, type as TupleType, tuple);
                break;
            case Array array:
                WriteArray(writer, (type as ArrayType)?.Element, array);
                break;
            case DateTimeOffset time:
                writer.Append(time.ToString("o", CultureInfo.InvariantCulture));
                break;
            case IFormattable number:
                writer.Append(number.ToString(null, CultureInfo.InvariantCulture));
                break;
            default:
                writer.Append(value.ToString() ?? "");
                break;
        }
    }

    /// <summary>A record: <c>{ .a = 1, .b = 2 }</c>.</summary>
    public static void WriteRecord(Utf8Writer writer, BpfRecord record)
    {
        if (record is { Shape: { } shape, OwnText: null })
            WriteFields(writer, shape.FieldNames, shape.FieldTypes, record.Values);
        else
            writer.Append(record.ToString());
    }

    public static void WriteFields(Utf8Writer writer, IReadOnlyList<string> names, IReadOnlyList<BpfType> types, object?[] values)
    {
        if (values.Length == 0)
        {
            writer.Append("{}"u8);
            return;
        }

        writer.Append("{ "u8);
        for (int i = 0; i < values.Length; i++)
        {
            if (i != 0)
                writer.Append(", "u8);
            ValueWriter.WriteFieldName(writer, names[i]);
            Write(writer, types[i], values[i]);
        }

        writer.Append(" }"u8);
    }

    private static void WriteEnum(Utf8Writer writer, EnumType? type, Enum value)
    {
        if (type is null)
            writer.Append(value.ToString());
        else
            ValueWriter.WriteEnum(writer, type, NumberOf(value).Bits);
    }

    private static void WriteTuple(Utf8Writer writer, TupleType? type, object?[] values)
    {
        writer.Append((byte)'(');
        for (int i = 0; i < values.Length; i++)
        {
            if (i != 0)
                writer.Append(", "u8);
            Write(writer, type is not null && i < type.Fields.Length ? type.Fields[i].Type : null, values[i]);
        }

        writer.Append((byte)')');
    }

    private static void WriteArray(Utf8Writer writer, BpfType? element, Array values)
    {
        writer.Append((byte)'[');
        for (int i = 0; i < values.Length; i++)
        {
            if (i != 0)
                writer.Append((byte)',');
            Write(writer, element, values.GetValue(i));
        }

        writer.Append((byte)']');
    }

    /// <summary>The integer an object is, extended to 64 bits by its signedness; false when it is none.</summary>
    public static bool TryNumber(object? value, out long bits)
    {
        (bool isNumber, bits) = NumberOf(value);
        return isNumber;
    }

    private static (bool IsNumber, long Bits) NumberOf(object? value) => value switch
    {
        sbyte v => (true, v),
        byte v => (true, v),
        short v => (true, v),
        ushort v => (true, v),
        int v => (true, v),
        uint v => (true, v),
        long v => (true, v),
        ulong v => (true, (long)v),
        bool v => (true, v ? 1 : 0),
        Enum v => NumberOf(Convert.ChangeType(v, v.GetTypeCode(), CultureInfo.InvariantCulture)),
        Symbol v => (true, (long)v.Address),
        _ => (false, 0),
    };
}
