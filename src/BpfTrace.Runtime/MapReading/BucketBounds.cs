using System.Globalization;
using BpfTrace.Language.Symbols;

namespace BpfTrace.MapReading;

/// <summary>
/// Which values a histogram's bucket number stands for. The numbers are those the programs compute: bpftrace's <c>log2</c> and <c>linear</c>
/// (src/ast/passes/codegen_llvm.cpp), the labels those of src/types_format.cpp.
/// </summary>
/// <remarks>
/// <c>hist(n, k)</c>: bucket 0 holds negative values, 1 … 2^k the values 0 … 2^k - 1, from there on each power of two has 2^k buckets.
/// <c>lhist</c>: bucket 0 holds values below the minimum, bucket i those from minimum + (i-1)·step; the last, without upper bound, those from the
/// maximum.
/// </remarks>
internal static class BucketBounds
{
    /// <summary>The most buckets of <c>hist</c> with k = 5, and of <c>lhist</c>, that HEAD reads; a number beyond is not one of ours.</summary>
    public const int MaxBuckets = 65 * 32;

    /// <summary>The buckets from the first to the last filled one, of counts by bucket number.</summary>
    /// <param name="type">Hist or LHist.</param>
    /// <param name="counts">Counts by bucket number.</param>
    /// <param name="divisor">What hist's counts are divided by; it has no effect on lhist.</param>
    public static Histogram Build(AggregateType type, ReadOnlySpan<ulong> counts, long divisor = 1)
    {
        // Plain loops: the vectorised search of numbers of this size is nowhere compiled ahead of time.
        int first = 0;
        while (first < counts.Length && counts[first] == 0)
            first++;
        if (first == counts.Length)
            return new Histogram([]);
        int last = counts.Length - 1;
        while (counts[last] == 0)
            last--;
        var buckets = new HistogramBucket[last - first + 1];
        ulong by = type.Kind == AggregateKind.Hist ? (ulong)Math.Max(divisor, 1) : 1;
        for (int i = first; i <= last; i++)
            buckets[i - first] = Bucket(type, i, (long)(counts[i] / by));
        return new Histogram(buckets);
    }

    /// <summary>A bucket by its number.</summary>
    public static HistogramBucket Bucket(AggregateType type, int index, long count)
    {
        Bound? lower = index == 0 ? null : UpperBound(type, index - 1);
        Bound? upper = UpperBound(type, index);
        string label = (lower, upper) switch
        {
            (null, { } u) => $"(..., {u.Label})",
            ({ } l, null) => $"[{l.Label}, ...)",
            // One value: written so only where both bounds are plain numbers.
            ({ IsPlain: true } l, { IsPlain: true } u) when l.Value + 1 == u.Value => $"[{l.Label}]",
            _ => $"[{lower?.Label}, {upper?.Label})",
        };
        return new HistogramBucket(lower?.SignedValue, upper?.SignedValue, count, label);
    }

    private static Bound? UpperBound(AggregateType type, int index)
    {
        if (type.Kind == AggregateKind.LHist)
        {
            Int128 bound = type.Minimum + ((Int128)index * type.Step);
            return bound > type.Maximum ? null : Linear((long)bound, type.Step);
        }

        return index <= 2 << type.HistBits ? new Bound(index.ToString(CultureInfo.InvariantCulture), (ulong)index, IsPlain: true) : Power(index, type.HistBits);
    }

    // Bucket numbers above the first two sets: the last k bits choose the slice of a power of two.
    private static Bound Power(int index, int bits)
    {
        int slices = 1 << bits;
        int power = (index >> bits) - 1;
        ulong slice = (ulong)(slices + (index & (slices - 1)));
        int decade = power / 10;
        string label = (slice << (power - (10 * decade))).ToString(CultureInfo.InvariantCulture);
        return new Bound(decade == 0 ? label : label + "KMGTPE"[decade - 1], slice << power, IsPlain: false);
    }

    // A suffix only where every bound can be written with one: where the step is a multiple of 1024.
    private static Bound Linear(long value, long step)
    {
        const long Kilo = 1024;
        const long Mega = Kilo * Kilo;
        string plain = value.ToString(CultureInfo.InvariantCulture);
        if (step % Kilo != 0)
            return new Bound(plain, (ulong)value, IsPlain: true);
        string label = value switch
        {
            0 => plain,
            _ when value % Mega == 0 => string.Create(CultureInfo.InvariantCulture, $"{value / Mega}M"),
            _ when value % Kilo == 0 => string.Create(CultureInfo.InvariantCulture, $"{value / Kilo}K"),
            _ => plain,
        };
        return new Bound(label, (ulong)value, IsPlain: false) { IsLinear = true };
    }

    private sealed record Bound(string Label, ulong Value, bool IsPlain)
    {
        public bool IsLinear { get; init; }

        // 2^63 is the upper bound of hist's last bucket; no long holds it.
        public long? SignedValue => Value == 1UL << 63 && !IsLinear && !IsPlain ? null : (long)Value;
    }
}
