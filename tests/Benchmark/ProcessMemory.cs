using System.Globalization;

namespace BpfTrace.Benchmark;

/// <summary>Memory by <c>/proc/PID/status</c> (proc_pid_status(5)).</summary>
internal static class ProcessMemory
{
    /// <summary>VmHWM: the largest resident size so far, in KiB; 0 when the process is gone.</summary>
    public static long PeakKilobytes(int processId)
    {
        try
        {
            foreach (string line in File.ReadLines($"/proc/{processId}/status"))
            {
                if (line.StartsWith("VmHWM:", StringComparison.Ordinal))
                    return long.Parse(line.AsSpan(6).Trim().TrimEnd("kB").TrimEnd(), CultureInfo.InvariantCulture);
            }
        }
        catch (IOException)
        {
            // It ended between the look and the read: what was seen before stands.
        }

        return 0;
    }
}
