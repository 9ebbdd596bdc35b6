using System.Runtime.InteropServices;

namespace BpfTrace;

/// <summary>The kernel's clocks, clock_gettime(2), in nanoseconds.</summary>
internal static unsafe partial class Clocks
{
    private const int CLOCK_REALTIME = 0;
    private const int CLOCK_MONOTONIC = 1;
    private const int CLOCK_BOOTTIME = 7;
    private const int CLOCK_TAI = 11;

    /// <summary>Since boot, suspended time included.</summary>
    public static ulong Boot() => Read(CLOCK_BOOTTIME);

    /// <summary>Since boot, suspended time not included.</summary>
    public static ulong Monotonic() => Read(CLOCK_MONOTONIC);

    /// <summary>International atomic time.</summary>
    public static ulong Tai() => Read(CLOCK_TAI);

    /// <summary>Wall-clock time, since 1970-01-01 UTC.</summary>
    public static ulong Real() => Read(CLOCK_REALTIME);

    private static ulong Read(int clock)
    {
        Timespec now;
        _ = clock_gettime(clock, &now); // these clocks exist on every kernel that has BPF
        return ((ulong)now.tv_sec * 1_000_000_000) + (ulong)now.tv_nsec;
    }

    [LibraryImport("libc")]
    private static partial int clock_gettime(int clock, Timespec* time);

    [StructLayout(LayoutKind.Sequential)]
    private struct Timespec
    {
        public long tv_sec;
        public long tv_nsec;
    }
}
