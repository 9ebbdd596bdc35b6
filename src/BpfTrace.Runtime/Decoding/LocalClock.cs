namespace BpfTrace.Decoding;

/// <summary>Wall-clock times as local <see cref="DateTime"/>. The zone's offset is asked for once per quarter of an hour of event time.</summary>
internal sealed class LocalClock
{
    private const long QuarterTicks = TimeSpan.TicksPerMinute * 15;
    private long _quarter = long.MinValue;
    private long _offset;

    public DateTime ToLocal(long unixNanoseconds)
    {
        long ticks = DateTime.UnixEpoch.Ticks + (unixNanoseconds / 100);
        if ((ulong)ticks > (ulong)(DateTime.MaxValue.Ticks - TimeSpan.TicksPerDay))
            return DateTime.MinValue;
        // Zones change their offset on quarters of an hour only.
        long quarter = ticks / QuarterTicks;
        if (quarter != _quarter)
        {
            _offset = TimeZoneInfo.Local.GetUtcOffset(new DateTime(ticks, DateTimeKind.Utc)).Ticks;
            _quarter = quarter;
        }

        return new DateTime(ticks + _offset, DateTimeKind.Local);
    }
}
