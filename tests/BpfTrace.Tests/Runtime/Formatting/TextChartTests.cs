using BpfTrace.Formatting;

namespace BpfTrace.Tests.Runtime.Formatting;

/// <summary>Pictures in text.</summary>
public class TextChartTests
{
    [Theory]
    [InlineData(0, "")]
    [InlineData(0.01, "▏")]
    [InlineData(50, "██")]
    [InlineData(62.5, "██▌")]
    [InlineData(100, "████")]
    [InlineData(1000, "████")]
    public void A_bar_is_as_long_as_its_value(double value, string bar) => Assert.Equal(bar, TextCharts.Bar(value, 100, 4));

    [Theory]
    [InlineData(0.01, "@")]
    [InlineData(62.5, "@@")]
    [InlineData(100, "@@@@")]
    public void In_ascii_a_bar_has_whole_columns(double value, string bar) => Assert.Equal(bar, TextCharts.Bar(value, 100, 4, ascii: true));

    [Fact]
    public void A_sparkline_stands_on_zero_and_leaves_gaps()
    {
        Assert.Equal("▁ ▅█", TextCharts.Sparkline([0, null, 4, 8]));
        Assert.Equal("_ +#", TextCharts.Sparkline([0, null, 5, 8], ascii: true));
        Assert.Equal("", TextCharts.Sparkline([]));
    }

    [Fact]
    public void A_heat_row_is_on_the_given_scale()
    {
        Assert.Equal("░·▒█", TextCharts.HeatRow([0, null, 4, 100], 0, 10));
        Assert.Equal(". .@", TextCharts.HeatRow([0, null, 1, 100], 0, 10, ascii: true));
        Assert.Equal("█", TextCharts.HeatRow([5], 5, 5));
    }

    [Fact]
    public void A_histogram_s_bars_share_the_width()
    {
        var histogram = new Histogram([new HistogramBucket(0, 1, 5, "[0]"), new HistogramBucket(1, 2, 10, "[1]"), new HistogramBucket(2, 4, 0, "[2, 4)")]);
        Assert.Equal("[0]      5 |@@@@@\n[1]     10 |@@@@@@@@@@\n[2, 4)   0 |", TextCharts.Draw(histogram, 20, ascii: true));
        Assert.Equal("[0]      5 ▕█████\n[1]     10 ▕██████████\n[2, 4)   0 ▕", TextCharts.Draw(histogram, 20));
    }
}
