using System.Globalization;

namespace BpfTrace.Pictures;

/// <summary>Time series of a map as lines over a common time, UTC. Where an interval has no value the line is broken.</summary>
internal sealed class SeriesPanel(string title, int width) : ChartPanel
{
    private const int PlotHeight = 180;
    private const int PlotTop = 24;

    private readonly List<(string Label, TimeSeries Series)> _series = [];

    public override string Title => title;

    /// <summary>How many series it has.</summary>
    public int Count => _series.Count;

    public override int Height => PlotTop + PlotHeight + 26 + (HasLegend ? 18 * _series.Count : 0);

    public override string Description
    {
        get
        {
            double[] values = [.. Values()];
            string range = values.Length == 0 ? "no values" : $"{values.Length} values from {Short(values.Min())} to {Short(values.Max())}";
            return $"Time series {title}: {range}.";
        }
    }

    private bool HasLegend => _series.Count > 1 || _series.Exists(s => s.Label.Length > 0);

    public void Add(string label, TimeSeries series) => _series.Add((label, series));

    public override void Draw(SvgText svg)
    {
        double[] values = [.. Values()];
        long[] starts = [.. _series.SelectMany(s => s.Series.Points).Select(p => p.StartUnixNanoseconds)];
        if (values.Length == 0)
        {
            svg.Line($"<text class=\"note\" x=\"0\" y=\"{PlotTop + 20}\">no data</text>");
            return;
        }

        double[] ticks = Ticks(Math.Min(0, values.Min()), values.Max());
        double left = (ticks.Max(t => Short(t).Length) * SvgText.CharacterWidth) + 10;
        long first = starts.Min(), last = Math.Max(starts.Max(), first + 1);
        double X(long start) => left + ((width - left - 8) * ((double)(start - first) / (last - first)));
        double Y(double value) => PlotTop + PlotHeight - (PlotHeight * (value - ticks[0]) / (ticks[^1] - ticks[0]));

        foreach (double tick in ticks)
        {
            svg.Line($"<line class=\"grid\" x1=\"{SvgText.Number(left)}\" x2=\"{width}\" y1=\"{SvgText.Number(Y(tick))}\" y2=\"{SvgText.Number(Y(tick))}\"/>");
            svg.Line($"<text class=\"note\" x=\"{SvgText.Number(left - 6)}\" y=\"{SvgText.Number(Y(tick) + 4)}\" text-anchor=\"end\">{Short(tick)}</text>");
        }

        svg.Line($"<path class=\"axis\" d=\"M{SvgText.Number(left)} {PlotTop}V{PlotTop + PlotHeight}H{width}\"/>");
        DrawTimes(svg, first, last, X);
        for (int i = 0; i < _series.Count; i++)
            DrawLine(svg, i, X, Y);
        if (HasLegend)
            DrawLegend(svg);
    }

    /// <summary>Round numbers from below the least value to above the greatest: steps of 1, 2 or 5 times a power of ten.</summary>
    internal static double[] Ticks(double least, double greatest)
    {
        const int About = 5;
        if (greatest <= least)
            greatest = least + 1;
        double rough = (greatest - least) / About;
        double power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        double step = power * ((rough / power) switch { <= 1 => 1, <= 2 => 2, <= 5 => 5, _ => 10 });
        long from = (long)Math.Floor(least / step), to = (long)Math.Ceiling(greatest / step);
        return [.. Enumerable.Range(0, (int)(to - from) + 1).Select(i => (from + i) * step)];
    }

    private static string TimeText(long unixNanoseconds, long span)
    {
        string format = span < 10_000_000_000 ? "HH:mm:ss.fff" : span < 86_400_000_000_000 ? "HH:mm:ss" : "yyyy-MM-dd HH:mm";
        return DateTime.UnixEpoch.AddTicks(unixNanoseconds / 100).ToString(format, CultureInfo.InvariantCulture);
    }

    private static void DrawTimes(SvgText svg, long first, long last, Func<long, double> x)
    {
        string[] anchors = ["start", "middle", "end"];
        long[] places = last - first == 1 ? [first] : [first, first + ((last - first) / 2), last];
        for (int i = 0; i < places.Length; i++)
        {
            string zone = i == places.Length - 1 ? " UTC" : "";
            svg.Line($"<text class=\"note\" x=\"{SvgText.Number(x(places[i]))}\" y=\"{PlotTop + PlotHeight + 16}\" text-anchor=\"{anchors[i]}\">{TimeText(places[i], last - first)}{zone}</text>");
        }
    }

    private void DrawLine(SvgText svg, int index, Func<long, double> x, Func<double, double> y)
    {
        const int MostDots = 200;
        (string label, TimeSeries series) = _series[index];
        svg.Raw($"<path class=\"s s{index % 8}\" d=\"");
        bool isDown = false;
        foreach (TimeSeriesPoint point in series.Points)
        {
            if (point.Value is not null)
                svg.Raw($"{(isDown ? 'L' : 'M')}{SvgText.Number(x(point.StartUnixNanoseconds))} {SvgText.Number(y(Chart.Number(point.Value)))}");
            isDown = point.Value is not null;
        }

        svg.Raw("\"/>\n");
        IReadOnlyList<TimeSeriesPoint> points = series.Points;
        for (int i = 0; i < points.Count; i++)
        {
            TimeSeriesPoint point = points[i];
            // A line needs two values: one that stands alone would not be seen.
            bool isAlone = (i == 0 || points[i - 1].Value is null) && (i == points.Count - 1 || points[i + 1].Value is null);
            if (point.Value is null || (points.Count > MostDots && !isAlone))
                continue;
            string value = Chart.Number(point.Value).ToString("#,0.##", CultureInfo.InvariantCulture);
            svg.Line($"<circle class=\"dot d{index % 8}\" cx=\"{SvgText.Number(x(point.StartUnixNanoseconds))}\" cy=\"{SvgText.Number(y(Chart.Number(point.Value)))}\" r=\"3\"><title>{SvgText.Escape(label.Length == 0 ? title : label)} {TimeText(point.StartUnixNanoseconds, 0)} UTC: {value}</title></circle>");
        }
    }

    private void DrawLegend(SvgText svg)
    {
        int y = PlotTop + PlotHeight + 34;
        for (int i = 0; i < _series.Count; i++, y += 18)
        {
            svg.Line($"<line class=\"s s{i % 8}\" x1=\"8\" x2=\"44\" y1=\"{y - 4}\" y2=\"{y - 4}\"/>");
            svg.Line($"<text x=\"52\" y=\"{y}\">{SvgText.Escape(SvgText.Fit(_series[i].Label, (int)((width - 60) / SvgText.CharacterWidth)))}</text>");
        }
    }

    private IEnumerable<double> Values() => _series.SelectMany(s => s.Series.Points).Where(p => p.Value is not null).Select(p => Chart.Number(p.Value));
}
