namespace BpfTrace.Decoding;

/// <summary>Wall-clock times as local ones. The zone's offset is asked for once per quarter of an hour of event time.</summary>
internal sealed class LocalClock
{
    private const long QuarterTicks = TimeSpan.TicksPerMinute * 15;
    private long _quarter = long.MinValue;
    private long _offset;

    public DateTime ToLocal(long unixNanoseconds) => ToLocalOffset(unixNanoseconds) is { Ticks: > 0 } time
        ? new DateTime(time.Ticks, DateTimeKind.Local)
        : DateTime.MinValue;

    /// <summary>The same with the zone's offset; the least time where it is out of range.</summary>
    public DateTimeOffset ToLocalOffset(long unixNanoseconds)
    {
        long ticks = DateTime.UnixEpoch.Ticks + (unixNanoseconds / 100);
        if ((ulong)ticks > (ulong)(DateTime.MaxValue.Ticks - TimeSpan.TicksPerDay))
            return DateTimeOffset.MinValue;
        // Zones change their offset on quarters of an hour only.
        long quarter = ticks / QuarterTicks;
        if (quarter != _quarter)
        {
            _offset = TimeZoneInfo.Local.GetUtcOffset(new DateTime(ticks, DateTimeKind.Utc)).Ticks;
            _quarter = quarter;
        }

        return new DateTimeOffset(ticks + _offset, new TimeSpan(_offset));
    }
}
