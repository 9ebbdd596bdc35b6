using System.Collections.Immutable;
using System.Globalization;

namespace BpfTrace.Bpf;

/// <summary>What verifying a program took: the statistics at the end of the verifier's log (<see cref="LoadOptions.LogLevel"/> with 4 added).</summary>
/// <param name="ProcessedInstructions">Instructions walked on all paths; the verifier gives up at one million.</param>
/// <param name="Time">How long it took; zero where the log does not say.</param>
/// <param name="StackDepths">Bytes of stack of the program and of each of its subprograms; empty where the log does not say.</param>
/// <param name="PeakStates">States kept at most.</param>
public sealed record VerifierStatistics(int ProcessedInstructions, TimeSpan Time, ImmutableArray<int> StackDepths, int PeakStates)
{
    /// <summary>Reads them from a log.</summary>
    /// <param name="log">The log's lines.</param>
    /// <returns>The statistics, null when the log has none.</returns>
    public static VerifierStatistics? Read(IReadOnlyList<string> log)
    {
        ArgumentNullException.ThrowIfNull(log);
        int processed = -1, peak = 0;
        TimeSpan time = TimeSpan.Zero;
        ImmutableArray<int> depths = [];
        for (int i = log.Count - 1; i >= 0 && VerifierLog.IsStatistics(log[i]); i--)
        {
            string[] words = log[i].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            switch (words)
            {
                case ["processed", var count, ..]:
                    processed = Number(count);
                    peak = After(words, "peak_states");
                    break;
                case ["verification", "time", var microseconds, ..]:
                    time = TimeSpan.FromMicroseconds(Number(microseconds));
                    break;
                case ["stack", "depth", var sizes, ..]:
                    depths = [.. sizes.Split('+').Select(Number)];
                    break;
            }
        }

        return processed < 0 ? null : new VerifierStatistics(processed, time, depths, peak);
    }

    private static int After(string[] words, string name)
    {
        int at = Array.IndexOf(words, name);
        return at >= 0 && at + 1 < words.Length ? Number(words[at + 1]) : 0;
    }

    private static int Number(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value) ? value : 0;
}
