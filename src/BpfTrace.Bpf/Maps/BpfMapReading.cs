using BpfTrace.Bpf.Syscalls;

namespace BpfTrace.Bpf;

/// <summary>Receives one element of a map. The spans are valid during the call only.</summary>
/// <param name="key">The key.</param>
/// <param name="value">The value, of all possible CPUs for a per-CPU map.</param>
public delegate void MapEntryHandler(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value);

/// <content>Whole maps: in batches where the kernel has them for the map's type, else key by key.</content>
public sealed unsafe partial class BpfMap
{
    private const int BatchBytes = 256 << 10;
    private const int MinBatch = 16;

    private enum BatchResult
    {
        Done,
        NotSupported,
    }

    /// <summary>
    /// Calls <paramref name="handler"/> for every element, in the map's own order. Elements that programs add or remove
    /// meanwhile may or may not be seen; none that stays is missed.
    /// </summary>
    /// <returns>The number of elements.</returns>
    /// <exception cref="BpfException">The kernel refused, or the map kept changing under a walk key by key.</exception>
    public int ForEach(MapEntryHandler handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        return ForEach(handler, DefaultBatch);
    }

    /// <summary>Opens the map to be read batch by batch, at the caller's pace.</summary>
    public MapBatchReader ReadBatches() => new(this, DefaultBatch);

    /// <summary>As <see cref="ForEach(MapEntryHandler)"/>, beginning with batches of a given size.</summary>
    internal int ForEach(MapEntryHandler handler, int batch) =>
        SupportsBatches && ForEachBatched(handler, batch, out int count) == BatchResult.Done ? count : ForEachByKey(handler);

    /// <summary>Removes every element; sets an array's elements to zero.</summary>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public void Clear()
    {
        if (IsArray)
        {
            Zero();
            return;
        }

        byte[] keys = ReadKeys();
        if (keys.Length == 0 || (SupportsBatches && DeleteBatch(keys)))
            return;
        for (int i = 0; i < keys.Length; i += KeySize)
            Delete(keys.AsSpan(i, KeySize));
    }

    /// <summary>Sets every element to zero, and keeps the keys.</summary>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public void Zero()
    {
        byte[] keys = ReadKeys();
        var zero = new byte[ValueBufferSize];
        for (int i = 0; i < keys.Length; i += KeySize)
        {
            // A program may have deleted the element meanwhile; it must not come back. BPF_EXIST fails with ENOENT then.
            Element(BpfCommand.BPF_MAP_UPDATE_ELEM, keys.AsSpan(i, KeySize), zero, (ulong)BpfUpdateFlags.BPF_EXIST, "writing");
        }
    }

    private int DefaultBatch => (int)Math.Clamp((long)BatchBytes / (KeySize + ValueBufferSize), MinBatch, Math.Max(MinBatch, MaxEntries));

    /// <summary>Whether the kernel reads this map in batches.</summary>
    internal bool TryBatchOnce() => ForEachBatched((_, _) => { }, MinBatch, out _) == BatchResult.Done;

    // Stack traces, ring buffers and the like have no batch operations: do not ask the kernel first.
    private bool SupportsBatches => IsArray || Type is BpfMapType.BPF_MAP_TYPE_HASH or BpfMapType.BPF_MAP_TYPE_LRU_HASH
        or BpfMapType.BPF_MAP_TYPE_PERCPU_HASH or BpfMapType.BPF_MAP_TYPE_LRU_PERCPU_HASH;

    private byte[] ReadKeys()
    {
        var keys = new List<byte>();
        ForEach((key, _) => keys.AddRange(key));
        return [.. keys];
    }

    private BatchResult ForEachBatched(MapEntryHandler handler, int batch, out int total)
    {
        total = 0;
        var reader = new MapBatchReader(this, batch);
        while (reader.Read())
        {
            for (int i = 0; i < reader.Count; i++)
                handler(reader.Key(i), reader.Value(i));
            total += reader.Count;
        }

        return reader.IsSupported ? BatchResult.Done : BatchResult.NotSupported;
    }

    /// <summary>The walk for maps without batches.</summary>
    internal int ForEachByKey(MapEntryHandler handler)
    {
        var key = new byte[KeySize];
        var next = new byte[KeySize];
        var value = new byte[ValueBufferSize];
        // The kernel starts over when the current key is deleted under the walk; keys seen are not reported twice.
        HashSet<string>? seen = IsArray ? null : new HashSet<string>(StringComparer.Ordinal);
        long limit = ((long)MaxEntries * 8) + 1024;
        int count = 0;
        for (bool more = TryGetNextKey([], key); more;)
        {
            if (--limit < 0)
                throw new BpfException($"map '{Name}' keeps changing while it is read");
            if ((seen is null || seen.Add(Convert.ToHexString(key))) && TryLookup(key, value))
            {
                handler(key, value);
                count++;
            }

            more = TryGetNextKey(key, next);
            (key, next) = (next, key);
        }

        return count;
    }

    private bool DeleteBatch(byte[] keys)
    {
        using var use = new HandleUse(Handle);
        fixed (byte* pointer = keys)
        {
            uint total = (uint)(keys.Length / KeySize);
            for (uint done = 0; done < total;)
            {
                var attr = new MapBatchAttr { keys = pointer + (done * (uint)KeySize), count = total - done, map_fd = use.Fd };
                int result = BpfSyscall.Call(BpfCommand.BPF_MAP_DELETE_BATCH, ref attr);
                if (result >= 0)
                    return true;
                if (result is -Errno.ENOTSUPP or -Errno.EOPNOTSUPP or -Errno.EINVAL)
                    return false;
                if (result != -Errno.ENOENT)
                    throw BpfException.FromErrno(-result, $"clearing map '{Name}'");
                done += attr.count + 1; // the element after those deleted is gone already
            }
        }

        return true;
    }
}
