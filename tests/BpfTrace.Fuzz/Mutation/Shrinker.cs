using System.Diagnostics;

namespace BpfTrace.Fuzz.Mutation;

/// <summary>
/// Makes a failing program small: delta debugging (ddmin) on lines, then on tokens, then on characters of what is short.
/// </summary>
public static class Shrinker
{
    /// <summary>The smallest found program that still fails.</summary>
    /// <param name="program">The failing program.</param>
    /// <param name="fails">Whether a program fails in the same way.</param>
    /// <param name="patience">How long it may take: a shrunk program is for a reader, and the rest of the run waits for it.</param>
    public static string Shrink(string program, Func<string, bool> fails, TimeSpan patience)
    {
        var watch = Stopwatch.StartNew();
        List<string> lines = [.. program.Split('\n').Select(static line => line + "\n")];
        if (lines.Count > 3)
            program = string.Concat(Reduce(lines, fails, watch, patience));
        int before;
        do
        {
            before = program.Length;
            program = string.Concat(Reduce(ScriptTokens.Split(program), fails, watch, patience));
        }
        while (program.Length < before && watch.Elapsed < patience);
        return program.Length > 400 ? program : string.Concat(Reduce([.. program.Select(static c => c.ToString())], fails, watch, patience));
    }

    private static List<string> Reduce(List<string> parts, Func<string, bool> fails, Stopwatch watch, TimeSpan patience)
    {
        int chunk = Math.Max(1, parts.Count / 2);
        while (watch.Elapsed < patience)
        {
            bool smaller = false;
            for (int at = 0; at < parts.Count && watch.Elapsed < patience;)
            {
                List<string> rest = [.. parts];
                rest.RemoveRange(at, Math.Min(chunk, parts.Count - at));
                if (rest.Count > 0 && fails(string.Concat(rest)))
                {
                    parts = rest;
                    smaller = true;
                }
                else
                {
                    at += chunk;
                }
            }

            if (chunk == 1 && !smaller)
                break;
            if (!smaller || chunk > parts.Count)
                chunk = Math.Max(1, chunk / 2);
        }

        return parts;
    }
}
