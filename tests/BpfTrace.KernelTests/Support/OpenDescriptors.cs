using BpfTrace.Bpf;

namespace BpfTrace.KernelTests.Support;

/// <summary>Counts the process's descriptors of the kinds a trace opens: a leak check that other threads' files do not disturb.</summary>
internal static class OpenDescriptors
{
    /// <summary>How many there are before something is done. What earlier tests left to the collector of garbage is gone then, and not in the midst of it.</summary>
    public static int CountAtFirst()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return Count();
    }

    public static int Count()
    {
        BpfLink.WaitUntilReleased();
        int count = 0;
        foreach (string entry in Directory.EnumerateFileSystemEntries("/proc/self/fd"))
        {
            // A descriptor may be closed between the listing and the reading: then it is no leak.
            string? target = new FileInfo(entry).LinkTarget;
            if (target is not null
                && (target.Contains("bpf", StringComparison.Ordinal) || target.Contains("btf", StringComparison.Ordinal)
                    || target.Contains("[perf_event]", StringComparison.Ordinal) || target.Contains("[eventfd]", StringComparison.Ordinal)))
            {
                count++;
            }
        }

        return count;
    }

    /// <summary>Bytes of this process's memory that ring buffers and mapped maps take: none may stay.</summary>
    public static int CountMappings() =>
        File.ReadLines("/proc/self/maps").Count(line => line.Contains("anon_inode:bpf", StringComparison.Ordinal));
}
