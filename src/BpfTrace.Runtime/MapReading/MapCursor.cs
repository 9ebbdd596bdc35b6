using System.Collections.Immutable;
using BpfTrace.Bpf;
using BpfTrace.Compiler.Layout;

namespace BpfTrace.MapReading;

/// <summary>A map without buckets, read batch by batch: what is in memory does not depend on its size. Not for two threads at once.</summary>
/// <param name="map">The kernel's map.</param>
/// <param name="ownsMap">Whether the map is closed with this.</param>
/// <param name="layout">How it lies there.</param>
/// <param name="decode">Makes entries of a batch.</param>
internal sealed class MapCursor(BpfMap map, bool ownsMap, MapLayout layout, Func<MapSnapshotBuilder, ImmutableArray<MapEntry>> decode) : IDisposable
{
    private readonly MapBatchReader _reader = map.ReadBatches();

    /// <summary>The next entries, in bpftrace's order among themselves; empty at the end.</summary>
    /// <exception cref="BpfException">The kernel refused.</exception>
    /// <exception cref="ObjectDisposedException">The map was emptied or closed by somebody else.</exception>
    public ImmutableArray<MapEntry> Next()
    {
        if (!_reader.Read())
            return _reader.IsSupported ? [] : throw new BpfException($"the kernel does not read map '{map.Name}' in batches");
        var builder = new MapSnapshotBuilder(layout, map.IsPerCpu ? map.CpuValueStride : map.ValueSize);
        for (int i = 0; i < _reader.Count; i++)
            builder.Add(_reader.Key(i), _reader.Value(i));
        return decode(builder);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (ownsMap)
            map.Dispose();
    }
}
