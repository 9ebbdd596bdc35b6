using BpfTrace.Bpf;
using BpfTrace.Compiler.Layout;
using BpfTrace.Decoding;

namespace BpfTrace.MapReading;

/// <summary>
/// Reads a running trace's maps from the kernel, in batches where the kernel has them. Symbols are resolved through the decoder's resolver: not
/// from two threads at once, and not while the decoder decodes.
/// </summary>
/// <param name="decoder">The trace's decoder: records in maps are of the types it makes for records in events.</param>
public sealed class MapReader(EventDecoder decoder)
{
    /// <summary>Reads a whole map.</summary>
    /// <param name="map">The kernel's map.</param>
    /// <param name="layout">The script's map and how it lies there.</param>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public MapSnapshot Read(BpfMap map, MapLayout layout)
    {
        ArgumentNullException.ThrowIfNull(map);
        ArgumentNullException.ThrowIfNull(layout);
        var builder = new MapSnapshotBuilder(layout, map.IsPerCpu ? map.CpuValueStride : map.ValueSize);
        map.ForEach(builder.Add);
        return builder.ToSnapshot(decoder.Context);
    }

    /// <summary><c>clear(@m)</c>: removes all entries.</summary>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public static void Clear(BpfMap map)
    {
        ArgumentNullException.ThrowIfNull(map);
        map.Clear();
    }

    /// <summary><c>zero(@m)</c>: sets all values to zero and keeps the keys.</summary>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public static void Zero(BpfMap map)
    {
        ArgumentNullException.ThrowIfNull(map);
        map.Zero();
    }
}
