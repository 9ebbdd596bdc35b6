using System.Globalization;
using System.Text;

namespace BpfTrace.Formatting;

/// <summary>Bars, sparklines and rows of heat maps for a terminal, in block characters or in ASCII.</summary>
public static class TextCharts
{
    private const string Eighths = " ▏▎▍▌▋▊▉";
    private const string Levels = "▁▂▃▄▅▆▇█";
    private const string AsciiLevels = "_.:-=+*#";
    private const string Shades = " ░▒▓█";
    private const string AsciiShades = " .:+#@";

    /// <summary>A bar as long as the value is large; a value above 0 shows something.</summary>
    /// <param name="value">The value.</param>
    /// <param name="largest">The value of the longest bar.</param>
    /// <param name="width">Columns of the longest bar.</param>
    /// <param name="ascii">ASCII only: whole columns of <c>@</c>, as bpftrace draws them.</param>
    public static string Bar(double value, double largest, int width, bool ascii = false)
    {
        if (value <= 0 || largest <= 0 || width <= 0)
            return "";
        double length = Math.Min(value / largest, 1) * width;
        if (ascii)
            return new string('@', Math.Max(1, (int)length));
        int whole = (int)length;
        int rest = (int)((length - whole) * 8);
        if (whole == 0 && rest == 0)
            rest = 1;
        return new string('█', whole) + (rest == 0 ? "" : Eighths[rest].ToString());
    }

    /// <summary>Values side by side, each as high as it is large; a blank where there is none.</summary>
    /// <param name="values">The values; null for none.</param>
    /// <param name="ascii">ASCII only.</param>
    public static string Sparkline(IReadOnlyList<double?> values, bool ascii = false)
    {
        ArgumentNullException.ThrowIfNull(values);
        return Row(values, values.Min() is { } low ? Math.Min(low, 0) : 0, values.Max() ?? 0, ascii ? AsciiLevels : Levels, blank: ' ');
    }

    /// <summary>Values side by side, each as dark as it is large; a blank where there is none.</summary>
    /// <param name="values">The values; null for none.</param>
    /// <param name="low">What is as light as can be.</param>
    /// <param name="high">What is as dark as can be.</param>
    /// <param name="ascii">ASCII only.</param>
    public static string HeatRow(IReadOnlyList<double?> values, double low, double high, bool ascii = false)
    {
        ArgumentNullException.ThrowIfNull(values);
        return Row(values, low, high, (ascii ? AsciiShades : Shades)[1..], blank: ascii ? ' ' : '·');
    }

    /// <summary>A time series as a row of a heat map: each interval a column, on the scale of all series that were read with it.</summary>
    /// <param name="series">The series.</param>
    /// <param name="ascii">ASCII only.</param>
    public static string HeatRow(TimeSeries series, bool ascii = false)
    {
        ArgumentNullException.ThrowIfNull(series);
        double?[] values = ValuesOf(series);
        (double low, double high) = series.Scale ?? (values.Min() ?? 0, values.Max() ?? 0);
        return HeatRow(values, low, high, ascii);
    }

    /// <summary>A histogram's buckets as lines: interval, count, bar. The first line has no line end before it, the last none after it.</summary>
    /// <param name="histogram">The histogram.</param>
    /// <param name="width">Columns of a line; a bar has at least 10 of them.</param>
    /// <param name="ascii">bpftrace's own characters.</param>
    public static string Draw(Histogram histogram, int width = 80, bool ascii = false)
    {
        ArgumentNullException.ThrowIfNull(histogram);
        int labels = 0, counts = 0;
        long largest = 0;
        foreach (HistogramBucket bucket in histogram.Buckets)
        {
            labels = Math.Max(labels, bucket.Label.Length);
            counts = Math.Max(counts, bucket.Count.ToString(CultureInfo.InvariantCulture).Length);
            largest = Math.Max(largest, bucket.Count);
        }

        int bars = Math.Max(10, width - labels - counts - 4);
        var text = new StringBuilder();
        foreach (HistogramBucket bucket in histogram.Buckets)
        {
            if (text.Length > 0)
                text.Append('\n');
            text.Append(bucket.Label.PadRight(labels)).Append("  ")
                .Append(bucket.Count.ToString(CultureInfo.InvariantCulture).PadLeft(counts)).Append(ascii ? " |" : " ▕")
                .Append(Bar(bucket.Count, largest, bars, ascii));
        }

        return text.ToString();
    }

    /// <summary>The values of a series' intervals as numbers; null where nothing was recorded.</summary>
    public static double?[] ValuesOf(TimeSeries series)
    {
        ArgumentNullException.ThrowIfNull(series);
        double?[] values = new double?[series.Points.Count];
        for (int i = 0; i < values.Length; i++)
            values[i] = series.Points[i].Value is { } value ? Convert.ToDouble(value, CultureInfo.InvariantCulture) : null;
        return values;
    }

    private static string Row(IReadOnlyList<double?> values, double low, double high, string marks, char blank)
    {
        var text = new StringBuilder(values.Count);
        foreach (double? value in values)
        {
            if (value is not { } v)
            {
                text.Append(blank);
                continue;
            }

            double part = high > low ? Math.Clamp((v - low) / (high - low), 0, 1) : v > 0 ? 1 : 0;
            text.Append(marks[Math.Min(marks.Length - 1, (int)(part * marks.Length))]);
        }

        return text.ToString();
    }
}
