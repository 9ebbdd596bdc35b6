namespace BpfTrace.Language.Completion;

/// <summary>A line about each builtin and function: its signature, and what it gives. The whole is in bpftrace's stdlib.md.</summary>
public static partial class Documentation
{
    private static Dictionary<string, string>? s_texts;

    /// <summary>The tool tip of a builtin or function, signature first; null for a name that has none.</summary>
    public static string? Of(string name) => (s_texts ??= Create()).GetValueOrDefault(name);

    private static Dictionary<string, string> Create()
    {
        var texts = new Dictionary<string, string>(160, StringComparer.Ordinal);
        foreach (string table in (string[])[Values, Functions, Addresses, Outputs, MapFunctions, Checks])
        {
            foreach (ReadOnlySpan<char> line in table.AsSpan().EnumerateLines())
            {
                // "name | signature | what it gives"
                int first = line.IndexOf('|');
                int second = first < 0 ? -1 : line[(first + 1)..].IndexOf('|');
                if (second >= 0)
                    texts.Add(line[..first].Trim().ToString(), $"{line.Slice(first + 1, second).Trim()}\n{line[(first + second + 2)..].Trim()}");
            }
        }

        return texts;
    }
}
