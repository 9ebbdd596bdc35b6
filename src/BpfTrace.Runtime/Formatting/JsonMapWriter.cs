using System.Globalization;
using BpfTrace.Decoding;
using BpfTrace.Language.Symbols;

namespace BpfTrace.Formatting;

/// <summary>A map as one line of JSON: <c>{"type": "map", "data": {"@m": {"key": 1}}}</c> (bpftrace src/output/json.cpp, JsonOutput::map).</summary>
internal static class JsonMapWriter
{
    /// <summary>Writes the line up to the map's values.</summary>
    public static void Begin(Utf8Writer writer, MapSymbol map)
    {
        writer.Append("{\"type\": \""u8);
        writer.Append(map.ValueType is AggregateType aggregate ? TypeName(aggregate.Kind) : "map"u8);
        writer.Append("\", \"data\": {"u8);
        JsonText.WriteString(writer, map.Name);
        writer.Append(": "u8);
    }

    /// <summary>Ends the line.</summary>
    public static void End(Utf8Writer writer) => writer.Append("}}\n"u8);

    /// <summary>A key is always a string: its text without a tuple's parentheses and without blanks.</summary>
    public static void WriteKey(Utf8Writer writer, BpfType type, ReadOnlySpan<byte> key, DecodeContext context)
    {
        var text = new Utf8Writer();
        ValueWriter.Write(text, type, key, context);
        ReadOnlySpan<byte> written = text.Written;
        if (written.Length >= 2 && written[0] == '(' && written[^1] == ')')
            written = written[1..^1];
        var compact = new Utf8Writer();
        foreach (byte b in written)
        {
            if (b != ' ')
                compact.Append(b);
        }

        JsonText.WriteString(writer, compact.Written);
        writer.Append(": "u8);
    }

    /// <summary>A histogram; its upper bounds are the greatest values, not the first ones above.</summary>
    public static void WriteHistogram(Utf8Writer writer, Histogram histogram)
    {
        writer.Append((byte)'[');
        bool first = true;
        foreach (HistogramBucket bucket in histogram.Buckets)
        {
            writer.Append(first ? "{"u8 : ",{"u8);
            first = false;
            if (bucket.Lower is { } lower)
            {
                writer.Append("\"min\": "u8);
                JsonText.WriteNumber(writer, lower);
                writer.Append(", "u8);
            }

            if (bucket.Upper is { } upper)
            {
                writer.Append("\"max\": "u8);
                JsonText.WriteNumber(writer, (Int128)upper - 1);
                writer.Append(", "u8);
            }

            writer.Append("\"count\": "u8);
            writer.Append(bucket.Count);
            writer.Append((byte)'}');
        }

        writer.Append((byte)']');
    }

    /// <summary>A time series: the intervals that have a value, by their start in UTC.</summary>
    public static void WriteTimeSeries(Utf8Writer writer, TimeSeries series)
    {
        writer.Append((byte)'[');
        bool first = true;
        foreach (TimeSeriesPoint point in series.Points)
        {
            if (point.Value is not { } value)
                continue;
            writer.Append(first ? "{\"interval_start\":\""u8 : ",{\"interval_start\":\""u8);
            first = false;
            (long seconds, long nanoseconds) = Math.DivRem(point.StartUnixNanoseconds, 1_000_000_000);
            writer.Append(DateTime.UnixEpoch.AddSeconds(seconds).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture));
            writer.Append(nanoseconds.ToString("'.'000000000", CultureInfo.InvariantCulture));
            writer.Append("\",\"value\":"u8);
            writer.Append(((IFormattable)value).ToString(null, CultureInfo.InvariantCulture));
            writer.Append((byte)'}');
        }

        writer.Append((byte)']');
    }

    private static ReadOnlySpan<byte> TypeName(AggregateKind kind) => kind switch
    {
        AggregateKind.Hist or AggregateKind.LHist => "hist"u8,
        AggregateKind.Stats or AggregateKind.Avg => "stats"u8,
        AggregateKind.TSeries => "tseries"u8,
        _ => "map"u8,
    };
}
