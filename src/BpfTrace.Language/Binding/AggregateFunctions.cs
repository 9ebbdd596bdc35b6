namespace BpfTrace.Language.Binding;

/// <summary>The functions that are assigned to a map and aggregate what they get (bpftrace's stdlib.md, "Map Value Functions").</summary>
internal static class AggregateFunctions
{
    /// <summary>Their names, sorted.</summary>
    public static IReadOnlyList<string> Names => s_names;

    private static readonly string[] s_names = ["avg", "count", "hist", "lhist", "max", "min", "stats", "sum", "tseries"];

    /// <summary>Whether a function is one of them.</summary>
    public static bool Contains(string name) => Array.IndexOf(s_names, name) >= 0;
}
