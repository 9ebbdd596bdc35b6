using System.Numerics;
using BpfTrace.Language.Symbols;
using BpfTrace.MapReading;

namespace BpfTrace.Tests.Runtime.Decoding;

public class HistogramTests
{
    private static readonly AggregateType s_hist = new(AggregateKind.Hist, true);

    [Fact]
    public void Powers_of_two()
    {
        Assert.Equal(
            """
            @:
            (..., 0)               1 |@@@@@@@@@@@@@@@@@@@@@@@@@@                          |
            [0]                    0 |                                                    |
            [1]                    0 |                                                    |
            [2, 4)                 2 |@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@|
            [4, 8)                 1 |@@@@@@@@@@@@@@@@@@@@@@@@@@                          |
            [8, 16)                0 |                                                    |
            [16, 32)               1 |@@@@@@@@@@@@@@@@@@@@@@@@@@                          |


            """.ReplaceLineEndings("\n"),
            Text(s_hist, -1, 2, 3, 7, 17));
    }

    [Theory]
    [InlineData(0, 0, "[0]", 0L, 1L)]
    [InlineData(1, 0, "[1]", 1L, 2L)]
    [InlineData(-5, 0, "(..., 0)", null, 0L)]
    [InlineData(1023, 0, "[512, 1K)", 512L, 1024L)]
    [InlineData(1024, 0, "[1K, 2K)", 1024L, 2048L)]
    [InlineData(1 << 20, 0, "[1M, 2M)", 1L << 20, 2L << 20)]
    [InlineData(600L << 20, 0, "[512M, 1G)", 512L << 20, 1L << 30)]
    [InlineData(10_000_000_000, 0, "[8G, 16G)", 8L << 30, 16L << 30)]
    [InlineData(1L << 40, 0, "[1T, 2T)", 1L << 40, 2L << 40)]
    [InlineData(1L << 50, 0, "[1P, 2P)", 1L << 50, 2L << 50)]
    [InlineData(long.MaxValue, 0, "[4E, 8E)", 1L << 62, null)]
    [InlineData(0, 2, "[0]", 0L, 1L)]
    [InlineData(7, 2, "[7]", 7L, 8L)]
    [InlineData(8, 2, "[8, 10)", 8L, 10L)]
    [InlineData(225, 2, "[224, 256)", 224L, 256L)]
    [InlineData(1000, 2, "[896, 1024)", 896L, 1024L)]
    [InlineData(5000, 3, "[4608, 5120)", 4608L, 5120L)]
    [InlineData(31, 5, "[31]", 31L, 32L)]
    [InlineData(64, 5, "[64, 66)", 64L, 66L)]
    [InlineData(long.MaxValue, 5, "[8064P, 8192P)", 63L << 57, null)]
    public void Bucket_of_a_value(long value, int bits, string label, long? lower, long? upper)
    {
        AggregateType type = s_hist with { HistBits = bits };
        HistogramBucket bucket = BucketBounds.Bucket(type, HistIndex(value, bits), 3);
        Assert.Equal((label, lower, upper, 3L), (bucket.Label, bucket.Lower, bucket.Upper, bucket.Count));
    }

    [Fact]
    public void Every_value_lies_in_its_bucket()
    {
        var random = new Random(2);
        for (int bits = 0; bits <= 5; bits++)
        {
            AggregateType type = s_hist with { HistBits = bits };
            for (int i = 0; i < 2000; i++)
            {
                long value = random.NextInt64() >> random.Next(63);
                HistogramBucket bucket = BucketBounds.Bucket(type, HistIndex(value, bits), 1);
                Assert.True(value >= bucket.Lower && (bucket.Upper is null || value < bucket.Upper), $"{value} not in {bucket.Label} (k {bits})");
            }
        }
    }

    [Fact]
    public void Linear()
    {
        AggregateType type = new(AggregateKind.LHist, true) { Minimum = 0, Maximum = 10, Step = 2 };
        Assert.Equal(
            """
            @:
            (..., 0)               1 |@@@@@@@@@@@@@@@@@@@@@@@@@@                          |
            [0, 2)                 0 |                                                    |
            [2, 4)                 2 |@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@|
            [4, 6)                 0 |                                                    |
            [6, 8)                 1 |@@@@@@@@@@@@@@@@@@@@@@@@@@                          |
            [8, 10)                0 |                                                    |
            [10, ...)              1 |@@@@@@@@@@@@@@@@@@@@@@@@@@                          |


            """.ReplaceLineEndings("\n"),
            Text(type, -1, 2, 3, 6, 25));
    }

    [Theory]
    [InlineData(0, 100, 10, 150, "[100, ...)", 100L, null)]
    [InlineData(10, 110, 10, 5, "(..., 10)", null, 10L)]
    [InlineData(610_000, 670_000, 10_000, 645_000, "[640000, 650000)", 640_000L, 650_000L)]
    [InlineData(0, 5 * 1024, 1024, 0, "[0, 1K)", 0L, 1024L)]
    [InlineData(0, 5 * 1024, 1024, 4 * 1024, "[4K, 5K)", 4096L, 5120L)]
    [InlineData(0, 4 << 20, 1 << 20, 1 << 20, "[1M, 2M)", 1L << 20, 2L << 20)]
    [InlineData(0, 100, 1, 7, "[7]", 7L, 8L)]
    [InlineData(-10, 10, 5, -7, "[-10, -5)", -10L, -5L)]
    [InlineData(0, 10, 3, 10, "[9, ...)", 9L, null)]
    public void Linear_bucket_of_a_value(long min, long max, long step, long value, string label, long? lower, long? upper)
    {
        AggregateType type = new(AggregateKind.LHist, true) { Minimum = min, Maximum = max, Step = step };
        HistogramBucket bucket = BucketBounds.Bucket(type, LinearIndex(type, value), 1);
        Assert.Equal((label, lower, upper), (bucket.Label, bucket.Lower, bucket.Upper));
    }

