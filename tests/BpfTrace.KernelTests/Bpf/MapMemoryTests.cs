using System.Globalization;
using BpfTrace.Bpf;
using BpfTrace.KernelTests.Support;

namespace BpfTrace.KernelTests.Bpf;

[Collection(KernelCollection.Name)]
public sealed class MapMemoryTests
{
    /// <summary>The kernel counts the map's own few hundred bytes too, which differ between releases.</summary>
    private const long Own = 2048;

    [RequiresRootTheory]
    [InlineData(BpfMapType.BPF_MAP_TYPE_HASH, 12, 20, 1000)]
    [InlineData(BpfMapType.BPF_MAP_TYPE_HASH, 8, 8, 4096)]
    [InlineData(BpfMapType.BPF_MAP_TYPE_LRU_HASH, 8, 1016, 2048)]
    [InlineData(BpfMapType.BPF_MAP_TYPE_PERCPU_HASH, 16, 8, 4096)]
    [InlineData(BpfMapType.BPF_MAP_TYPE_LRU_PERCPU_HASH, 20, 24, 1024)]
    [InlineData(BpfMapType.BPF_MAP_TYPE_ARRAY, 4, 100, 500)]
    [InlineData(BpfMapType.BPF_MAP_TYPE_PERCPU_ARRAY, 4, 3000, 7)]
    [InlineData(BpfMapType.BPF_MAP_TYPE_RINGBUF, 0, 0, 1 << 20)]
    public void It_is_what_the_kernel_says(BpfMapType type, uint key, uint value, uint entries)
    {
        if (Environment.OSVersion.Version < new Version(6, 4))
            return; // counts keys and values only
        var spec = new MapSpec { Name = "memory", Type = type, KeySize = key, ValueSize = value, MaxEntries = entries };
        using var map = BpfMap.Create(spec);
        string line = File.ReadLines($"/proc/self/fdinfo/{map.Handle.DangerousGetHandle()}").Single(static l => l.StartsWith("memlock:", StringComparison.Ordinal));
        long actual = long.Parse(line["memlock:".Length..], CultureInfo.InvariantCulture);
        long estimate = MapMemory.Estimate(spec, Cpus.Possible.Length);
        Assert.InRange(estimate, actual - Own, actual);
    }
}
