using System.Globalization;
using BpfTrace.Decoding;
using BpfTrace.Formatting;

namespace BpfTrace;

/// <summary>An interval of a <see cref="TimeSeries"/>.</summary>
/// <param name="StartUnixNanoseconds">When it began, in ns since 1970-01-01 UTC.</param>
/// <param name="Value">Its value, <see cref="long"/> or, of unsigned arguments, <see cref="ulong"/>; null when nothing was recorded in it.</param>
public sealed record TimeSeriesPoint(long StartUnixNanoseconds, object? Value)
{
    /// <summary>When it began, local time.</summary>
    public DateTime Start => DateTime.UnixEpoch.AddTicks(StartUnixNanoseconds / 100).ToLocalTime();

    /// <summary>The start and the value.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Start:HH:mm:ss.fff} {Value}");
}

/// <summary>What <c>tseries()</c> gathered: a value per interval.</summary>
/// <remarks>Compares by the start of the last interval with a value: bpftrace's order of series in a map.</remarks>
#pragma warning disable CA1036 // ordered for Sort-Object; operators on a picture would say nothing
public sealed class TimeSeries : IEquatable<TimeSeries>, IComparable<TimeSeries>, IComparable, IEscapedMembers
#pragma warning restore CA1036
{
    private readonly TimeSeriesPoint[] _points;

    /// <summary>A series.</summary>
    /// <param name="points">The intervals, in order, all of one length.</param>
    public TimeSeries(IEnumerable<TimeSeriesPoint> points) => _points = [.. points];

    /// <summary>The intervals, in order.</summary>
    public IReadOnlyList<TimeSeriesPoint> Points => _points;

    /// <summary>The least and the largest value of all series that were read together; null for one that was made alone.</summary>
    internal (double Low, double High)? Scale { get; set; }

    /// <summary>Whether the values may be negative: decides how a graph of equal values is widened.</summary>
    internal bool IsSigned => !Array.Exists(_points, p => p.Value is ulong);

    /// <summary>Whether the other has the same intervals and values.</summary>
    public bool Equals(TimeSeries? other) => other is not null && _points.AsSpan().SequenceEqual(other._points);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as TimeSeries);

    /// <inheritdoc/>
    public override int GetHashCode() => LastStart.GetHashCode();

    /// <inheritdoc/>
    public int CompareTo(TimeSeries? other) => other is null ? 1 : LastStart.CompareTo(other.LastStart);

    /// <summary>As for any other of its type; what is none comes to no order with it.</summary>
    /// <param name="obj">The other; null comes first.</param>
    /// <exception cref="ArgumentException">It is of another type. <c>Sort-Object</c> then compares the texts.</exception>
    public int CompareTo(object? obj) => obj is null or TimeSeries ? CompareTo(obj as TimeSeries) : throw ValueOrder.Unordered(this, obj);

    /// <summary>bpftrace's graph, several lines, each with its line end; <c>&lt;no data&gt;</c> when there are no points.</summary>
    public override string ToString()
    {
        var writer = new Utf8Writer();
        TimeSeriesWriter.Write(writer, this);
        return writer.ToString();
    }

    private long LastStart => Array.FindLast(_points, p => p.Value is not null)?.StartUnixNanoseconds ?? long.MinValue;
}
