using BpfTrace.Decoding;
using BpfTrace.Language.Symbols;

namespace BpfTrace.MapReading;

/// <summary>
/// Time series out of their buckets (src/util/tseries.cpp, src/types_format.cpp). A bucket is reused for every so many-th interval; the interval
/// (epoch) a CPU last wrote it for stands in the value: u64 count, i64 value, u64 epoch. Without an interval function the count is the time of
/// the last write.
/// </summary>
internal static class TimeSeriesMerge
{
    private const int ValueOffset = 8;
    private const int EpochOffset = 16;

    /// <summary>The newest interval in a bucket and its value over all CPUs. Of a bucket that no CPU used both are 0, as in bpftrace.</summary>
    public static (ulong Epoch, long Value) MergeBucket(AggregateType type, ReadOnlySpan<byte> values, int stride)
    {
        ulong latest = 0;
        for (int start = 0; start + type.Size <= values.Length; start += stride)
            latest = Math.Max(latest, RawValue.UInt64(values, start + EpochOffset));
        if (latest == 0)
            return (0, 0);

        bool isFirst = true;
        ulong count = 0;
        long value = 0;
        for (int start = 0; start + type.Size <= values.Length; start += stride)
        {
            if (RawValue.UInt64(values, start + EpochOffset) != latest)
                continue;
            ulong nextCount = RawValue.UInt64(values, start);
            long next = (long)RawValue.UInt64(values, start + ValueOffset);
            if (isFirst)
                (count, value) = (nextCount, next);
            else
                Combine(type, ref count, ref value, nextCount, next);
            isFirst = false;
        }

        if (type.IntervalFunction == AggregateKind.Avg)
            value = RawValue.Average(type.IsSigned, count, value);
        return (latest, value);
    }

    /// <summary>The series of one key over the map's range of epochs; it starts at its first interval with a value. Empty where
    /// the range is before the clock's zero, as of a map that was cleared with zero().</summary>
    public static TimeSeries Build(AggregateType type, IReadOnlyDictionary<ulong, long> values, ulong lastEpoch, Func<ulong, long> toUnixNanoseconds)
    {
        ulong span = (ulong)Math.Max(type.IntervalCount - 1, 0);
        if (lastEpoch < span)
            return new TimeSeries([]);
        ulong rangeStart = lastEpoch - span;
        ulong first = lastEpoch;
        foreach (ulong epoch in values.Keys)
        {
            if (epoch >= rangeStart)
                first = Math.Min(first, epoch);
        }

        var points = new List<TimeSeriesPoint>();
        for (ulong epoch = first; epoch <= lastEpoch; epoch++)
        {
            object? value = !values.TryGetValue(epoch, out long bits) ? null : type.IsSigned ? bits : (object)(ulong)bits;
            points.Add(new TimeSeriesPoint(toUnixNanoseconds(epoch * type.IntervalNanoseconds), value));
        }

        return new TimeSeries(points);
    }

    private static void Combine(AggregateType type, ref ulong count, ref long value, ulong nextCount, long next)
    {
        switch (type.IntervalFunction)
        {
            case AggregateKind.Avg:
                value += next;
                count += nextCount;
                break;
            case AggregateKind.Sum:
                value += next;
                break;
            case AggregateKind.Max or AggregateKind.Min:
                int order = type.IsSigned ? next.CompareTo(value) : ((ulong)next).CompareTo((ulong)value);
                if (type.IntervalFunction == AggregateKind.Max ? order > 0 : order < 0)
                    value = next;
                break;
            default:
                if (nextCount > count)
                    (count, value) = (nextCount, next);
                break;
        }
    }
}
