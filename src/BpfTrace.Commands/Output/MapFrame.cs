using System.Globalization;
using System.Text;
using BpfTrace.Formatting;
using BpfTrace.Language.Text;

namespace BpfTrace.Commands.Output;

/// <summary>Draws a map as lines of a terminal: key, value, a bar, and how the value went; what is too long for the width is cut.</summary>
/// <param name="style">Colours.</param>
/// <param name="ascii">No block characters.</param>
internal sealed class MapFrame(HostStyle style, bool ascii)
{
    private const int HistoryLength = 16, MinValueWidth = 12;
    private readonly string _more = ascii ? "..." : "…";
    private readonly Dictionary<string, Queue<double?>> _history = new(StringComparer.Ordinal);

    /// <summary>The lines of one map.</summary>
    /// <param name="title">What stands above it.</param>
    /// <param name="entries">The entries that are shown, ascending as they are read.</param>
    /// <param name="count">How many the map has.</param>
    /// <param name="width">Columns.</param>
    /// <param name="isNew">Whether they were read anew; false when the same are drawn again.</param>
    public List<string> Draw(string title, IReadOnlyList<MapEntry> entries, int count, int width, bool isNew)
    {
        var lines = new List<string> { style.Header + Cut(title, width) + style.Reset };
        MapEntry[] shown = [.. entries.Reverse()];
        foreach (string key in _history.Keys.Except(shown.Select(e => title + "\0" + KeyText(e))).Where(k => k.StartsWith(title + "\0", StringComparison.Ordinal)).ToArray())
        {
            _history.Remove(key);
        }

        string[] keys = [.. shown.Select(KeyText)];
        int keyWidth = Math.Min(keys.Select(TerminalWidth.Of).DefaultIfEmpty(0).Max(), Math.Max(8, width / 3));
        double largest = shown.Select(Number).Max() ?? 0;
        int valueWidth = shown.Where(e => Number(e) is not null).Select(e => ValueText(e).Length).Append(MinValueWidth).Max();
        for (int i = 0; i < shown.Length; i++)
        {
            AddEntry(lines, title, shown[i], keys[i], (keyWidth, valueWidth), largest, width, isNew);
        }

        if (shown.Length < count)
        {
            lines.Add(Cut($"{_more} and {count - shown.Length} more", width));
        }

        return lines;
    }

    private void AddEntry(List<string> lines, string title, MapEntry entry, string key, (int Key, int Value) columns, double largest, int width, bool isNew)
    {
        switch (entry.Value)
        {
            case Histogram histogram:
                if (key.Length > 0)
                {
                    lines.Add(Cut(key, width));
                }

                lines.AddRange(TextCharts.Draw(histogram, width, ascii).Split('\n').Select(line => line[..Math.Min(line.Length, width)]));
                break;
            case TimeSeries series:
                string row = TextCharts.HeatRow(series, ascii);
                lines.Add(Cut($"{Cell(key, columns.Key)} {row}", width));
                break;
            default:
                string value = ValueText(entry);
                if (Number(entry) is not { } number)
                {
                    lines.Add(Cut($"{Cell(key, columns.Key)}  {value}", width));
                    break;
                }

                string history = TextCharts.Sparkline(Remember(title + "\0" + key, number, isNew), ascii).PadLeft(HistoryLength);
                string head = $"{Cell(key, columns.Key)} {value.PadLeft(columns.Value)} ";
                int bars = width - TerminalWidth.Of(head) - HistoryLength - 2;
                string bar = bars < 4 ? "" : TextCharts.Bar(number, largest, bars, ascii).PadRight(bars);
                lines.Add(Cut(head, width) + style.Accent + bar + style.Reset + (bars < 4 ? "" : "  " + history));
                break;
        }
    }

    private double?[] Remember(string key, double value, bool isNew)
    {
        if (!_history.TryGetValue(key, out Queue<double?>? values))
        {
            _history.Add(key, values = new Queue<double?>(HistoryLength + 1));
        }

        if (isNew || values.Count == 0)
        {
            values.Enqueue(value);
        }

        if (values.Count > HistoryLength)
        {
            values.Dequeue();
        }

        return [.. values];
    }

    private static double? Number(MapEntry entry) => entry.Value switch
    {
        Stats stats => Convert.ToDouble(stats.Average, CultureInfo.InvariantCulture),
        sbyte or byte or short or ushort or int or uint or long or ulong or float or double => Convert.ToDouble(entry.Value, CultureInfo.InvariantCulture),
        _ => null,
    };

    private static string ValueText(MapEntry entry) => ConsoleEscape.Escape(Convert.ToString(entry.Value, CultureInfo.InvariantCulture) ?? "");

    private static string KeyText(MapEntry entry) =>
        ConsoleEscape.Escape(Views.KeyText(entry).ReplaceLineEndings(" ").Trim());

    private string Cell(string text, int width)
    {
        string cut = Cut(text, width);
        return cut + new string(' ', width - TerminalWidth.Of(cut));
    }

    private string Cut(string text, int width)
    {
        if (TerminalWidth.Of(text) <= width)
        {
            return text;
        }

        string more = width > _more.Length ? _more : "";
        int left = width - more.Length;
        int length = 0;
        foreach (Rune rune in text.EnumerateRunes())
        {
            left -= TerminalWidth.Of(rune);
            if (left < 0)
            {
                break;
            }

            length += rune.Utf16SequenceLength;
        }

        return text[..length] + more;
    }
}
