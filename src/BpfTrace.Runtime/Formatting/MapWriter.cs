using BpfTrace.Language.Symbols;

namespace BpfTrace.Formatting;

/// <summary>
/// Map entries as bpftrace prints them: <c>@x: 1</c>, <c>@m[a, b]: 1</c>, a block with a blank line after it for a histogram or time series
/// (src/output/text.cpp, <c>emit_map</c> and <c>TextOutput::map</c>).
/// </summary>
internal static class MapWriter
{
    /// <summary>Writes an entry of decoded values.</summary>
    public static void WriteEntry(Utf8Writer writer, string map, BpfType? keyType, object? key, BpfType? valueType, object? value)
    {
        writer.Append(map);
        if (key is not null || keyType is not null)
        {
            int start = BeginKey(writer);
            ObjectWriter.Write(writer, keyType, key);
            EndKey(writer, start);
        }

        WriteValue(writer, valueType, value);
    }

    /// <summary>Writes what follows the name and key.</summary>
    public static void WriteValue(Utf8Writer writer, BpfType? type, object? value)
    {
        switch (value)
        {
            case Histogram histogram:
                writer.Append(":\n"u8);
                HistogramWriter.Write(writer, histogram);
                break;
            case TimeSeries series:
                writer.Append(":\n"u8);
                TimeSeriesWriter.Write(writer, series);
                break;
            default:
                writer.Append(": "u8);
                ObjectWriter.Write(writer, type, value);
                break;
        }

        writer.Append((byte)'\n');
    }

    public static int BeginKey(Utf8Writer writer)
    {
        writer.Append((byte)'[');
        return writer.Length;
    }

    /// <summary>Ends a key; a tuple's parentheses, and any text's that looks like one, are left out.</summary>
    public static void EndKey(Utf8Writer writer, int start)
    {
        ReadOnlySpan<byte> key = writer.Written[start..];
        if (key.Length >= 2 && key[0] == '(' && key[^1] == ')')
        {
            byte[] inner = key[1..^1].ToArray();
            writer.Truncate(start);
            writer.Append(inner);
        }

        writer.Append((byte)']');
    }
}
