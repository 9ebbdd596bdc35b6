using System.Globalization;

namespace BpfTrace.Cli;

/// <summary>The text of a process id, with bpftrace's words for what is wrong with one.</summary>
internal static class PidText
{
    /// <summary>The largest value <c>/proc/sys/kernel/pid_max</c> can have on 64 bit (PID_MAX_LIMIT, include/linux/threads.h).</summary>
    private const int PidMaxLimit = 0x400000;

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
