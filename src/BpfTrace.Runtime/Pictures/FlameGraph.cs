namespace BpfTrace.Pictures;

/// <summary>
/// A flame graph as one SVG file that a browser opens from disk: click or Enter zooms, arrow keys walk, a field searches; zoom and search are kept in the
/// address. It uses nothing from outside the file.
/// </summary>
public static class FlameGraph
{
    private const int RowHeight = 17;
    private const int Margin = 10;
    private const int Top = 58;
    private const int Bottom = 30;

    /// <summary>Draws a profile.</summary>
    /// <param name="profile">The stacks.</param>
    /// <param name="title">What the picture is headed.</param>
    /// <param name="unit">What is counted: <c>samples</c>, <c>bytes</c>.</param>
    /// <param name="width">In pixels.</param>
    /// <param name="inverted">Callers above their callees (an icicle graph).</param>
    public static string ToSvg(StackProfile profile, string title = "Flame graph", string unit = "samples", int width = 1200, bool inverted = false)
    {
        ArgumentNullException.ThrowIfNull(profile);
        ArgumentNullException.ThrowIfNull(title);
        ArgumentNullException.ThrowIfNull(unit);
        double scale = (width - (2.0 * Margin)) / Math.Max(1, profile.Total);
        var bars = new List<Bar>();
        int left = Lay(profile, scale, bars);
        int depth = bars.Max(b => b.Node.Depth);
        int height = Top + ((depth + 1) * RowHeight) + Bottom;

        var svg = new SvgText();
        string hidden = left == 0 ? "" : $" {SvgText.Count(left)} frames too narrow to see are left out.";
        string description = $"{SvgText.Count(profile.Total)} {unit} in {SvgText.Count(profile.SampleCount)} stacks. Each bar is a function, as wide as its share; what it called lies {(inverted ? "below" : "above")} it.{hidden}";
        svg.Begin(width, height, title, description, FlameGraphParts.Style);
        svg.Line($"<text class=\"head\" x=\"{Margin}\" y=\"22\">{SvgText.Escape(SvgText.Fit(title, (int)((width - 420) / 9.7)))}</text>");
        svg.Line($"<text class=\"note\" x=\"{Margin}\" y=\"42\">{SvgText.Count(profile.Total)} {SvgText.Escape(unit)}, {SvgText.Count(profile.SampleCount)} {(profile.SampleCount == 1 ? "stack" : "stacks")}</text>");
        WriteControls(svg, width);
        svg.Line($"<g id=\"frames\" data-width=\"{width}\" data-margin=\"{Margin}\" data-unit=\"{SvgText.Escape(unit)}\">");
        foreach (Bar bar in bars)
            WriteBar(svg, bar, profile.Total, unit, scale, inverted ? Top + (bar.Node.Depth * RowHeight) : height - Bottom - ((bar.Node.Depth + 1) * RowHeight));
        svg.Raw("</g>\n");
        svg.Line($"<text id=\"details\" class=\"note\" x=\"{Margin}\" y=\"{height - 10}\" role=\"status\" aria-live=\"polite\"> </text>");
        svg.Raw("<script><![CDATA[\n").Raw(FlameGraphParts.Script(inverted)).Raw("]]></script>\n</svg>\n");
        return svg.ToString();
    }

    /// <summary>Places the frames, callers before what they called.</summary>
    /// <returns>How many are too narrow.</returns>
    private static int Lay(StackProfile profile, double scale, List<Bar> bars)
    {
        const double NarrowestPixels = 0.1;
        int narrow = 0;
        var rest = new Stack<Bar>([new Bar(profile.Root, 0)]);
        while (rest.TryPop(out Bar? bar))
        {
            bars.Add(bar);
            long start = bar.Start;
            foreach (ProfileNode child in bar.Node.SortedChildren())
            {
                if (child.Total * scale >= NarrowestPixels)
                    rest.Push(new Bar(child, start));
                else
                    narrow++;
                start += child.Total;
            }
        }

        bars.Sort(static (a, b) => a.Node.Depth != b.Node.Depth ? a.Node.Depth.CompareTo(b.Node.Depth) : a.Start.CompareTo(b.Start));
        return narrow;
    }

    private static void WriteControls(SvgText svg, int width)
    {
        int x = width - Margin - 220;
        svg.Line($"<g id=\"reset\" role=\"button\" tabindex=\"0\" aria-label=\"Reset zoom\"><rect x=\"{x - 110}\" y=\"8\" width=\"100\" height=\"24\" rx=\"4\"/><text x=\"{x - 60}\" y=\"24\" text-anchor=\"middle\">Reset zoom</text></g>");
        svg.Line($"<foreignObject x=\"{x}\" y=\"6\" width=\"220\" height=\"28\"><input xmlns=\"http://www.w3.org/1999/xhtml\" id=\"search\" type=\"search\" placeholder=\"Search, /regex/\" aria-label=\"Search functions\" style=\"box-sizing:border-box;width:220px;height:26px;font:12px monospace\"/></foreignObject>");
        svg.Line($"<text id=\"matched\" class=\"note\" x=\"{width - Margin}\" y=\"48\" text-anchor=\"end\" role=\"status\" aria-live=\"polite\"> </text>");
    }

    private static void WriteBar(SvgText svg, Bar bar, long total, string unit, double scale, int y)
    {
        ProfileFrame frame = bar.Node.Frame;
        double width = bar.Node.Total * scale;
        string module = frame.Module is null ? "" : $" [{frame.Module}]";
        string tip = $"{frame.Name}{module} ({SvgText.Count(bar.Node.Total)} {unit}, {SvgText.Percent(bar.Node.Total, total)})";
        string x = SvgText.Number(Margin + (bar.Start * scale));
        string textX = SvgText.Number(Margin + (bar.Start * scale) + 3);
        string shown = SvgText.Fit(frame.Name, (int)((width - 6) / SvgText.CharacterWidth));
        svg.Line($"<g class=\"f\" tabindex=\"{(bar.Node.Depth == 0 ? 0 : -1)}\" role=\"button\" data-x=\"{bar.Start}\" data-w=\"{bar.Node.Total}\" data-d=\"{bar.Node.Depth}\" data-n=\"{SvgText.Escape(frame.Name)}\"><title>{SvgText.Escape(tip)}</title><rect x=\"{x}\" y=\"{y}\" width=\"{SvgText.Number(width)}\" height=\"{RowHeight - 1}\" fill=\"{Colour(frame)}\"/><text x=\"{textX}\" y=\"{y + 12}\">{SvgText.Escape(shown)}</text></g>");
    }

    /// <summary>A hue by what the frame is, a shade by its name: the same function has the same colour in every graph. All are light enough for black text.</summary>
    private static string Colour(ProfileFrame frame)
    {
        uint hash = 2166136261;
        foreach (char c in frame.Name)
            hash = (hash ^ c) * 16777619;
        int hue = frame.Kind switch
        {
            ProfileFrameKind.Kernel => 18 + (int)(hash % 22),
            ProfileFrameKind.User => 80 + (int)(hash % 40),
            ProfileFrameKind.Inlined => 170 + (int)(hash % 20),
            _ => 205 + (int)(hash % 20),
        };
        return $"hsl({hue},{62 + (int)((hash >> 8) % 20)}%,{66 + (int)((hash >> 16) % 12)}%)";
    }

    private sealed record Bar(ProfileNode Node, long Start);
}
