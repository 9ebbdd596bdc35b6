using System.Collections;
using System.Net;

namespace BpfTrace.Decoding;

/// <summary>Equality and order of the values that tuples and records hold.</summary>
internal static class ValueOrder
{
    public static bool AreEqual(object?[] left, object?[] right)
    {
        if (left.Length != right.Length)
            return false;
        for (int i = 0; i < left.Length; i++)
        {
            if (!StructuralComparisons.StructuralEqualityComparer.Equals(left[i], right[i]))
                return false;
        }

        return true;
    }

    public static int HashOf(object?[] values)
    {
        var hash = default(HashCode);
        foreach (object? value in values)
            hash.Add(value is null ? 0 : StructuralComparisons.StructuralEqualityComparer.GetHashCode(value));
        return hash.ToHashCode();
    }

    /// <summary>By the first that differ; of two that are equal so far the shorter comes first.</summary>
    public static int Compare(object?[] left, object?[] right)
    {
        for (int i = 0; i < left.Length && i < right.Length; i++)
        {
            int order = Compare(left[i], right[i]);
            if (order != 0)
                return order;
        }

        return left.Length.CompareTo(right.Length);
    }

    /// <summary>What <c>CompareTo</c> throws for a value of another type: there is no order between them, and one made up would not be one from the other's side.</summary>
    public static ArgumentException Unordered(object own, object obj) =>
        new($"A {own.GetType().Name} has no order with a value of type {obj.GetType().Name}.", nameof(obj));

    private static int Compare(object? left, object? right)
    {
        if (left is null || right is null)
            return (left is null ? 0 : 1) - (right is null ? 0 : 1);
        return (left, right) switch
        {
            (string a, string b) => string.CompareOrdinal(a, b),
            (IPAddress a, IPAddress b) => a.GetAddressBytes().AsSpan().SequenceCompareTo(b.GetAddressBytes()),
            (IComparable a, _) when left.GetType() == right.GetType() => a.CompareTo(right),
            (Array a, Array b) => Compare([.. a.Cast<object?>()], [.. b.Cast<object?>()]),
            _ => string.CompareOrdinal(left.ToString(), right.ToString()),
        };
    }
}
