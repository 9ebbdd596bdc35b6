using System.Globalization;
using BpfTrace.Decoding;

namespace BpfTrace;

/// <summary>
/// What <c>stats()</c> gathered. <see cref="Average"/> and <see cref="Total"/> are <see cref="long"/> for a signed argument, <see cref="ulong"/> for an
/// unsigned one.
/// </summary>
/// <remarks>Compares by <see cref="Average"/>: bpftrace's order of such values in a map.</remarks>
/// <param name="Count">How many values.</param>
/// <param name="Average">Their average, towards zero.</param>
/// <param name="Total">Their sum.</param>
#pragma warning disable CA1036 // ordered for Sort-Object; equality is the record's own
public sealed record Stats(long Count, object Average, object Total) : IComparable<Stats>, IComparable
#pragma warning restore CA1036
{
    /// <inheritdoc/>
    public int CompareTo(Stats? other) => other is null
        ? 1
        : Convert.ToDecimal(Average, CultureInfo.InvariantCulture).CompareTo(Convert.ToDecimal(other.Average, CultureInfo.InvariantCulture));

    /// <summary>As for any other of its type; what is none comes to no order with it.</summary>
    /// <param name="obj">The other; null comes first.</param>
    /// <exception cref="ArgumentException">It is of another type. <c>Sort-Object</c> then compares the texts.</exception>
    public int CompareTo(object? obj) => obj is null or Stats ? CompareTo(obj as Stats) : throw ValueOrder.Unordered(this, obj);

    /// <summary>As bpftrace prints it: <c>{ .count = 7, .average = 1, .total = 7 }</c>.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{{ .count = {Count}, .average = {Average}, .total = {Total} }}");
}
