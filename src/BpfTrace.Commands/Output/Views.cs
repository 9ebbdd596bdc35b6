using System.ComponentModel;
using System.Globalization;
using System.Management.Automation;
using System.Text;
using BpfTrace.Formatting;

namespace BpfTrace.Commands.Output;

/// <summary>
/// What the module's views draw: block characters and colours on a console that can show them, elsewhere the text that bpftrace prints. Called from
/// the format file.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static partial class Views
{
    private const int DefaultWidth = 80;

    /// <summary>A histogram, or the entry of a map that stands alone: a histogram with its bars, a time series as a row, anything else by its text.</summary>
    /// <param name="value">A <see cref="BpfTrace.Histogram"/> or <see cref="MapEntry"/>; what became of one by serialisation is shown by its text.</param>
    /// <param name="style">The session's <c>$PSStyle</c>; null without colours.</param>
    public static string Histogram(PSObject value, PSObject? style)
    {
        ArgumentNullException.ThrowIfNull(value);
        var entry = value.BaseObject as MapEntry;
        if (!IsPlain && (entry is null ? value.BaseObject : entry.Value) is Histogram histogram)
        {
            string title = entry is null ? "" : Title(entry) + ":\n";
            return title + Colored(Escaped(TextCharts.Draw(histogram, Width)), HostStyle.Of(style)) + "\n";
        }

        return !IsPlain && entry?.Value is TimeSeries series
            ? string.Create(CultureInfo.InvariantCulture, $"{Title(entry)}  {TextCharts.HeatRow(series)}  {ValueOf(entry.Value, "min")} … {ValueOf(entry.Value, "max")}")
            : ConsoleEscape.Escape(value.ToString());
    }

    /// <summary>A time series as a row of a heat map.</summary>
    /// <param name="series">A <see cref="TimeSeries"/>; what became of one by serialisation has no row.</param>
    public static string HeatRow(PSObject? series) => series?.BaseObject is TimeSeries own ? TextCharts.HeatRow(own, IsPlain) : "";

    /// <summary>A map's value in a cell of a table: a time series as a row of a heat map, anything else by its text.</summary>
    /// <param name="value">The value.</param>
    public static string Cell(PSObject? value) => value switch
    {
        null => "",
        { BaseObject: TimeSeries } => HeatRow(value),
        _ => ConsoleEscape.Escape(value.ToString()),
    };

    /// <summary>The least, largest and last value of a time series, as numbers; null where it has none.</summary>
    /// <param name="series">A <see cref="TimeSeries"/>.</param>
    /// <param name="which"><c>min</c>, <c>max</c> or <c>last</c>.</param>
    public static double? ValueOf(object? series, string which)
    {
        if ((series is PSObject wrapped ? wrapped.BaseObject : series) is not TimeSeries own)
        {
            return null;
        }

        double?[] values = TextCharts.ValuesOf(own);
        return which switch
        {
            "min" => values.Min(),
            "max" => values.Max(),
            _ => Array.FindLast(values, v => v is not null),
        };
    }

    /// <summary>An entry's key as a list of its parts; not escaped.</summary>
    internal static string KeyText(MapEntry entry) =>
        string.Join(", ", entry.GetKeyParts().Select(static p => Convert.ToString(p, CultureInfo.InvariantCulture)));

    /// <summary>Whether neither block characters nor colours are wanted.</summary>
    private static bool IsPlain => Console.IsOutputRedirected || Console.OutputEncoding.CodePage != Encoding.UTF8.CodePage;

    private static int Width
    {
        get
        {
            try
            {
                return Math.Clamp(Console.WindowWidth - 1, 40, 120);
            }
            catch (IOException)
            {
                return DefaultWidth; // a terminal that does not tell
            }
        }
    }

    private static string Title(MapEntry entry) => entry.Key is null
        ? ConsoleEscape.Escape(entry.Map)
        : ConsoleEscape.Escape($"{entry.Map}[{KeyText(entry)}]");

    // Labels can come from a recording.
    private static string Escaped(string lines) => string.Join('\n', lines.Split('\n').Select(ConsoleEscape.Escape));

    private static string Colored(string bars, HostStyle style) => style.Accent.Length == 0
        ? bars
        : string.Join('\n', bars.Split('\n').Select(line => line.Replace("▕", "▕" + style.Accent, StringComparison.Ordinal) + style.Reset));
}
