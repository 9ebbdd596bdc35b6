using System.Globalization;
using BpfTrace.Language.Text;

namespace BpfTrace.Pictures;

/// <summary>A part of a chart: its title stands at the top, the rest is drawn below.</summary>
internal abstract class ChartPanel
{
    public abstract string Title { get; }

    /// <summary>What the panel shows, in words: for those who do not see it.</summary>
    public abstract string Description { get; }

    public abstract int Height { get; }

    public abstract void Draw(SvgText svg);

    /// <summary>A number as short as it may be: <c>12</c>, <c>4.5k</c>, <c>1.2M</c>.</summary>
    protected static string Short(double value)
    {
        double size = Math.Abs(value);
        (double unit, string suffix) = size switch
        {
            >= 1e15 => (1e15, "P"),
            >= 1e12 => (1e12, "T"),
            >= 1e9 => (1e9, "G"),
            >= 1e6 => (1e6, "M"),
            >= 1e4 => (1e3, "k"),
            _ => (1, ""),
        };
        return (value / unit).ToString("0.##", CultureInfo.InvariantCulture) + suffix;
    }
}

/// <summary>Rows with a label, a bar and a number.</summary>
internal abstract class BarPanel(int width) : ChartPanel
{
    private const int LongestLabel = 40;

    private const int MostRows = 64;

    private readonly List<BarRow> _rows = [];
    private int _hidden;

    public override int Height => 24 + (_rows.Count * RowHeight) + (_hidden > 0 ? 18 : 0);

    protected IReadOnlyList<BarRow> Rows => _rows;

    private int RowHeight => _rows.Count > 48 ? 14 : 20;

    public override void Draw(SvgText svg)
    {
        if (_rows.Count == 0)
            return;
        double labels = (Math.Min(LongestLabel, _rows.Max(r => TerminalWidth.Of(r.Label))) * SvgText.CharacterWidth) + 8;
        double numbers = (_rows.Max(r => r.Number.Length) * SvgText.CharacterWidth) + 8;
        double room = Math.Max(20, width - labels - numbers);
        double least = Math.Min(0, _rows.Min(r => r.Value)), greatest = Math.Max(0, _rows.Max(r => r.Value));
        double scale = greatest > least ? room / (greatest - least) : 0;
        double zero = labels - (least * scale);
        int y = 22;
        foreach (BarRow row in _rows)
        {
            double length = Math.Abs(row.Value) * scale;
            double start = row.Value < 0 ? zero - length : zero;
            int baseline = y + (RowHeight / 2) + 4;
            svg.Raw("<g>");
            svg.Raw($"<title>{SvgText.Escape(row.Tip)}</title>");
            svg.Raw($"<text x=\"{SvgText.Number(labels - 8)}\" y=\"{baseline}\" text-anchor=\"end\">{SvgText.Escape(SvgText.Fit(row.Label, LongestLabel))}</text>");
            svg.Raw($"<rect class=\"track\" x=\"{SvgText.Number(labels)}\" y=\"{y + 2}\" width=\"{SvgText.Number(room)}\" height=\"{RowHeight - 4}\"/>");
            svg.Raw($"<rect class=\"bar\" x=\"{SvgText.Number(start)}\" y=\"{y + 2}\" width=\"{SvgText.Number(length)}\" height=\"{RowHeight - 4}\"/>");
            svg.Raw($"<text x=\"{SvgText.Number(labels + room + 8)}\" y=\"{baseline}\">{SvgText.Escape(row.Number)}</text>");
            svg.Raw("</g>\n");
            y += RowHeight;
        }

        if (least < 0)
            svg.Line($"<path class=\"axis\" d=\"M{SvgText.Number(zero)} 22V{y}\"/>");
        if (_hidden > 0)
            svg.Line($"<text class=\"note\" x=\"{SvgText.Number(labels)}\" y=\"{y + 14}\">and {SvgText.Count(_hidden)} smaller ones</text>");
    }

    protected void AddRow(BarRow row) => _rows.Add(row);

    /// <summary>Adds a row, and leaves the smallest, those nearest to zero, out when there are more than can be read.</summary>
    protected void AddLargest(BarRow row)
    {
        _rows.Add(row);
        if (_rows.Count <= MostRows)
            return;
        _rows.Remove(_rows.MinBy(r => Math.Abs(r.Value))!);
        _hidden++;
    }

    /// <summary>A row.</summary>
    protected sealed record BarRow(string Label, double Value, string Number, string Tip);
}

/// <summary>A histogram: a row for each bucket.</summary>
internal sealed class HistogramPanel : BarPanel
{
    private readonly Histogram _histogram;

    public HistogramPanel(string title, Histogram histogram, int width)
        : base(width)
    {
        Title = title;
        _histogram = histogram;
        foreach (HistogramBucket bucket in histogram.Buckets)
        {
            string count = SvgText.Count(bucket.Count);
            AddRow(new BarRow(bucket.Label, bucket.Count, count, $"{bucket.Label}: {count} ({SvgText.Percent(bucket.Count, histogram.Total)})"));
        }
    }

    public override string Title { get; }

    public override string Description
    {
        get
        {
            HistogramBucket? mode = _histogram.Buckets.MaxBy(b => b.Count);
            return mode is null
                ? $"Histogram {Title}: no values."
                : $"Histogram {Title}: {SvgText.Count(_histogram.Total)} values, most of them in {mode.Label}, {SvgText.Count(mode.Count)}.";
        }
    }
}

/// <summary>Numbers of a map: a row for each key.</summary>
internal sealed class NumberPanel(string title, int width) : BarPanel(width)
{
    public override string Title => title;

    public override string Description => $"Bars {title}: {Rows.Count} values" + (Rows.Count == 0 ? "." : $", the largest {Rows.MaxBy(r => r.Value)!.Tip}.");

    public void Add(string label, double value)
    {
        string number = Short(value);
        AddLargest(new BarRow(label, value, number, $"{(label.Length == 0 ? title : label)}: {value.ToString("#,0.##", CultureInfo.InvariantCulture)}"));
    }
}
