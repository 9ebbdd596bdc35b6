using System.Buffers;
using System.Text;

namespace BpfTrace.Formatting;

/// <summary>JSON's atoms as bpftrace writes them (src/output/json.cpp).</summary>
internal static class JsonText
{
    /// <summary>
    /// A string in quotes. Bytes that are not UTF-8 become U+FFFD: JSON has no other way. What is UTF-8 stays as it is, where bpftrace makes
    /// an invalid escape of it.
    /// </summary>
    public static void WriteString(Utf8Writer writer, ReadOnlySpan<byte> bytes)
    {
        writer.Append((byte)'"');
        while (!bytes.IsEmpty)
        {
            bool isValid = Rune.DecodeFromUtf8(bytes, out _, out int consumed) == OperationStatus.Done;
            if (!isValid)
                writer.Append("\uFFFD"u8);
            else if (consumed > 1)
                writer.Append(bytes[..consumed]);
            else
                WriteAscii(writer, bytes[0]);
            bytes = bytes[consumed..];
        }

        writer.Append((byte)'"');
    }

    /// <summary>A string in quotes.</summary>
    public static void WriteString(Utf8Writer writer, string text)
    {
        var bytes = new Utf8Writer();
        bytes.Append(text);
        WriteString(writer, bytes.Written);
    }

    /// <summary>A number; one that a double cannot hold is a string.</summary>
    public static void WriteNumber(Utf8Writer writer, Int128 value)
    {
        bool isExact = (Int128)(double)value == value;
        if (!isExact)
            writer.Append((byte)'"');
        if (value < 0)
            writer.Append((long)value);
        else
            writer.Append((ulong)value);
        if (!isExact)
            writer.Append((byte)'"');
    }

    private static void WriteAscii(Utf8Writer writer, byte c)
    {
        switch (c)
        {
            case (byte)'"':
                writer.Append("\\\""u8);
                break;
            case (byte)'\\':
                writer.Append("\\\\"u8);
                break;
            case (byte)'\n':
                writer.Append("\\n"u8);
                break;
            case (byte)'\r':
                writer.Append("\\r"u8);
                break;
            case (byte)'\t':
                writer.Append("\\t"u8);
                break;
            case < 0x20:
                writer.Append("\\u00"u8);
                if (c < 0x10)
                    writer.Append((byte)'0');
                writer.AppendHex(c);
                break;
            default:
                writer.Append(c);
                break;
        }
    }
}
