using System.Xml.Linq;
using BpfTrace.Pictures;

namespace BpfTrace.Tests.Runtime.Pictures;

public class ChartTests
{
    private static readonly XNamespace s_svg = "http://www.w3.org/2000/svg";

    [Fact]
    public void A_histogram_has_a_bar_for_each_bucket_as_long_as_its_share_of_the_largest()
    {
        var histogram = new Histogram([new HistogramBucket(0, 10, 25, "[0, 10)"), new HistogramBucket(10, 20, 0, "[10, 20)"), new HistogramBucket(20, null, 100, "[20, ...)")]);
        XDocument svg = Parse(Chart.ToSvg([new MapEntry("@h", "a<b", histogram)]));
        double[] bars = [.. svg.Descendants(s_svg + "rect").Where(r => (string?)r.Attribute("class") == "bar").Select(r => (double)r.Attribute("width")!)];
        Assert.Equal(3, bars.Length);
        Assert.Equal(0.25, bars[0] / bars[2], 3);
        Assert.Equal(0, bars[1]);
        Assert.Contains("[20, ...): 100 (80%)", svg.Descendants(s_svg + "title").Select(t => t.Value));
        Assert.Equal("Histogram @h[a<b]: 125 values, most of them in [20, ...), 100.", (string?)svg.Descendants(s_svg + "g").First().Attribute("aria-label"));
    }

    [Fact]
    public void Series_of_one_map_share_a_panel_and_lines_break_where_nothing_was_recorded()
    {
        TimeSeries Series(params object?[] values) => new(values.Select((v, i) => new TimeSeriesPoint(i * 1_000_000_000L, v)));
        XDocument svg = Parse(Chart.ToSvg([new MapEntry("@t", "a", Series(1L, 2L, null, 4L)), new MapEntry("@t", "b", Series(-3L, 10L)), new MapEntry("@u", null, Series())], "two"));
        string[] lines = [.. svg.Descendants(s_svg + "path").Where(p => ((string)p.Attribute("class")!).StartsWith("s ", StringComparison.Ordinal)).Select(p => (string)p.Attribute("d")!)];
        Assert.Equal(2, lines.Length);
        Assert.Equal(2, lines[0].Count(c => c == 'M'));
        Assert.Equal(1, lines[0].Count(c => c == 'L'));
        string[] texts = [.. svg.Descendants(s_svg + "text").Select(t => t.Value)];
        Assert.Contains("no data", texts);
        Assert.Contains("two", texts);
        Assert.Contains("-5", texts);
        Assert.Contains("00:00:03.000 UTC", texts);
        Assert.Contains("b 00:00:01.000 UTC: 10", svg.Descendants(s_svg + "title").Select(t => t.Value));
    }

    [Fact]
    public void Numbers_of_a_map_are_bars_and_the_largest_are_kept()
    {
        XDocument svg = Parse(Chart.ToSvg([.. Enumerable.Range(0, 100).Select(i => new MapEntry("@n", (long)i, (ulong)(i * 1000))), new MapEntry("@s", null, new Stats(2, 5L, 10L)), new MapEntry("@x", null, "text")]));
        string[] texts = [.. svg.Descendants(s_svg + "text").Select(t => t.Value)];
        Assert.Contains("and 36 smaller ones", texts);
        Assert.Contains("99k", texts);
        Assert.DoesNotContain("35k", texts);
        Assert.Contains("@s (average)", texts);
        Assert.DoesNotContain("@x", texts);
    }

    [Fact]
    public void Negative_numbers_go_the_other_way_from_zero_and_are_large_too()
    {
        XDocument svg = Parse(Chart.ToSvg([.. new long[] { -100, -5, 10 }.Select(static n => new MapEntry("@n", n, n))]));
        (double X, double Width)[] bars = [.. svg.Descendants(s_svg + "rect").Where(r => (string?)r.Attribute("class") == "bar").Select(r => ((double)r.Attribute("x")!, (double)r.Attribute("width")!))];
        double zero = bars[2].X;
        Assert.Equal(10, bars[0].Width / bars[2].Width, 1);
        Assert.All(bars[..2], bar => Assert.Equal(zero, bar.X + bar.Width, 1));
        Assert.StartsWith(FormattableString.Invariant($"M{zero} "), (string?)svg.Descendants(s_svg + "path").Single().Attribute("d"), StringComparison.Ordinal);
        XElement track = svg.Descendants(s_svg + "rect").First(r => (string?)r.Attribute("class") == "track");
        Assert.Equal((double)track.Attribute("width")!, bars[0].Width + bars[2].Width, 1);

        string[] texts = [.. Parse(Chart.ToSvg(Enumerable.Range(0, 100).Select(static i => new MapEntry("@n", (long)i, -(long)i)))).Descendants(s_svg + "text").Select(t => t.Value)];
        Assert.Contains("-99", texts);
        Assert.DoesNotContain("-35", texts);
    }

    [Fact]
    public void A_value_between_two_gaps_of_a_long_series_is_a_dot()
    {
        TimeSeries series = new(Enumerable.Range(0, 500).Select(static i => new TimeSeriesPoint(i * 1_000_000_000L, i is 100 or 300 or 301 ? i : null)));
        XElement dot = Assert.Single(Parse(Chart.ToSvg([new MapEntry("@t", null, series)])).Descendants(s_svg + "circle"));
        Assert.Equal("@t 00:01:40.000 UTC: 100", (string?)dot.Element(s_svg + "title"));
    }

    [Theory]
    [InlineData("日本語", 5, "日..")]
    [InlineData("日本語", 6, "日本語")]
    [InlineData("a😀😀", 4, "a..")]
    [InlineData("a😀😀", 5, "a😀😀")]
    [InlineData("abcdef", 5, "abc..")]
    [InlineData("abcdef", 2, "")]
    public void A_text_is_cut_between_characters_and_wide_ones_count_twice(string text, int characters, string fit) =>
        Assert.Equal(fit, SvgText.Fit(text, characters));

    [Theory]
    [InlineData(0, 9, new double[] { 0, 2, 4, 6, 8, 10 })]
    [InlineData(0, 0, new double[] { 0, 0.2, 0.4, 0.6, 0.8, 1 })]
    [InlineData(-3, 10, new double[] { -5, 0, 5, 10 })]
    [InlineData(0, 340_000, new double[] { 0, 100_000, 200_000, 300_000, 400_000 })]
    public void Ticks_are_round(double least, double greatest, double[] ticks) =>
        Assert.Equal(ticks, SeriesPanel.Ticks(least, greatest).Select(t => Math.Round(t, 6)));

    [Fact]
    public void Extreme_numbers_are_drawn()
    {
        string svg = Chart.ToSvg([new MapEntry("@t", null, new TimeSeries([new TimeSeriesPoint(long.MinValue, long.MinValue), new TimeSeriesPoint(long.MaxValue, ulong.MaxValue)])), new MapEntry("@n", null, ulong.MaxValue)]);
        Assert.DoesNotContain("NaN", svg, StringComparison.Ordinal);
        Assert.DoesNotContain("∞", svg, StringComparison.Ordinal);
        Parse(svg);
    }

    private static XDocument Parse(string svg) => XDocument.Parse(svg);
}
