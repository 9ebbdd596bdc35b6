namespace BpfTrace.Language.Symbols;

/// <summary>bpftrace's map aggregations.</summary>
public enum AggregateKind
{
    /// <summary><c>count()</c>.</summary>
    Count,

    /// <summary><c>sum(n)</c>.</summary>
    Sum,

    /// <summary><c>min(n)</c>.</summary>
    Min,

    /// <summary><c>max(n)</c>.</summary>
    Max,

    /// <summary><c>avg(n)</c>.</summary>
    Avg,

    /// <summary><c>stats(n)</c>.</summary>
    Stats,

    /// <summary><c>hist(n, k)</c>: powers of two, each split in 2^k.</summary>
    Hist,

    /// <summary><c>lhist(n, min, max, step)</c>.</summary>
    LHist,

    /// <summary><c>tseries(n, interval, count, function)</c>.</summary>
    TSeries,
}

/// <summary>
/// The value of an aggregating map. It is held per CPU and merged when read. In memory, per CPU:
/// Count, Sum: u64/i64. Min, Max: u64/i64 value, u64 "is set". Avg, Stats: u64 count, i64/u64 total.
/// Hist and LHist: u64 count, with the bucket number as one more u64 at the end of the key (8-aligned).
/// TSeries: u64 count, i64 value, u64 epoch, with the bucket as one more u64 of the key.
/// </summary>
/// <param name="Kind">Which aggregation.</param>
/// <param name="IsSigned">Whether the argument, and so the result, is signed.</param>
public sealed record AggregateType(AggregateKind Kind, bool IsSigned) : BpfType
{
    /// <summary>Hist: bits k of sub-buckets, 0–5.</summary>
    public int HistBits { get; init; }

    /// <summary>LHist: the lower bound.</summary>
    public long Minimum { get; init; }

    /// <summary>LHist: the upper bound.</summary>
    public long Maximum { get; init; }

    /// <summary>LHist: the bucket's width.</summary>
    public long Step { get; init; }

    /// <summary>TSeries: the interval in ns.</summary>
    public ulong IntervalNanoseconds { get; init; }

    /// <summary>TSeries: how many intervals are kept.</summary>
    public int IntervalCount { get; init; }

    /// <summary>TSeries: the aggregation within an interval (Avg, Max, Min or Sum), or null for the last value.</summary>
    public AggregateKind? IntervalFunction { get; init; }

    /// <summary>True when the key carries a bucket number: one user-visible entry is many kernel entries.</summary>
    public bool HasBuckets => Kind is AggregateKind.Hist or AggregateKind.LHist or AggregateKind.TSeries;

    // By hand, of numbers: the comparers of enumerations and nullable ones that a record would use have to be compiled at every start.
    /// <inheritdoc/>
    public bool Equals(AggregateType? other) =>
        other is not null && Kind == other.Kind && IsSigned == other.IsSigned && HistBits == other.HistBits
        && Minimum == other.Minimum && Maximum == other.Maximum && Step == other.Step
        && IntervalNanoseconds == other.IntervalNanoseconds && IntervalCount == other.IntervalCount && IntervalFunction == other.IntervalFunction;

    /// <inheritdoc/>
    public override int GetHashCode() => (int)Kind + (HistBits << 4) + (int)(Minimum ^ Maximum ^ Step) + (int)IntervalNanoseconds + (IsSigned ? 1 << 30 : 0);

    /// <inheritdoc/>
    public override int Size => Kind switch
    {
        AggregateKind.Count or AggregateKind.Sum or AggregateKind.Hist or AggregateKind.LHist => 8,
        AggregateKind.TSeries => 24,
        _ => 16,
    };

    /// <inheritdoc/>
    public override int Alignment => 8;

    /// <inheritdoc/>
    public override string DisplayName => Kind switch
    {
        AggregateKind.Count => "count_t",
        AggregateKind.Sum => IsSigned ? "sum_t" : "usum_t",
        AggregateKind.Min => IsSigned ? "min_t" : "umin_t",
        AggregateKind.Max => IsSigned ? "max_t" : "umax_t",
        AggregateKind.Avg => IsSigned ? "avg_t" : "uavg_t",
        AggregateKind.Stats => IsSigned ? "stats_t" : "ustats_t",
        AggregateKind.Hist => "hist_t",
        AggregateKind.LHist => "lhist_t",
        _ => "tseries_t",
    };
}
