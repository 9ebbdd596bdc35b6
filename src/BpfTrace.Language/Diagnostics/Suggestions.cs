namespace BpfTrace.Language.Diagnostics;

/// <summary>"Did you mean": the known name nearest to an unknown one.</summary>
public static class Suggestions
{
    /// <summary>The candidate with the smallest edit distance, if it is near enough to be a slip of the fingers.</summary>
    /// <param name="name">The unknown name.</param>
    /// <param name="candidates">Known names; the first of equally near ones wins.</param>
    /// <returns>The nearest name, or null when none is within a third of the name's letters (at least 1 from two letters on, at most 3 edits).</returns>
    public static string? Closest(string name, IEnumerable<string> candidates)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(candidates);
        int limit = Limit(name);
        string? best = null;
        foreach (string candidate in candidates)
        {
            int distance = Distance(name, candidate, limit);
            if (distance <= limit)
            {
                if (distance == 0)
                    return candidate;
                best = candidate;
                limit = distance - 1;
            }
        }
        return best;
    }

    /// <summary>How many edits a slip of the fingers makes: of one letter anything is near, so nothing is.</summary>
    private static int Limit(string name)
    {
        int letters = name.AsSpan().TrimStart("$@").Length;
        return letters < 2 ? 0 : Math.Clamp(letters / 3, 1, 3);
    }

    /// <summary>
    /// Edit distance with swaps of neighbours counted as one (optimal string alignment), ignoring case; anything
    /// beyond <paramref name="limit"/> is returned as <paramref name="limit"/> + 1.
    /// </summary>
    internal static int Distance(string a, string b, int limit)
    {
        if (Math.Abs(a.Length - b.Length) > limit)
            return limit + 1;
        int[] beforeLast = new int[b.Length + 1];
        int[] last = new int[b.Length + 1];
        int[] current = new int[b.Length + 1];
        for (int j = 0; j <= b.Length; j++)
            last[j] = j;
        for (int i = 1; i <= a.Length; i++)
        {
            current[0] = i;
            int smallest = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int cost = Same(a[i - 1], b[j - 1]) ? 0 : 1;
                int value = Math.Min(Math.Min(last[j] + 1, current[j - 1] + 1), last[j - 1] + cost);
                if (i > 1 && j > 1 && Same(a[i - 1], b[j - 2]) && Same(a[i - 2], b[j - 1]))
                    value = Math.Min(value, beforeLast[j - 2] + 1);
                current[j] = value;
                smallest = Math.Min(smallest, value);
            }
            if (smallest > limit)
                return limit + 1;
            (beforeLast, last, current) = (last, current, beforeLast);
        }
        return Math.Min(last[b.Length], limit + 1);
    }

    private static bool Same(char x, char y) => char.ToLowerInvariant(x) == char.ToLowerInvariant(y);
}
