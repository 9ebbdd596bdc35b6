using System.Globalization;

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

    /// <inheritdoc/>
    public int CompareTo(object? obj) => CompareTo(obj as Stats);

    /// <summary>As bpftrace prints it: <c>{ .count = 7, .average = 1, .total = 7 }</c>.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{{ .count = {Count}, .average = {Average}, .total = {Total} }}");
}
