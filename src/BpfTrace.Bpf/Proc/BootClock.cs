namespace BpfTrace.Bpf.Proc;

/// <summary>The kernel's clocks in nanoseconds, and how its boot clock (<c>bpf_ktime_get_boot_ns</c>, <c>nsecs</c>) relates to the time of day.</summary>
public static unsafe class BootClock
{
    private const int CLOCK_REALTIME = 0;
    private const int CLOCK_MONOTONIC = 1;
    private const int CLOCK_BOOTTIME = 7;
    private const int CLOCK_TAI = 11;

    /// <summary>Nanoseconds since boot, with suspended time.</summary>
    public static long Nanoseconds => Read(CLOCK_BOOTTIME);

    /// <summary>Nanoseconds since boot, without suspended time (<c>bpf_ktime_get_ns</c>).</summary>
    public static long MonotonicNanoseconds => Read(CLOCK_MONOTONIC);

    /// <summary>Nanoseconds of international atomic time since 1970 (<c>bpf_ktime_get_tai_ns</c>).</summary>
    public static long TaiNanoseconds => Read(CLOCK_TAI);

    /// <summary>
    /// What to add to a boot-clock time for nanoseconds since 1970 (UTC), measured now; exact to the time of one clock reading.
    /// Changes whenever the time of day is set.
    /// </summary>
    public static long OffsetToUnixNanoseconds() => Offset(CLOCK_BOOTTIME);

    /// <summary>As <see cref="OffsetToUnixNanoseconds"/>, for times of the monotonic clock.</summary>
    public static long MonotonicOffsetToUnixNanoseconds() => Offset(CLOCK_MONOTONIC);

    /// <summary>The time of day of a boot-clock time, by an offset measured before. .NET keeps units of 100 ns.</summary>
    public static DateTimeOffset ToTimeOfDay(long bootNanoseconds, long offsetNanoseconds)
        => DateTimeOffset.UnixEpoch.AddTicks((bootNanoseconds + offsetNanoseconds) / 100);

    /// <summary>Reads the time of day between two readings of the clock; of several tries the closest pair counts.</summary>
    private static long Offset(int clock)
    {
        long best = long.MaxValue;
        long offset = 0;
        for (int i = 0; i < 5; i++)
        {
            long before = Read(clock);
            long real = Read(CLOCK_REALTIME);
            long after = Read(clock);
            if (after - before >= best)
                continue;
            best = after - before;
            offset = real - before - (best / 2);
        }

        return offset;
    }

    private static long Read(int clock)
    {
        long* time = stackalloc long[2];
        return LibC.clock_gettime(clock, time) == 0
            ? (time[0] * 1_000_000_000) + time[1]
            : throw new PlatformNotSupportedException($"The kernel has no clock {clock}.");
    }
}
