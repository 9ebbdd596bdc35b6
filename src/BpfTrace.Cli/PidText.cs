using System.Collections.Immutable;
using System.Globalization;

namespace BpfTrace.Cli;

/// <summary>The text of a process id, with bpftrace's words for what is wrong with one.</summary>
internal static class PidText
{
    /// <summary>The largest value <c>/proc/sys/kernel/pid_max</c> can have on 64 bit (PID_MAX_LIMIT, include/linux/threads.h).</summary>
    private const int PidMaxLimit = 0x400000;

    /// <summary>Reads a list with commas, each process once; none of null.</summary>
    /// <returns>The problem, or null.</returns>
    public static string? ParseList(string? text, out ImmutableArray<int> pids)
    {
        pids = [];
        if (text is null)
            return null;
        string[] texts = text.Split(',');
        var parsed = new int[texts.Length];
        for (int i = 0; i < texts.Length; i++)
        {
            if (Parse(texts[i], out parsed[i]) is { } problem)
                return problem;
        }

        pids = [.. parsed.Distinct()];
        return null;
    }

    /// <summary>Reads <paramref name="text"/> into <paramref name="pid"/>.</summary>
    /// <returns>The problem, or null.</returns>
    public static string? Parse(string text, out int pid)
    {
        pid = 0;
        int digits = 0;
        while (digits < text.Length && char.IsAsciiDigit(text[digits]))
            digits++;
        if (digits == 0)
            return $"Failed to parse pid: invalid integer: {text}";
        if (digits < text.Length)
            return $"Failed to parse pid: invalid trailing bytes: {text}";
        if (!ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ulong value))
            return $"Failed to parse pid: overflow error, maximum value is {ulong.MaxValue}: {text}";
        if (value > PidMaxLimit)
            return $"Pid out of range: {value}";
        pid = (int)value;
        return null;
    }
}
