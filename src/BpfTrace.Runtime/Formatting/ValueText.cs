using System.Globalization;

namespace BpfTrace.Formatting;

/// <summary>Values as one line of text, the same in every culture.</summary>
public static class ValueText
{
    /// <summary>Whether a value is a number, whose text is nothing else.</summary>
    internal static bool IsNumber(object? value) => value is not Enum && Type.GetTypeCode(value?.GetType()) is >= TypeCode.SByte and <= TypeCode.Decimal;

    /// <summary>
    /// The text: of times ISO 8601, of stacks the frames and of histograms and series the parts in one line, of values that bpftrace prints in one line
    /// what it prints.
    /// </summary>
    public static string Of(object? value) => value switch
    {
        null => "",
        string text => text,
        bool b => b ? "True" : "False",
        DateTime time => time.ToString("o", CultureInfo.InvariantCulture),
        DateTimeOffset time => time.ToString("o", CultureInfo.InvariantCulture),
        Enum e => e.ToString(),
        IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
        StackTrace stack => string.Join(';', stack.Frames),
        Histogram histogram => string.Join(';', histogram.Buckets),
        TimeSeries series => string.Join(';', series.Points.Select(p => $"{Start(p)} {Of(p.Value)}")),
        byte[] or BpfTuple or Array or BpfRecord => Printed(value),
        _ => value.ToString() ?? "",
    };

    /// <summary>When an interval began, UTC.</summary>
    internal static string Start(TimeSeriesPoint point) =>
        DateTime.UnixEpoch.AddTicks(point.StartUnixNanoseconds / 100).ToString("o", CultureInfo.InvariantCulture);

    private static string Printed(object value)
    {
        var writer = new Utf8Writer();
        ObjectWriter.Write(writer, null, value);
        return writer.ToString();
    }
}
