using System.Globalization;

namespace BpfTrace.Benchmark;

/// <summary>Processor time by <c>/proc/PID/stat</c> (proc_pid_stat(5)): where other programs run too, it says more than the clock.</summary>
internal static class ProcessTimes
{
    // sysconf(_SC_CLK_TCK) on every architecture Linux has today.
    private const int TicksPerSecond = 100;

    // Fields of stat, counted behind the command's name, which ends with the last parenthesis.
    private const int Parent = 1;
    private const int UserTime = 11;
    private const int WaitedSystemTime = 14;

    /// <summary>User and system time of a process, of its children that it has waited for, and of those that run.</summary>
    public static TimeSpan OfTree(int processId)
    {
        long ticks = Ticks(Stat(processId));
        string parent = processId.ToString(CultureInfo.InvariantCulture);
        foreach (string directory in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(directory.AsSpan()), CultureInfo.InvariantCulture, out int id) && Stat(id) is { Length: > 0 } stat && stat[Parent] == parent)
                ticks += Ticks(stat);
        }

        return TimeSpan.FromSeconds((double)ticks / TicksPerSecond);
    }

    private static long Ticks(string[] stat)
    {
        long ticks = 0;
        for (int i = UserTime; i <= WaitedSystemTime && i < stat.Length; i++)
            ticks += long.Parse(stat[i], CultureInfo.InvariantCulture);
        return ticks;
    }

    private static string[] Stat(int processId)
    {
        try
        {
            string text = File.ReadAllText($"/proc/{processId}/stat");
            return text[(text.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (IOException)
        {
            return []; // it has ended
        }
    }
}
