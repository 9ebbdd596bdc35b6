using System.Numerics;

namespace BpfTrace.Bpf;

/// <summary>
/// The kernel memory that a map takes when it is created: hashes and arrays are allocated for all of their entries. The kernel's own sums, as fdinfo's
/// <c>memlock</c> has them since Linux 6.4 (kernel/bpf/hashtab.c htab_map_mem_usage, arraymap.c array_map_mem_usage, ringbuf.c ringbuf_map_mem_usage), but
/// for the few hundred bytes of the map itself, which differ between releases.
/// </summary>
public static class MapMemory
{
    private const long HashElement = 48; // struct htab_elem up to its key
    private const long Bucket = 16;
    private const long Pointer = 8;
    private const long RingMetaPages = 3;

    /// <summary>Bytes of a map; 0 for kinds whose size is not known here.</summary>
    /// <param name="spec">The map.</param>
    /// <param name="possibleCpus">How many CPUs could ever be there.</param>
    public static long Estimate(MapSpec spec, int possibleCpus)
    {
        ArgumentNullException.ThrowIfNull(spec);
        long entries = spec.MaxEntries;
        long value = Aligned(spec.ValueSize);
        switch (spec.Type)
        {
            case BpfMapType.BPF_MAP_TYPE_HASH:
            case BpfMapType.BPF_MAP_TYPE_LRU_HASH:
            case BpfMapType.BPF_MAP_TYPE_PERCPU_HASH:
            case BpfMapType.BPF_MAP_TYPE_LRU_PERCPU_HASH:
                return Hash(spec, entries, value, possibleCpus);
            case BpfMapType.BPF_MAP_TYPE_ARRAY:
            case BpfMapType.BPF_MAP_TYPE_ARRAY_OF_MAPS:
                return entries * value;
            case BpfMapType.BPF_MAP_TYPE_PERF_EVENT_ARRAY:
                return (entries == 0 ? possibleCpus : entries) * Pointer;
            case BpfMapType.BPF_MAP_TYPE_PERCPU_ARRAY:
                return entries * (Pointer + (value * possibleCpus));
            case BpfMapType.BPF_MAP_TYPE_RINGBUF:
                long page = Environment.SystemPageSize;
                return entries + (RingMetaPages * page) + ((RingMetaPages + (2 * entries / page)) * Pointer);
            default:
                return 0;
        }
    }

    private static long Hash(MapSpec spec, long entries, long value, int possibleCpus)
    {
        bool isPerCpu = spec.Type is BpfMapType.BPF_MAP_TYPE_PERCPU_HASH or BpfMapType.BPF_MAP_TYPE_LRU_PERCPU_HASH;
        bool isLru = spec.Type is BpfMapType.BPF_MAP_TYPE_LRU_HASH or BpfMapType.BPF_MAP_TYPE_LRU_PERCPU_HASH;
        long buckets = (long)BitOperations.RoundUpToPowerOf2((ulong)entries) * Bucket;
        if (spec.Flags.HasFlag(BpfMapFlags.BPF_F_NO_PREALLOC))
            return buckets;
        long element = HashElement + Aligned(spec.KeySize) + (isPerCpu ? Pointer : value);
        if (isPerCpu)
            return buckets + (entries * (element + (value * possibleCpus)));
        // A spare element for each CPU, so that a full map's elements can be replaced.
        return buckets + (isLru ? entries * element : ((entries + possibleCpus) * element) + (possibleCpus * Pointer));
    }

    private static long Aligned(long size) => (size + 7) / 8 * 8;
}
