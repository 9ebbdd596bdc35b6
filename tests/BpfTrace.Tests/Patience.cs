using System.Diagnostics;

namespace BpfTrace.Tests;

/// <summary>
/// Waits for what comes at some time. What is counted is how often somebody looked, not what the clock says: a virtual machine that was stopped for minutes finds, when it
/// goes on, that every time limit is over, and nothing of what was waited for has had a chance to happen.
/// </summary>
internal static class Patience
{
    private const int Step = 20; // ms

    /// <summary>What hangs is given up after this, if the machine runs all the time.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromMinutes(4);

    /// <summary>Whether something became true.</summary>
    public static bool Until(Func<bool> condition) => Try(Limit, pause =>
    {
        if (condition())
            return true;
        Thread.Sleep(pause);
        return false;
    });

    /// <summary>Whether a process ended.</summary>
    public static bool ForExit(Process process) => ForExit(process, Limit);

    /// <summary>Whether a process ended.</summary>
    public static bool ForExit(Process process, TimeSpan limit) => Try(limit, process.WaitForExit);

    /// <summary>Whether a thread ended.</summary>
    public static bool ForEnd(Thread thread) => Try(Limit, thread.Join);

    private static bool Try(TimeSpan limit, Func<int, bool> isThere)
    {
        for (long left = (long)limit.TotalMilliseconds / Step; left > 0; left--)
        {
            if (isThere(Step))
                return true;
        }

        return isThere(0);
    }
}
