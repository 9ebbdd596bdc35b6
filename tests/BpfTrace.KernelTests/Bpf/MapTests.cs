using System.Buffers.Binary;
using System.Runtime.InteropServices;
using BpfTrace.Bpf;
using BpfTrace.KernelTests.Support;

namespace BpfTrace.KernelTests.Bpf;

[Collection(KernelCollection.Name)]
public sealed class MapTests
{
    private static BpfMap Create(BpfMapType type, uint keySize, uint valueSize, uint maxEntries, BpfMapFlags flags = BpfMapFlags.None) =>
        BpfMap.Create(new MapSpec { Name = "test-map!", Type = type, KeySize = keySize, ValueSize = valueSize, MaxEntries = maxEntries, Flags = flags });

    private static byte[] U32(uint value) => BitConverter.GetBytes(value);

    private static byte[] U64(ulong value) => BitConverter.GetBytes(value);

    private static Dictionary<uint, ulong> Read(BpfMap map)
    {
        var result = new Dictionary<uint, ulong>();
        int count = map.ForEach((key, value) => result.Add(BinaryPrimitives.ReadUInt32LittleEndian(key), BinaryPrimitives.ReadUInt64LittleEndian(value)));
        Assert.Equal(result.Count, count);
        return result;
    }

    [RequiresRootTheory]
    [InlineData(BpfMapType.BPF_MAP_TYPE_HASH)]
    [InlineData(BpfMapType.BPF_MAP_TYPE_LRU_HASH)]
    public void Hash_elements_are_created_read_and_deleted(BpfMapType type)
    {
        using BpfMap map = Create(type, 4, 8, 64);
        byte[] value = new byte[8];
        Assert.False(map.TryLookup(U32(1), value));
        Assert.False(map.Delete(U32(1)));
        map.Update(U32(1), U64(0x1122334455667788));
        Assert.True(map.TryLookup(U32(1), value));
        Assert.Equal(0x1122334455667788UL, BitConverter.ToUInt64(value));
        Assert.Equal(17, Assert.Throws<BpfException>(() => map.Update(U32(1), value, BpfUpdateFlags.BPF_NOEXIST)).Errno);
        Assert.Equal(2, Assert.Throws<BpfException>(() => map.Update(U32(2), value, BpfUpdateFlags.BPF_EXIST)).Errno);
        Assert.True(map.Delete(U32(1)));
        Assert.False(map.TryLookup(U32(1), value));
    }

    [RequiresRootTheory]
    [InlineData(1U)]
    [InlineData(100U)]
    [InlineData(50_000U)]
    public void A_whole_hash_is_read_in_batches(uint count)
    {
        using BpfMap map = Create(BpfMapType.BPF_MAP_TYPE_HASH, 4, 8, 65_536);
        for (uint i = 0; i < count; i++)
            map.Update(U32(i), U64(i * 3UL));
        Dictionary<uint, ulong> read = Read(map);
        Assert.Equal((int)count, read.Count);
        Assert.All(read, pair => Assert.Equal(pair.Key * 3UL, pair.Value));
    }

    [RequiresRootTheory]
    [InlineData(BpfMapType.BPF_MAP_TYPE_HASH, 1)]
    [InlineData(BpfMapType.BPF_MAP_TYPE_HASH, 7)]
    [InlineData(BpfMapType.BPF_MAP_TYPE_PERCPU_HASH, 1)]
    [InlineData(BpfMapType.BPF_MAP_TYPE_ARRAY, 1)]
    [InlineData(BpfMapType.BPF_MAP_TYPE_PERCPU_ARRAY, 3)]
    public void Batches_too_small_for_a_bucket_grow_and_every_element_comes_once(BpfMapType type, int batch)
    {
        using BpfMap map = Create(type, 4, 8, 1000);
        var value = new byte[map.ValueBufferSize];
        for (uint i = 0; i < 1000; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(value, i);
            map.Update(U32(i), value);
        }

        var seen = new HashSet<uint>();
        Assert.Equal(1000, map.ForEach((key, values) =>
        {
            Assert.True(seen.Add(BinaryPrimitives.ReadUInt32LittleEndian(key)));
            Assert.Equal(BinaryPrimitives.ReadUInt32LittleEndian(key), BinaryPrimitives.ReadUInt64LittleEndian(values));
        }, batch));
        Assert.Equal(1000, seen.Count);
    }

