using BpfTrace.Compiler.Layout;
using BpfTrace.Decoding;
using BpfTrace.Language.Symbols;

namespace BpfTrace.MapReading;

/// <summary>Takes a kernel map's elements one by one and makes the script's entries of them: per-CPU values merged, buckets gathered by key.</summary>
/// <param name="layout">How the map lies in the kernel.</param>
/// <param name="valueStride">Bytes from one CPU's value to the next; the value's size where there is one value only.</param>
internal sealed class MapSnapshotBuilder(MapLayout layout, int valueStride)
{
    private readonly PlainRows _plain = new(layout.Map.KeyType?.Size ?? 0, layout.ValueSize);
    private readonly KeyTable<ulong[]> _counts = new();
    private readonly KeyTable<Dictionary<ulong, long>> _series = new();

    /// <summary>Adds an element as the kernel gave it.</summary>
    /// <param name="key">The kernel's key.</param>
    /// <param name="values">Its value, of all CPUs for a per-CPU map.</param>
    public void Add(ReadOnlySpan<byte> key, ReadOnlySpan<byte> values)
    {
        if (key.Length != layout.KeySize || values.Length < layout.ValueSize)
            return;
        int keySize = layout.Map.KeyType?.Size ?? 0;
        ReadOnlySpan<byte> userKey = key[..keySize];
        if (layout.BucketOffset < 0)
        {
            PerCpuMerge.Merge(layout.Map.ValueType, values, valueStride, _plain.Add(userKey));
            return;
        }

        AggregateType type = layout.Map.Aggregate!;
        ulong bucket = RawValue.UInt64(key, layout.BucketOffset);
        if (type.Kind == AggregateKind.TSeries)
        {
            Dictionary<ulong, long> values_ = _series.Get(userKey) ??= [];
            (ulong epoch, long newest) = TimeSeriesMerge.MergeBucket(type, values, valueStride);
            values_.TryAdd(epoch, newest);
            return;
        }

        AddCount(type, userKey, bucket, values);
    }

    /// <summary>The entries, in bpftrace's order.</summary>
    /// <param name="context">Resolver, formats, types.</param>
    public MapSnapshot ToSnapshot(DecodeContext context)
    {
        MapSymbol map = layout.Map;
        return map.Aggregate switch
        {
            { Kind: AggregateKind.TSeries } type => new MapSnapshot(layout, context, SeriesEntries(type, context)),
            { HasBuckets: true } => new MapSnapshot(layout, context, CountEntries()),
            _ => new MapSnapshot(layout, context, SortedRows()),
        };
    }

    private void AddCount(AggregateType type, ReadOnlySpan<byte> userKey, ulong bucket, ReadOnlySpan<byte> values)
    {
        if (bucket >= BucketBounds.MaxBuckets)
            return;
        Span<byte> merged = stackalloc byte[8];
        PerCpuMerge.Merge(type, values, valueStride, merged);
        ref ulong[]? counts = ref _counts.Get(userKey);
        counts ??= [];
        if ((int)bucket >= counts.Length)
        {
            var longer = new ulong[(int)bucket + 1];
            counts.CopyTo(longer, 0);
            counts = longer;
        }

        counts[bucket] += RawValue.UInt64(merged);
    }

    private PlainRows SortedRows()
    {
        MapSymbol map = layout.Map;
        _plain.Sort((leftKey, leftValue, rightKey, rightValue) => MapOrder.CompareEntries(map, leftKey, leftValue, rightKey, rightValue));
        return _plain;
    }

    private List<SnapshotEntry> CountEntries()
    {
        var entries = new List<SnapshotEntry>(_counts.Count);
        for (int i = 0; i < _counts.Count; i++)
        {
            ulong[] counts = _counts.Value(i)!;
            ulong total = 0;
            foreach (ulong count in counts)
                total += count;
            entries.Add(new SnapshotEntry(_counts.Key(i), null, counts, null) { Rank = total });
        }

        entries.Sort(CompareRanks);
        return entries;
    }

    private List<SnapshotEntry> SeriesEntries(AggregateType type, DecodeContext context)
    {
        ulong last = 0;
        for (int i = 0; i < _series.Count; i++)
        {
            foreach (ulong epoch in _series.Value(i)!.Keys)
                last = Math.Max(last, epoch);
        }

        var entries = new List<SnapshotEntry>(_series.Count);
        for (int i = 0; i < _series.Count; i++)
        {
            Dictionary<ulong, long> values = _series.Value(i)!;
            TimeSeries series = TimeSeriesMerge.Build(type, values, last, ns => context.Resolver.ToUnixNanoseconds(ns, ClockMode.Tai));
            entries.Add(new SnapshotEntry(_series.Key(i), null, null, series) { Rank = values.Keys.Max() });
        }

        entries.Sort(CompareRanks);
        return entries;
    }

    private int CompareRanks(SnapshotEntry a, SnapshotEntry b) => a.Rank != b.Rank ? a.Rank.CompareTo(b.Rank) : CompareKeys(a, b);

    private int CompareKeys(SnapshotEntry a, SnapshotEntry b) => layout.Map.KeyType is { } key ? MapOrder.CompareKeys(key, a.Key, b.Key) : 0;
}

/// <summary>An entry before decoding: the script's key, and one of a merged value, counts by bucket number, a series.</summary>
internal sealed record SnapshotEntry(byte[] Key, byte[]? Value, ulong[]? Counts, TimeSeries? Series)
{
    /// <summary>What entries with buckets are ordered by before their keys: the sum of the counts, the latest interval.</summary>
    public ulong Rank { get; init; }
}
