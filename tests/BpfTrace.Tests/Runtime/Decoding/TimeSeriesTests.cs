using BpfTrace.Language.Symbols;
using BpfTrace.MapReading;

namespace BpfTrace.Tests.Runtime.Decoding;

public class TimeSeriesTests
{
    private const ulong Millisecond = 1_000_000;
    private const ulong FirstEpoch = 173_482_610; // in ms

    private static AggregateType Type(AggregateKind? function = null, bool isSigned = true) =>
        new(AggregateKind.TSeries, isSigned) { IntervalNanoseconds = Millisecond, IntervalCount = 5, IntervalFunction = function };

    [Fact]
    public void Several_series_share_the_range_of_the_latest()
    {
        MapSymbol map = MapSnapshotTests.Map("@t", IntegerType.Int64, Type(), MapStorage.PerCpuHash);
        var elements = new List<(byte[], byte[])>();
        for (ulong i = 1; i <= 5; i++)
        {
            elements.Add((Key(0, i % 5), Slot(1, (long)i, FirstEpoch + i)));
            elements.Add((Key(1, (i + 1) % 5), Slot(1, (long)i, FirstEpoch + i + 1)));
        }

        string text = MapSnapshotTests.Build(map, new TestResolver(), [.. elements]).ToString();
        Assert.Equal(
            Clock(
                """
                @t[0]:
                             2                                                   5
                hh:mm:ss.ms  |___________________________________________________|
                %612 *                                                   | 2
                %613 |                *                                  | 3
                %614 |                                 *                 | 4
                %615 |                                                   * 5
                %616 |                                                   | -
                             v___________________________________________________v
                             2                                                   5

                @t[1]:
                             1                                                   5
                hh:mm:ss.ms  |___________________________________________________|
                %612 *                                                   | 1
                %613 |            *                                      | 2
                %614 |                         *                         | 3
                %615 |                                      *            | 4
                %616 |                                                   * 5
                             v___________________________________________________v
                             1                                                   5


                """),
            text);
    }

    [Fact]
    public void A_flat_line_has_room_on_both_sides_and_negative_values_a_zero_line()
    {
        TimeSeries flat = Series(Type(AggregateKind.Sum), 4, 4);
        Assert.Contains("hh:mm:ss.ms  |___________________________________________________|\n", flat.ToString(), StringComparison.Ordinal);
        Assert.StartsWith("             3                                                   5\n", flat.ToString(), StringComparison.Ordinal);
        Assert.Contains("|                         *                         | 4\n", flat.ToString(), StringComparison.Ordinal);

        string unsignedZero = Series(Type(AggregateKind.Sum, isSigned: false), 0, 0).ToString();
        Assert.StartsWith("             0                                                   1\n", unsignedZero, StringComparison.Ordinal);

        string[] zigzag = Series(Type(), -5, -4, 0, 4, 5).ToString().Split('\n');
        Assert.EndsWith(" *                         .                         | -5", zigzag[2], StringComparison.Ordinal);
        Assert.EndsWith(" |    *                    .                         | -4", zigzag[3], StringComparison.Ordinal);
        Assert.EndsWith(" |                         *                         | 0", zigzag[4], StringComparison.Ordinal);
        Assert.EndsWith(" |                         .                   *     | 4", zigzag[5], StringComparison.Ordinal);
        Assert.EndsWith(" |                         .                         * 5", zigzag[6], StringComparison.Ordinal);
    }

    [Fact]
    public void No_points_is_no_data() => Assert.Equal("<no data>", new TimeSeries([]).ToString());

    [Theory]
    [InlineData(null, 7)] // the last write wins: the first number of a slot is its time
    [InlineData(AggregateKind.Sum, 18)]
    [InlineData(AggregateKind.Max, 9)]
    [InlineData(AggregateKind.Min, 2)]
    [InlineData(AggregateKind.Avg, 2)] // 18 / 9
    public void Cpus_are_merged_within_the_newest_epoch(AggregateKind? function, long expected)
    {
        byte[] cpus = Records.Join(Slot(3, 9, 100), Slot(4, 7, 100), Slot(9, 1000, 95), Slot(2, 2, 100), Slot(0, 0, 0));
        Assert.Equal((100ul, expected), TimeSeriesMerge.MergeBucket(Type(function), cpus, 24));
        Assert.Equal((0ul, 0L), TimeSeriesMerge.MergeBucket(Type(function), Slot(0, 0, 0), 24));
    }

    [Fact]
    public void A_cleared_series_has_no_points_and_an_unused_interval_at_the_clocks_zero_is_a_zero()
    {
        AggregateType type = Type();
        Assert.Empty(TimeSeriesMerge.Build(type, new Dictionary<ulong, long> { [0] = 0 }, 0, static ns => (long)ns).Points);
        ulong last = (ulong)type.IntervalCount - 1;
        TimeSeries series = TimeSeriesMerge.Build(type, new Dictionary<ulong, long> { [0] = 0, [1] = 5 }, last, static ns => (long)ns);
        Assert.Equal(type.IntervalCount, series.Points.Count);
        Assert.Equal([0L, 5L], series.Points.Take(2).Select(static p => p.Value));
        Assert.All(series.Points.Skip(2), static p => Assert.Null(p.Value));
    }

    private static TimeSeries Series(AggregateType type, params long[] values) => TimeSeriesMerge.Build(
        type, values.Select((v, i) => (v, i)).ToDictionary(p => FirstEpoch + (ulong)p.i, p => p.v), FirstEpoch + (ulong)values.Length - 1, ns => (long)ns);

    private static byte[] Key(long key, ulong bucket) => Records.Join(Records.I64(key), Records.U64(bucket));

    private static byte[] Slot(ulong count, long value, ulong epoch) => Records.Join(Records.U64(count), Records.I64(value), Records.U64(epoch));

    // %612 stands for the local time of day at which second 173482 of 1970 and 612 ms is.
    private static string Clock(string text)
    {
        DateTime start = DateTime.UnixEpoch.AddSeconds(173_482).ToLocalTime();
        return text.ReplaceLineEndings("\n").Replace("%", $"{start:HH:mm:ss}.", StringComparison.Ordinal);
    }
}
