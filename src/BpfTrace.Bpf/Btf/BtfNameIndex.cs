using System.Buffers.Binary;

namespace BpfTrace.Bpf.Btf;

/// <summary>A hash table from names to the own types of a file, for many lookups. Chains keep the order of the ids.</summary>
/// <remarks>One of all kinds costs some milliseconds for the kernel's types: a listing of functions makes one of these only.</remarks>
internal sealed class BtfNameIndex
{
    private readonly BtfFile _file;
    private readonly int[] _buckets;
    private readonly int[] _next;

    /// <param name="file">The file.</param>
    /// <param name="kinds">Which kinds are looked for, a bit each.</param>
    public BtfNameIndex(BtfFile file, uint kinds)
    {
        _file = file;
        int count = file.TypeCount - file.FirstTypeId;
        _buckets = new int[System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Max(16, count))];
        _next = new int[count];

        // From the back, so that the head of each chain is the lowest id.
        for (int i = count - 1; i >= 0; i--)
        {
            if ((kinds >> (int)file.OwnKind(i) & 1) == 0)
                continue;
            ReadOnlySpan<byte> name = file.OwnName(i);
            if (name.IsEmpty)
                continue;
            ref int bucket = ref _buckets[Hash(name) & (uint)(_buckets.Length - 1)];
            _next[i] = bucket;
            bucket = i + 1;
        }
    }

    /// <summary>The lowest id with the name and one of the kinds (a bit each); 0 if there is none.</summary>
    public int Find(ReadOnlySpan<byte> name, uint kinds)
    {
        for (int entry = _buckets[Hash(name) & (uint)(_buckets.Length - 1)]; entry != 0; entry = _next[entry - 1])
        {
            if ((kinds >> (int)_file.OwnKind(entry - 1) & 1) != 0 && _file.OwnName(entry - 1).SequenceEqual(name))
                return _file.FirstTypeId + entry - 1;
        }

        return 0;
    }

    private static uint Hash(ReadOnlySpan<byte> name)
    {
        ulong hash = (ulong)name.Length;
        while (name.Length >= 8)
        {
            hash = (hash ^ BinaryPrimitives.ReadUInt64LittleEndian(name)) * 0x9E3779B97F4A7C15;
            hash ^= hash >> 32;
            name = name[8..];
        }

        foreach (byte b in name)
            hash = (hash ^ b) * 0x100000001B3;
        return (uint)(hash ^ (hash >> 32));
    }
}
