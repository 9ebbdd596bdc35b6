using System.Runtime.InteropServices;

namespace BpfTrace.Fuzz.Running;

/// <summary>Processor time of the calling thread (clock_gettime(2), CLOCK_THREAD_CPUTIME_ID): other work on the machine does not count.</summary>
public static partial class ThreadClock
{
    private const int CLOCK_THREAD_CPUTIME_ID = 3;

    /// <summary>The time so far, in steps of 100 ns.</summary>
    public static TimeSpan Now => GetTime(CLOCK_THREAD_CPUTIME_ID, out TimeSpec time) == 0
        ? new TimeSpan((time.Seconds * TimeSpan.TicksPerSecond) + (time.Nanoseconds / 100))
        : throw new InvalidOperationException("this thread has no clock");

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int GetTime(int clock, out TimeSpec time);

    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpec
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
