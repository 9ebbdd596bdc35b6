using BpfTrace.Decoding;
using BpfTrace.Formatting;

namespace BpfTrace;

/// <summary>A bucket of a <see cref="Histogram"/>: values from <see cref="Lower"/> up to, without, <see cref="Upper"/>.</summary>
/// <param name="Lower">The least value; null when there is no lower bound.</param>
/// <param name="Upper">The value just above the greatest; null when there is no upper bound, or it is 2^63.</param>
/// <param name="Count">How many values fell into it.</param>
/// <param name="Label">The interval as bpftrace writes it: <c>[4K, 8K)</c>, <c>[1]</c>, <c>(..., 0)</c>, <c>[100, ...)</c>.</param>
public sealed record HistogramBucket(long? Lower, long? Upper, long Count, string Label) : IEscapedMembers
{
    /// <summary>The label and the count.</summary>
    public override string ToString() => $"{Label} {Count}";
}

/// <summary>What <c>hist()</c> or <c>lhist()</c> gathered. Empty buckets below the first and above the last filled one are left out.</summary>
/// <remarks>Compares by <see cref="Total"/>: bpftrace's order of histograms in a map.</remarks>
#pragma warning disable CA1036 // ordered for Sort-Object; operators on a picture would say nothing
public sealed class Histogram : IEquatable<Histogram>, IComparable<Histogram>, IComparable, IEscapedMembers
#pragma warning restore CA1036
{
    private readonly HistogramBucket[] _buckets;

    /// <summary>A histogram.</summary>
    /// <param name="buckets">In ascending order.</param>
    public Histogram(IEnumerable<HistogramBucket> buckets)
    {
        _buckets = [.. buckets];
        foreach (HistogramBucket bucket in _buckets)
            Total += bucket.Count;
    }

    /// <summary>The buckets in ascending order, without gaps.</summary>
    public IReadOnlyList<HistogramBucket> Buckets => _buckets;

    /// <summary>The sum of the buckets' counts.</summary>
    public long Total { get; }

    /// <summary>Whether the other has the same buckets.</summary>
    public bool Equals(Histogram? other) => other is not null && _buckets.AsSpan().SequenceEqual(other._buckets);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Histogram);

    /// <inheritdoc/>
    public override int GetHashCode() => Total.GetHashCode();

    /// <inheritdoc/>
    public int CompareTo(Histogram? other) => other is null ? 1 : Total.CompareTo(other.Total);

    /// <summary>As for any other of its type; what is none comes to no order with it.</summary>
    /// <param name="obj">The other; null comes first.</param>
    /// <exception cref="ArgumentException">It is of another type. <c>Sort-Object</c> then compares the texts.</exception>
    public int CompareTo(object? obj) => obj is null or Histogram ? CompareTo(obj as Histogram) : throw ValueOrder.Unordered(this, obj);

    /// <summary>bpftrace's bars, a line per bucket, each with its line end.</summary>
    public override string ToString()
    {
        var writer = new Utf8Writer();
        HistogramWriter.Write(writer, this);
        return writer.ToString();
    }
}
