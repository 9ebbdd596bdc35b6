using BpfTrace.Language.Symbols;

namespace BpfTrace.Compiler.Layout;

/// <summary>How a script's map lies in its kernel map.</summary>
/// <param name="Map">The script's map.</param>
/// <param name="KernelName">The kernel map's name in the <c>CollectionSpec</c>, for example <c>AT_reads</c>.</param>
/// <param name="KeySize">
/// Bytes of the kernel key: the script's key; for an aggregate with buckets the key padded to 8 and then the u64 bucket number; 4 (index 0) for a
/// scalar map without buckets, which is an array.
/// </param>
/// <param name="BucketOffset">Where the u64 bucket number is in the key; -1 when there is none.</param>
/// <param name="ValueSize">Bytes of one CPU's value.</param>
public sealed record MapLayout(MapSymbol Map, string KernelName, int KeySize, int BucketOffset, int ValueSize)
{
    /// <summary>The layout of a map: both sides call this, so they agree.</summary>
    public static MapLayout Create(MapSymbol map)
    {
        ArgumentNullException.ThrowIfNull(map);
        bool buckets = map.Aggregate is { HasBuckets: true };
        int keyBytes = map.KeyType is { } key ? key.Size : 0;
        int bucketOffset = buckets ? (keyBytes + 7) / 8 * 8 : -1;
        int keySize = buckets ? bucketOffset + 8 : map.IsScalar ? 4 : Math.Max(keyBytes, 1);
        return new MapLayout(map, "AT_" + map.Name[1..], keySize, bucketOffset, Math.Max(map.ValueType.Size, 1));
    }
}