    [Fact]
    public void Keyed_histograms_sort_by_total_and_end_with_a_blank_line()
    {
        MapSymbol map = MapSnapshotTests.Map("@h", IntegerType.Int64, s_hist, MapStorage.PerCpuHash);
        MapSnapshot snapshot = MapSnapshotTests.Build(
            map,
            new TestResolver(),
            (Key(1, 2), Records.Join(Records.U64(10), Records.U64(10))),
            (Key(0, 1), Records.Join(Records.U64(1), Records.U64(1))),
            (Key(1, 3), Records.Join(Records.U64(0), Records.U64(5))));
        Assert.Equal(
            """
            @h[0]:
            [0]                    2 |@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@|

            @h[1]:
            [1]                   20 |@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@|
            [2, 4)                 5 |@@@@@@@@@@@@@                                       |


            """.ReplaceLineEndings("\n"),
            snapshot.ToString());
        MapEntry[] entries = [.. snapshot.GetEntries()];
        Assert.Equal(snapshot.ToString(), string.Concat(entries.Select(e => e.Text)));
        var histogram = Assert.IsType<Histogram>(entries[1].Value);
        Assert.Equal(25, histogram.Total);
        Assert.Equal(2, histogram.Buckets.Count);
        Assert.True(histogram.CompareTo((Histogram)entries[0].Value!) > 0);
        Assert.Equal(12, ((Histogram)snapshot.GetEntries(divisor: 2)[1].Value!).Total);
        Assert.Equal(0L, Assert.Single(snapshot.GetEntries(top: 1)).Key is long key ? key - 1 : -1);
    }

    [Fact]
    public void Div_has_no_effect_on_lhist()
    {
        AggregateType type = new(AggregateKind.LHist, true) { Minimum = 0, Maximum = 10, Step = 5 };
        Assert.Equal(4, BucketBounds.Build(type, [0, 4], divisor: 2).Total);
        Assert.Equal(2, BucketBounds.Build(s_hist, [0, 4], divisor: 2).Total);
    }

    [Fact]
    public void A_zeroed_histogram_has_no_buckets_and_still_prints()
    {
        Assert.Empty(BucketBounds.Build(s_hist, [0, 0, 0]).Buckets);
        MapSymbol map = MapSnapshotTests.Map("@h", null, s_hist, MapStorage.PerCpuHash);
        Assert.Equal("@h:\n\n", MapSnapshotTests.Build(map, new TestResolver(), (Records.U64(2), Records.U64(0))).ToString());
        Assert.Equal("", MapSnapshotTests.Build(map, new TestResolver()).ToString());
    }

    [Fact]
    public void A_bar_of_a_count_divided_to_zero_is_empty()
    {
        Histogram histogram = BucketBounds.Build(s_hist, [0, 1, 2], divisor: 4);
        Assert.Equal("[0]                    0 |" + new string(' ', 52) + "|\n[1]                    0 |" + new string(' ', 52) + "|\n", histogram.ToString());
    }

    [Fact]
    public void Bars_are_as_long_as_in_single_precision()
    {
        // In single precision the two are equal: two full bars, as bpftrace draws them.
        Histogram histogram = BucketBounds.Build(s_hist, [16_777_216, 16_777_217]);
        Assert.Equal(2, histogram.ToString().Split('\n').Count(l => l.EndsWith("|" + new string('@', 52) + "|", StringComparison.Ordinal)));
    }

    private static byte[] Key(long key, ulong bucket) => Records.Join(Records.I64(key), Records.U64(bucket));

    private static string Text(AggregateType type, params long[] values)
    {
        MapSymbol map = MapSnapshotTests.Map("@", null, type, MapStorage.PerCpuHash);
        var counts = new SortedDictionary<int, ulong>();
        foreach (long value in values)
        {
            int index = type.Kind == AggregateKind.Hist ? HistIndex(value, type.HistBits) : LinearIndex(type, value);
            counts[index] = counts.GetValueOrDefault(index) + 1;
        }

        return MapSnapshotTests.Build(map, new TestResolver(), [.. counts.Select(c => (Records.U64((ulong)c.Key), Records.U64(c.Value)))]).ToString();
    }

    // What the programs compute: the algorithms in the comments of bpftrace's codegen_llvm.cpp.
    private static int HistIndex(long value, int bits)
    {
        if (value < 0)
            return 0;
        long mask = (1L << bits) - 1;
        if (value <= mask)
            return (int)value + 1;
        int top = BitOperations.Log2((ulong)value) - bits;
        return ((top + 1) << bits) + (int)((value >> top) & mask) + 1;
    }

    private static int LinearIndex(AggregateType type, long value)
    {
        if (value < type.Minimum)
            return 0;
        return (int)(1 + ((Math.Min(value, type.Maximum) - type.Minimum) / type.Step));
    }
}