    [RequiresRootFact]
    public void The_walk_key_by_key_reads_the_same()
    {
        using BpfMap map = Create(BpfMapType.BPF_MAP_TYPE_HASH, 4, 8, 1000);
        for (uint i = 0; i < 500; i++)
            map.Update(U32(i), U64(i));
        var seen = new HashSet<uint>();
        // Deleting the element in hand makes the kernel start over: nothing may come twice or be missed.
        Assert.Equal(500, map.ForEachByKey((key, _) =>
        {
            uint number = BinaryPrimitives.ReadUInt32LittleEndian(key);
            Assert.True(seen.Add(number));
            if (number % 50 == 0)
                map.Delete(key);
        }));
        Assert.Equal(490, Read(map).Count);
    }

    [RequiresRootFact]
    public void An_empty_hash_has_no_elements_and_clears()
    {
        using BpfMap map = Create(BpfMapType.BPF_MAP_TYPE_PERCPU_HASH, 4, 8, 16);
        Assert.Empty(Read(map));
        map.Clear();
        map.Zero();
        Assert.Empty(Read(map));
    }

    [RequiresRootTheory]
    [InlineData(BpfMapType.BPF_MAP_TYPE_HASH)]
    [InlineData(BpfMapType.BPF_MAP_TYPE_PERCPU_HASH)]
    [InlineData(BpfMapType.BPF_MAP_TYPE_LRU_PERCPU_HASH)]
    public void Clear_removes_and_zero_keeps_the_keys(BpfMapType type)
    {
        using BpfMap map = Create(type, 4, 8, 1024);
        byte[] value = new byte[map.ValueBufferSize];
        Array.Fill(value, (byte)0xff);
        for (uint i = 0; i < 300; i++)
            map.Update(U32(i), value);
        map.Zero();
        Dictionary<uint, ulong> zeroed = Read(map);
        Assert.Equal(300, zeroed.Count);
        Assert.All(zeroed.Values, v => Assert.Equal(0UL, v));
        map.Clear();
        Assert.Empty(Read(map));
    }

    [RequiresRootFact]
    public void Per_cpu_values_have_a_stride_of_eight_and_one_value_per_possible_cpu()
    {
        using BpfMap map = Create(BpfMapType.BPF_MAP_TYPE_PERCPU_ARRAY, 4, 12, 3);
        Assert.Equal(16, map.CpuValueStride);
        Assert.Equal(16 * Cpus.Possible.Length, map.ValueBufferSize);
        byte[] value = new byte[map.ValueBufferSize];
        for (int cpu = 0; cpu < Cpus.Possible.Length; cpu++)
            value[cpu * map.CpuValueStride] = (byte)(cpu + 1);
        map.Update(U32(2), value);
        int total = 0, elements = map.ForEach((key, values) =>
        {
            if (BinaryPrimitives.ReadUInt32LittleEndian(key) != 2)
                return;
            for (int cpu = 0; cpu < Cpus.Possible.Length; cpu++)
                total += values[cpu * 16];
        });
        Assert.Equal(3, elements);
        Assert.Equal(Cpus.Possible.Length * (Cpus.Possible.Length + 1) / 2, total);
    }

    [RequiresRootFact]
    public void An_array_clears_to_zeros_and_keeps_its_elements()
    {
        using BpfMap map = Create(BpfMapType.BPF_MAP_TYPE_ARRAY, 4, 8, 5);
        map.Update(U32(4), U64(9));
        Assert.Equal(9UL, Read(map)[4]);
        map.Clear();
        Assert.Equal(5, Read(map).Count);
        Assert.Equal(0UL, Read(map)[4]);
        Assert.Throws<BpfException>(() => map.Delete(U32(4)));
    }

