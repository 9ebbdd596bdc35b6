using BpfTrace.Compiler.Layout;
using BpfTrace.Decoding;
using BpfTrace.Language.Symbols;

namespace BpfTrace.MapReading;

/// <summary>Takes a kernel map's elements one by one and makes the script's entries of them: per-CPU values merged, buckets gathered by key.</summary>
/// <param name="layout">How the map lies in the kernel.</param>
/// <param name="valueStride">Bytes from one CPU's value to the next; the value's size where there is one value only.</param>
internal sealed class MapSnapshotBuilder(MapLayout layout, int valueStride)
{
    private readonly List<(byte[] Key, byte[] Value)> _plain = [];
    private readonly Dictionary<byte[], ulong[]> _counts = new(new ByteArrayComparer());
    private readonly Dictionary<byte[], Dictionary<ulong, long>> _series = new(new ByteArrayComparer());

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
            var merged = new byte[layout.ValueSize];
            PerCpuMerge.Merge(layout.Map.ValueType, values, valueStride, merged);
            _plain.Add((userKey.ToArray(), merged));
            return;
        }

        AggregateType type = layout.Map.Aggregate!;
        ulong bucket = RawValue.UInt64(key, layout.BucketOffset);
        if (type.Kind == AggregateKind.TSeries)
        {
            var byKey = _series.GetAlternateLookup<ReadOnlySpan<byte>>();
            if (!byKey.TryGetValue(userKey, out Dictionary<ulong, long>? values_))
                byKey[userKey] = values_ = [];
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
            _ => new MapSnapshot(layout, context, PlainEntries()),
        };
    }

    private void AddCount(AggregateType type, ReadOnlySpan<byte> userKey, ulong bucket, ReadOnlySpan<byte> values)
    {
        if (bucket >= BucketBounds.MaxBuckets)
            return;
        Span<byte> merged = stackalloc byte[8];
        PerCpuMerge.Merge(type, values, valueStride, merged);
        var byKey = _counts.GetAlternateLookup<ReadOnlySpan<byte>>();
        if (!byKey.TryGetValue(userKey, out ulong[]? counts))
            counts = [];
        if ((int)bucket >= counts.Length)
            Array.Resize(ref counts, (int)bucket + 1);
        counts[bucket] += RawValue.UInt64(merged);
        byKey[userKey] = counts;
    }

    private List<SnapshotEntry> PlainEntries()
    {
        MapSymbol map = layout.Map;
        _plain.Sort((a, b) => MapOrder.CompareEntries(map, a.Key, a.Value, b.Key, b.Value));
        return [.. _plain.Select(e => new SnapshotEntry(e.Key, e.Value, null, null))];
    }

    private List<SnapshotEntry> CountEntries()
    {
        var entries = new List<(ulong Total, SnapshotEntry Entry)>(_counts.Count);
        foreach ((byte[] key, ulong[] counts) in _counts)
        {
            ulong total = 0;
            foreach (ulong count in counts)
                total += count;
            entries.Add((total, new SnapshotEntry(key, null, counts, null)));
        }

        entries.Sort((a, b) => a.Total != b.Total ? a.Total.CompareTo(b.Total) : CompareKeys(a.Entry, b.Entry));
        return [.. entries.Select(e => e.Entry)];
    }

    private List<SnapshotEntry> SeriesEntries(AggregateType type, DecodeContext context)
    {
        ulong last = 0;
        foreach (Dictionary<ulong, long> values in _series.Values)
        {
            foreach (ulong epoch in values.Keys)
                last = Math.Max(last, epoch);
        }

        var entries = new List<(ulong Latest, SnapshotEntry Entry)>(_series.Count);
        foreach ((byte[] key, Dictionary<ulong, long> values) in _series)
        {
            TimeSeries series = TimeSeriesMerge.Build(type, values, last, ns => context.Resolver.ToUnixNanoseconds(ns, ClockMode.Tai));
            entries.Add((values.Keys.Max(), new SnapshotEntry(key, null, null, series)));
        }

        entries.Sort((a, b) => a.Latest != b.Latest ? a.Latest.CompareTo(b.Latest) : CompareKeys(a.Entry, b.Entry));
        return [.. entries.Select(e => e.Entry)];
    }

    private int CompareKeys(SnapshotEntry a, SnapshotEntry b) => layout.Map.KeyType is { } key ? MapOrder.CompareKeys(key, a.Key, b.Key) : 0;
}

/// <summary>An entry before decoding: the script's key, and one of a merged value, counts by bucket number, a series.</summary>
internal sealed record SnapshotEntry(byte[] Key, byte[]? Value, ulong[]? Counts, TimeSeries? Series);
