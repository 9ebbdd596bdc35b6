using System.Globalization;
using System.Text;
using BpfTrace.Formatting;

namespace BpfTrace.Pictures;

/// <summary>Charts of map entries as one SVG file: histograms as bars, time series as lines, numbers as bars. A panel for each, one below the other.</summary>
public static class Chart
{
    private const int Margin = 16;

    private const string Style = """
        <style>
        .paper { fill: #fff; } .head { font-size: 16px; font-weight: bold; } .name { font-weight: bold; } text { fill: #1f2937; } .note { fill: #4b5563; }
        .bar { fill: #2563eb; } .track { fill: #f3f4f6; } .axis { stroke: #9ca3af; fill: none; } .grid { stroke: #e5e7eb; fill: none; }
        .s { fill: none; stroke-width: 1.8; } .s0, .d0 { stroke: #2563eb; } .s1, .d1 { stroke: #c2410c; stroke-dasharray: 6 3; } .s2, .d2 { stroke: #15803d; stroke-dasharray: 2 3; }
        .s3, .d3 { stroke: #7e22ce; stroke-dasharray: 8 3 2 3; } .s4, .d4 { stroke: #be123c; } .s5, .d5 { stroke: #0e7490; stroke-dasharray: 6 3; }
        .s6, .d6 { stroke: #a16207; stroke-dasharray: 2 3; } .s7, .d7 { stroke: #374151; stroke-dasharray: 8 3 2 3; } .dot { stroke-dasharray: none; fill: #fff; }
        @media (prefers-color-scheme: dark) { .paper { fill: #16181d; } text { fill: #f3f4f6; } .note { fill: #c5cad3; } .bar { fill: #60a5fa; } .track { fill: #262a32; } .grid { stroke: #333842; } .dot { fill: #16181d; } }
        </style>

        """;

    /// <summary>Whether a value can be drawn.</summary>
    public static bool CanDraw(object? value) => value is Histogram or TimeSeries or Stats || ValueText.IsNumber(value);

    /// <summary>Draws entries in the order given. Numbers of one map share a panel, and so do its time series, up to eight.</summary>
    /// <param name="entries">Entries with values that <see cref="CanDraw"/> accepts; others are left out.</param>
    /// <param name="title">What the picture is headed; null for nothing.</param>
    /// <param name="width">In pixels.</param>
    public static string ToSvg(IEnumerable<MapEntry> entries, string? title = null, int width = 900)
    {
        ArgumentNullException.ThrowIfNull(entries);
        List<ChartPanel> panels = Panels(entries, width - (2 * Margin));
        int top = title is null ? Margin : 52;
        int height = top + panels.Sum(p => p.Height + 14) + 4;
        var svg = new SvgText();
        svg.Begin(width, height, title ?? string.Join(", ", panels.Select(p => p.Title).Distinct()), string.Join(" ", panels.Select(p => p.Description)), Style);
        if (title is not null)
            svg.Line($"<text class=\"head\" x=\"{Margin}\" y=\"30\">{SvgText.Escape(title)}</text>");
        int y = top;
        foreach (ChartPanel panel in panels)
        {
            svg.Line($"<g role=\"img\" aria-label=\"{SvgText.Escape(panel.Description)}\" transform=\"translate({Margin} {y})\">");
            svg.Line($"<text class=\"name\" x=\"0\" y=\"13\">{SvgText.Escape(SvgText.Fit(panel.Title, (width - (2 * Margin)) / 8))}</text>");
            panel.Draw(svg);
            svg.Raw("</g>\n");
            y += panel.Height + 14;
        }

        svg.Raw("</svg>\n");
        return svg.ToString();
    }

    /// <summary>A key's text in one line, without what brackets and indents it.</summary>
    internal static string KeyText(MapEntry entry) => entry.Key is null ? "" : string.Join(", ", entry.GetKeyParts().Select(PartText));

    /// <summary>A part of a key; the stacks in a record as those that are parts themselves: <c>{ .stack = f;g, .n = 1 }</c>.</summary>
    private static string PartText(object? part)
    {
        string text = ValueText.Of(part);
        if (part is not BpfRecord || !text.Contains('\n', StringComparison.Ordinal))
            return text;
        var line = new StringBuilder();
        foreach (string next in text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            char before = line.Length == 0 ? '(' : line[^1];
            line.Append(before == '(' || next[0] is ',' or ')' ? "" : before == '=' || next[0] == '}' ? " " : ";").Append(next);
        }

        return line.ToString();
    }

    internal static double Number(object? value) => value switch
    {
        Stats stats => Number(stats.Average),
        null => 0,
        _ => Convert.ToDouble(value, CultureInfo.InvariantCulture),
    };

    private static List<ChartPanel> Panels(IEnumerable<MapEntry> entries, int width)
    {
        const int SeriesOfAPanel = 8;
        var panels = new List<ChartPanel>();
        var numbers = new Dictionary<string, NumberPanel>(StringComparer.Ordinal);
        var series = new Dictionary<string, SeriesPanel>(StringComparer.Ordinal);
        foreach (MapEntry entry in entries)
        {
            switch (entry.Value)
            {
                case Histogram histogram:
                    panels.Add(new HistogramPanel(Name(entry), histogram, width));
                    break;
                case TimeSeries points:
                    if (!series.TryGetValue(entry.Map, out SeriesPanel? lines) || lines.Count == SeriesOfAPanel)
                        panels.Add(series[entry.Map] = lines = new SeriesPanel(entry.Map, width));
                    lines.Add(KeyText(entry), points);
                    break;
                case var value when CanDraw(value):
                    if (!numbers.TryGetValue(entry.Map, out NumberPanel? bars))
                    {
                        bars = new NumberPanel(value is Stats ? entry.Map + " (average)" : entry.Map, width);
                        numbers.Add(entry.Map, bars);
                        panels.Add(bars);
                    }

                    bars.Add(KeyText(entry), Number(value));
                    break;
            }
        }

        return panels;
    }

    private static string Name(MapEntry entry) => entry.Key is null ? entry.Map : $"{entry.Map}[{KeyText(entry)}]";
}
