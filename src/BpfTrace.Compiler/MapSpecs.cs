using System.Collections.Immutable;
using BpfTrace.Bpf;
using BpfTrace.Compiler.CodeGen;
using BpfTrace.Compiler.Layout;
using BpfTrace.Language.Symbols;

namespace BpfTrace.Compiler;

/// <summary>The kernel maps of a compilation: the script's, and those that carry output, frames and stacks.</summary>
internal static class MapSpecs
{
    // Records in flight while user space is busy: 300,000 events a second at 100 bytes are 30 MB.
    private const int DefaultRingBufferSize = 8 << 20;
    private const int PageSize = 4096;
    private const uint MaximumStacks = 1 << 14;
    private const uint MaximumUnwound = 1 << 12;

    public static ImmutableArray<MapSpec> Create(CompilationState state)
    {
        var maps = ImmutableArray.CreateBuilder<MapSpec>();
        foreach (MapSymbol map in state.Program.Maps)
        {
            MapSpec own = OfScript(state.LayoutOf(map));
            maps.Add(own);
            if (state.Options.SwappableMaps)
                maps.Add(Slot(own.Name));
        }

        maps.Add(new MapSpec
        {
            Name = KernelMaps.RingBuffer,
            Type = BpfMapType.BPF_MAP_TYPE_RINGBUF,
            MaxEntries = (uint)RingBufferSize(state),
        });
        maps.Add(Array(KernelMaps.LossCounter, BpfMapType.BPF_MAP_TYPE_PERCPU_ARRAY, 8, 1));
        if (state.SendsPackets)
            maps.Add(Array(KernelMaps.Packets, BpfMapType.BPF_MAP_TYPE_PERF_EVENT_ARRAY, 4, 0));
        if (state.GuardsRecursion)
            maps.Add(Array(KernelMaps.RecursionGuard, BpfMapType.BPF_MAP_TYPE_PERCPU_ARRAY, 8, 1));
        if (state.FrameSize > 0)
            maps.Add(Array(KernelMaps.Scratch, BpfMapType.BPF_MAP_TYPE_PERCPU_ARRAY, (uint)state.FrameSize, (uint)state.Frames));
        if (state.LargeFrameSize > 0)
        {
            uint frames = (uint)(state.LargeFrames * state.Options.PossibleCpus);
            maps.Add(Array(KernelMaps.LargeScratch, BpfMapType.BPF_MAP_TYPE_ARRAY, (uint)state.LargeFrameSize, frames));
        }

        if (state.UsesSession)
            maps.Add(Array(KernelMaps.Session, BpfMapType.BPF_MAP_TYPE_ARRAY, 24, 1));
        if (state.Unwinds)
            AddUnwinding(maps);
        foreach (int limit in state.StackLimits)
        {
            maps.Add(new MapSpec
            {
                Name = KernelMaps.Stacks(limit),
                Type = BpfMapType.BPF_MAP_TYPE_LRU_HASH,
                KeySize = 8,
                ValueSize = (uint)limit * 8,
                MaxEntries = MaximumStacks,
            });
        }

        return maps.ToImmutable();
    }

    /// <summary>The tables of <c>dw_ustack</c>, empty: processes and files are added as they are read.</summary>
    private static void AddUnwinding(ImmutableArray<MapSpec>.Builder maps)
    {
        maps.Add(Array(KernelMaps.UnwindMappings, BpfMapType.BPF_MAP_TYPE_ARRAY, KernelMaps.UnwindMappingSize, 1) with { Flags = BpfMapFlags.BPF_F_INNER_MAP | BpfMapFlags.BPF_F_MMAPABLE });
        maps.Add(Array(KernelMaps.UnwindTable, BpfMapType.BPF_MAP_TYPE_ARRAY, 8, 1) with { Flags = BpfMapFlags.BPF_F_INNER_MAP | BpfMapFlags.BPF_F_MMAPABLE });
        maps.Add(Array(KernelMaps.UnwindProcesses, BpfMapType.BPF_MAP_TYPE_HASH_OF_MAPS, 4, MaximumUnwound) with { InnerMap = KernelMaps.UnwindMappings });
        maps.Add(Array(KernelMaps.UnwindFiles, BpfMapType.BPF_MAP_TYPE_ARRAY_OF_MAPS, 4, MaximumUnwound) with { InnerMap = KernelMaps.UnwindTable });
    }

    private static MapSpec OfScript(MapLayout layout) => new()
    {
        Name = layout.KernelName,
        Type = layout.Map.Storage switch
        {
            MapStorage.LruHash => BpfMapType.BPF_MAP_TYPE_LRU_HASH,
            MapStorage.PerCpuHash => BpfMapType.BPF_MAP_TYPE_PERCPU_HASH,
            MapStorage.PerCpuLruHash => BpfMapType.BPF_MAP_TYPE_LRU_PERCPU_HASH,
            MapStorage.Array => BpfMapType.BPF_MAP_TYPE_ARRAY,
            MapStorage.PerCpuArray => BpfMapType.BPF_MAP_TYPE_PERCPU_ARRAY,
            _ => BpfMapType.BPF_MAP_TYPE_HASH,
        },
        KeySize = (uint)layout.KeySize,
        ValueSize = (uint)layout.ValueSize,
        MaxEntries = (uint)layout.Map.MaxEntries,
    };

    private static MapSpec Slot(string map) => new()
    {
        Name = KernelMaps.Slot(map),
        Type = BpfMapType.BPF_MAP_TYPE_ARRAY_OF_MAPS,
        KeySize = 4,
        ValueSize = 4,
        MaxEntries = 1,
        InnerMap = map,
    };

    private static MapSpec Array(string name, BpfMapType type, uint valueSize, uint entries) => new()
    {
        Name = name,
        Type = type,
        KeySize = 4,
        ValueSize = valueSize,
        MaxEntries = entries,
    };

    private static int RingBufferSize(CompilationState state)
    {
        if (state.Options.RingBufferSize is { } size)
            return size;
        int pages = state.Program.Config.PerfRbPages;
        const long Most = 1 << 30; // the largest power of two of an int: the kernel says whether there is so much
        return pages > 0 ? (int)Math.Min(System.Numerics.BitOperations.RoundUpToPowerOf2((uint)pages) * (long)PageSize, Most) : DefaultRingBufferSize;
    }
}
