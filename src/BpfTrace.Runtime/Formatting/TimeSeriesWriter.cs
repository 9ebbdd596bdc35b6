using System.Globalization;

namespace BpfTrace.Formatting;

/// <summary>Time series as a graph, one line per interval: src/output/text.cpp, <c>TextEmitter&lt;Value::TimeSeries&gt;</c>.</summary>
internal static class TimeSeriesWriter
{
    private const int GraphWidth = 53;
    private const int LowColumn = 21;

    public static void Write(Utf8Writer writer, TimeSeries series)
    {
        IReadOnlyList<TimeSeriesPoint> points = series.Points;
        if (points.Count == 0)
        {
            writer.Append("<no data>"u8);
            return;
        }

        (decimal low, decimal high) = Range(series);
        (int digits, string unit) = Unit(points);
        int timeWidth = 8 + (digits == 0 ? 0 : 1 + digits);

        WriteBounds(writer, timeWidth, low, high);
        int start = writer.Length;
        writer.Append("hh:mm:ss"u8);
        if (digits != 0)
        {
            writer.Append((byte)'.');
            writer.Append(unit);
        }

        writer.Pad(start, timeWidth + 1, left: true, (byte)' ');
        WriteEdge(writer, (byte)'|');
        foreach (TimeSeriesPoint point in points)
            WritePoint(writer, point, low, high, digits);
        writer.AppendRepeated((byte)' ', timeWidth + 1);
        WriteEdge(writer, (byte)'v');
        WriteBounds(writer, timeWidth, low, high);
    }

    private static (decimal Low, decimal High) Range(TimeSeries series)
    {
        decimal? low = null;
        decimal? high = null;
        foreach (TimeSeriesPoint point in series.Points)
        {
            if (Number(point) is not { } value)
                continue;
            low = low is null || value < low ? value : low;
            high = high is null || value > high ? value : high;
        }

        decimal least = low ?? 0;
        decimal most = high ?? 0;
        if (least == most)
        {
            // Room on both sides of a flat line, within the type's range.
            if (least > (series.IsSigned ? long.MinValue : 0m))
                least--;
            if (most < (series.IsSigned ? long.MaxValue : ulong.MaxValue))
                most++;
        }

        return (least, most);
    }

    // The unit of the fraction of a second shown: that of the interval.
    private static (int Digits, string Name) Unit(IReadOnlyList<TimeSeriesPoint> points)
    {
        long interval = (points[^1].StartUnixNanoseconds - points[0].StartUnixNanoseconds) / Math.Max(points.Count - 1, 1);
        return interval switch
        {
            >= 1_000_000_000 => (0, "s"),
            >= 1_000_000 => (3, "ms"),
            >= 1_000 => (6, "μs"),
            _ => (9, "ns"),
        };
    }

    private static void WriteBounds(Utf8Writer writer, int timeWidth, decimal low, decimal high)
    {
        writer.AppendRepeated((byte)' ', timeWidth + 1);
        int start = writer.Length;
        WriteNumber(writer, low);
        writer.Pad(start, LowColumn, left: true, (byte)' ');
        start = writer.Length;
        WriteNumber(writer, high);
        writer.Pad(start, GraphWidth - LowColumn, left: false, (byte)' ');
        writer.Append((byte)'\n');
    }

    private static void WriteEdge(Utf8Writer writer, byte end)
    {
        writer.Append(end);
        writer.AppendRepeated((byte)'_', GraphWidth - 2);
        writer.Append(end);
        writer.Append((byte)'\n');
    }

    private static void WritePoint(Utf8Writer writer, TimeSeriesPoint point, decimal low, decimal high, int digits)
    {
        writer.Append(TimeFormat.FormatClock(point.StartUnixNanoseconds, digits));
        writer.Append((byte)' ');
        Span<byte> line = stackalloc byte[GraphWidth];
        line.Fill((byte)' ');
        line[0] = (byte)'|';
        line[^1] = (byte)'|';
        float range = (float)(low - high);
        if (low < 0 && high > 0)
        {
            int zero = (int)(GraphWidth * (float)low / range);
            if (zero > 0)
                line[Math.Min(zero, GraphWidth - 1)] = (byte)'.';
        }

        if (Number(point) is { } value)
        {
            int offset = low == high ? GraphWidth / 2 : (int)((GraphWidth - 1) * (float)(low - value) / range);
            line[Math.Clamp(offset, 0, GraphWidth - 1)] = (byte)'*';
        }

        writer.Append(line);
        writer.Append((byte)' ');
        if (Number(point) is { } shown)
            WriteNumber(writer, shown);
        else
            writer.Append((byte)'-');
        writer.Append((byte)'\n');
    }

    // Signed and unsigned numbers alike, exactly.
    private static decimal? Number(TimeSeriesPoint point) =>
        point.Value is null ? null : Convert.ToDecimal(point.Value, CultureInfo.InvariantCulture);

    private static void WriteNumber(Utf8Writer writer, decimal value)
    {
        if (value < 0)
            writer.Append((long)value);
        else
            writer.Append((ulong)value);
    }
}