    [RequiresRootFact]
    public void A_full_hash_says_E2BIG()
    {
        using BpfMap map = Create(BpfMapType.BPF_MAP_TYPE_HASH, 4, 8, 2);
        map.Update(U32(1), U64(1));
        map.Update(U32(2), U64(1));
        BpfException error = Assert.Throws<BpfException>(() => map.Update(U32(3), U64(1)));
        Assert.Equal("E2BIG", error.ErrnoName);
        Assert.Contains("test-map!", error.Message, StringComparison.Ordinal);
    }

    [RequiresRootFact]
    public void Keys_are_walked_one_by_one()
    {
        using BpfMap map = Create(BpfMapType.BPF_MAP_TYPE_HASH, 4, 8, 16);
        map.Update(U32(7), U64(1));
        map.Update(U32(8), U64(1));
        byte[] first = new byte[4], second = new byte[4], third = new byte[4];
        Assert.True(map.TryGetNextKey([], first));
        Assert.True(map.TryGetNextKey(first, second));
        Assert.False(map.TryGetNextKey(second, third));
        Assert.Equal([7U, 8U], new[] { BitConverter.ToUInt32(first), BitConverter.ToUInt32(second) }.Order());
    }

    [RequiresRootFact]
    public void A_stack_trace_map_is_walked_without_batches()
    {
        using BpfMap map = Create(BpfMapType.BPF_MAP_TYPE_STACK_TRACE, 4, 127 * 8, 128);
        Assert.Equal(0, map.ForEach((_, _) => Assert.Fail("the map is empty")));
        map.Clear();
    }

    [RequiresRootFact]
    public void A_mapped_array_is_shared_with_the_kernel()
    {
        using BpfMap map = Create(BpfMapType.BPF_MAP_TYPE_ARRAY, 4, 8, 600, BpfMapFlags.BPF_F_MMAPABLE);
        int before = OpenDescriptors.CountMappings();
        using (MappedMap mapped = map.Map())
        {
            Assert.Equal(4800, mapped.Bytes.Length);
            map.Update(U32(599), U64(77));
            Assert.Equal(77UL, mapped.ReadCounter(599 * 8));
            MemoryMarshal.Write(mapped.Bytes[8..], 5UL);
            Assert.Equal(5UL, Read(map)[1]);
        }

        Assert.Equal(before, OpenDescriptors.CountMappings());
    }

    [RequiresRootFact]
    public void A_frozen_map_refuses_writes_and_keeps_its_initial_value()
    {
        using BpfMap map = BpfMap.Create(new MapSpec
        {
            Name = ".rodata",
            Type = BpfMapType.BPF_MAP_TYPE_ARRAY,
            KeySize = 4,
            ValueSize = 8,
            MaxEntries = 1,
            Flags = BpfMapFlags.BPF_F_RDONLY_PROG,
            InitialValue = U64(42),
            IsFrozen = true,
        });
        Assert.Equal(42UL, Read(map)[0]);
        Assert.True(Assert.Throws<BpfException>(() => map.Update(U32(0), U64(1))).IsPermissionDenied);
    }

    [RequiresRootFact]
    public void A_map_the_kernel_refuses_names_itself_and_the_reason()
    {
        BpfMapException error = Assert.Throws<BpfMapException>(() => Create(BpfMapType.BPF_MAP_TYPE_RINGBUF, 0, 0, 1000));
        Assert.Equal("EINVAL", error.ErrnoName);
        Assert.Contains("BPF_MAP_TYPE_RINGBUF", error.Message, StringComparison.Ordinal);
    }

    [RequiresRootFact]
    public void Wrong_key_and_value_sizes_do_not_reach_the_kernel()
    {
        using BpfMap map = Create(BpfMapType.BPF_MAP_TYPE_HASH, 4, 8, 2);
        Assert.Throws<ArgumentException>(() => map.Update(new byte[3], U64(1)));
        Assert.Throws<ArgumentException>(() => map.Update(U32(1), new byte[7]));
        Assert.Throws<ArgumentException>(() => map.TryLookup(U32(1), new byte[7]));
    }
}
