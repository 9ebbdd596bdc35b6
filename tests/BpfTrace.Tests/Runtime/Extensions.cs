using System.Collections.Immutable;

namespace BpfTrace.Tests.Runtime;

internal static class Extensions
{
    public static ImmutableSortedDictionary<long, string> ToSortedDictionary(this Dictionary<long, string> names) => names.ToImmutableSortedDictionary();
}
