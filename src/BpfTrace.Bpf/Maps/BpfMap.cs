using System.Buffers.Binary;
using BpfTrace.Bpf.Syscalls;

namespace BpfTrace.Bpf;

/// <summary>
/// A map in the kernel: one element at a time. Reading whole maps is in <see cref="ForEach(MapEntryHandler)"/>. Keys and values are raw
/// bytes in the machine's byte order; a per-CPU map's value is one value per possible CPU (<see cref="Cpus.Possible"/>),
/// each at a multiple of <see cref="CpuValueStride"/> bytes.
/// </summary>
public sealed unsafe partial class BpfMap : IDisposable
{
    private BpfMap(SafeBpfHandle handle, MapSpec spec, uint maxEntries)
    {
        Handle = handle;
        Spec = spec;
        Name = spec.Name;
        Type = spec.Type;
        KeySize = checked((int)spec.KeySize);
        ValueSize = checked((int)spec.ValueSize);
        MaxEntries = maxEntries;
        ValueBufferSize = IsPerCpu ? CpuValueStride * Cpus.Possible.Length : ValueSize;
    }

    /// <summary>Full name, of which the kernel shows 15 characters.</summary>
    public string Name { get; }

    /// <summary>Kind of map.</summary>
    public BpfMapType Type { get; }

    /// <summary>What it was created from.</summary>
    public MapSpec Spec { get; }

    /// <summary>Key size in bytes.</summary>
    public int KeySize { get; }

    /// <summary>Value size in bytes, of one CPU's value for a per-CPU map.</summary>
    public int ValueSize { get; }

    /// <summary>Most elements; bytes for a ring buffer.</summary>
    public uint MaxEntries { get; }

    /// <summary>Whether there is one value per possible CPU.</summary>
    public bool IsPerCpu => Type is BpfMapType.BPF_MAP_TYPE_PERCPU_ARRAY or BpfMapType.BPF_MAP_TYPE_PERCPU_HASH or BpfMapType.BPF_MAP_TYPE_LRU_PERCPU_HASH;

    /// <summary>Whether keys are the indices 0 … <see cref="MaxEntries"/> - 1, all always present.</summary>
    public bool IsArray => Type is BpfMapType.BPF_MAP_TYPE_ARRAY or BpfMapType.BPF_MAP_TYPE_PERCPU_ARRAY;

    /// <summary>Bytes from one CPU's value to the next: the value's size rounded up to 8.</summary>
    public int CpuValueStride => (ValueSize + 7) & ~7;

    /// <summary>Bytes that a lookup fills and an update takes: all CPUs' values for a per-CPU map.</summary>
    public int ValueBufferSize { get; }

    internal SafeBpfHandle Handle { get; }

    /// <summary>Creates a map, writes its initial value, freezes it if it is to be frozen.</summary>
    /// <param name="spec">What is wanted.</param>
    /// <param name="inner">For an array of maps: the map it holds from the start, and that others must be like.</param>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public static BpfMap Create(MapSpec spec, BpfMap? inner = null)
    {
        ArgumentNullException.ThrowIfNull(spec);
        using HandleUse innerUse = inner is null ? default : new HandleUse(inner.Handle);
        uint maxEntries = spec.MaxEntries;
        if (maxEntries == 0 && spec.Type == BpfMapType.BPF_MAP_TYPE_PERF_EVENT_ARRAY)
            maxEntries = (uint)Cpus.Possible[^1] + 1;
        var attr = new MapCreateAttr
        {
            map_type = (uint)spec.Type,
            key_size = spec.KeySize,
            value_size = spec.ValueSize,
            max_entries = maxEntries,
            map_flags = (uint)spec.Flags,
            inner_map_fd = inner is null ? 0 : innerUse.Fd,
            map_name = BpfObjectName.From(spec.Name),
        };
        SafeBpfHandle handle = BpfSyscall.Open(BpfCommand.BPF_MAP_CREATE, ref attr, out int errno)
            ?? throw new BpfMapException(
                BpfException.Describe(errno, $"creating map '{spec.Name}' ({spec.Type}, key {spec.KeySize}, value {spec.ValueSize}, {maxEntries} entries)"), errno, spec.Name);
        var map = new BpfMap(handle, spec, maxEntries);
        try
        {
            if (!spec.InitialValue.IsEmpty && spec.InitialValue.Span.ContainsAnyExcept((byte)0))
                map.Update([0, 0, 0, 0], spec.InitialValue.Span);
            if (spec.IsFrozen)
                map.Freeze();
            if (inner is not null)
                map.Put(inner);
            return map;
        }
        catch
        {
            map.Dispose();
            throw;
        }
    }

    /// <summary>Reads an element.</summary>
    /// <param name="key">Key of <see cref="KeySize"/> bytes.</param>
    /// <param name="value">Receives <see cref="ValueBufferSize"/> bytes.</param>
    /// <returns>false when there is no such element.</returns>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public bool TryLookup(ReadOnlySpan<byte> key, Span<byte> value)
    {
        CheckLength(key.Length, KeySize, "key");
        if (value.Length < ValueBufferSize)
            throw new ArgumentException($"map '{Name}' needs a buffer of {ValueBufferSize} bytes", nameof(value));
        return Element(BpfCommand.BPF_MAP_LOOKUP_ELEM, key, value, 0, "reading");
    }

    /// <summary>Creates or replaces an element.</summary>
    /// <param name="key">Key of <see cref="KeySize"/> bytes.</param>
    /// <param name="value">Value of <see cref="ValueBufferSize"/> bytes.</param>
    /// <param name="flags">Whether it must or must not exist.</param>
    /// <exception cref="BpfException">The map is full (E2BIG), or another refusal.</exception>
    public void Update(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, BpfUpdateFlags flags = BpfUpdateFlags.BPF_ANY)
    {
        CheckLength(key.Length, KeySize, "key");
        CheckLength(value.Length, ValueBufferSize, "value");
        if (!Element(BpfCommand.BPF_MAP_UPDATE_ELEM, key, value, (ulong)flags, "writing"))
            throw BpfException.FromErrno(Errno.ENOENT, $"writing map '{Name}'");
    }

    /// <summary>
    /// Puts a map into element 0 of an array of maps. When this returns, no program uses the one that was there before: the kernel waits for all that run
    /// (kernel/bpf/syscall.c, maybe_wait_bpf_programs).
    /// </summary>
    /// <exception cref="BpfException">The map is not like the one this was created with, or another refusal.</exception>
    public void Put(BpfMap map) => Put(0, map);

    /// <summary>Puts a map into an element of an array or hash of maps with keys of four bytes.</summary>
    /// <exception cref="BpfException">The map is not like the one this was created with, this is full, or another refusal.</exception>
    public void Put(uint key, BpfMap map)
    {
        ArgumentNullException.ThrowIfNull(map);
        Span<byte> keyBytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(keyBytes, key);
        using var use = new HandleUse(map.Handle);
        Span<byte> descriptor = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(descriptor, use.Fd);
        Update(keyBytes, descriptor);
    }

    /// <summary>Removes an element.</summary>
    /// <returns>false when there was none.</returns>
    /// <exception cref="BpfException">The kernel refused; an array's elements cannot be removed.</exception>
    public bool Delete(ReadOnlySpan<byte> key)
    {
        CheckLength(key.Length, KeySize, "key");
        return Element(BpfCommand.BPF_MAP_DELETE_ELEM, key, default, 0, "deleting from");
    }

    /// <summary>Finds the key after another in the map's own order.</summary>
    /// <param name="key">A key; empty for the first. When it is gone meanwhile, the first key comes again.</param>
    /// <param name="next">Receives the key.</param>
    /// <returns>false at the end.</returns>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public bool TryGetNextKey(ReadOnlySpan<byte> key, Span<byte> next)
    {
        if (key.Length != 0)
            CheckLength(key.Length, KeySize, "key");
        if (next.Length < KeySize)
            throw new ArgumentException($"map '{Name}' needs a buffer of {KeySize} bytes", nameof(next));
        return Element(BpfCommand.BPF_MAP_GET_NEXT_KEY, key, next, 0, "walking");
    }

    /// <summary>Forbids user space to write from now on (BPF_MAP_FREEZE, Linux 5.2).</summary>
    /// <exception cref="BpfException">EBUSY: mapped writable.</exception>
    public void Freeze()
    {
        using var use = new HandleUse(Handle);
        var attr = new MapElementAttr { map_fd = use.Fd };
        BpfException.Check(BpfSyscall.Call(BpfCommand.BPF_MAP_FREEZE, ref attr), $"freezing map '{Name}'");
    }

    /// <summary>Maps the values of an array created with BPF_F_MMAPABLE into this process, shared with the programs.</summary>
    /// <exception cref="BpfException">Not such a map, or the kernel refused.</exception>
    public MappedMap Map(bool writable = true)
    {
        if (Type != BpfMapType.BPF_MAP_TYPE_ARRAY || !Spec.Flags.HasFlag(BpfMapFlags.BPF_F_MMAPABLE))
            throw new BpfException($"map '{Name}' is not an array created with BPF_F_MMAPABLE");
        nuint page = (nuint)Environment.SystemPageSize;
        nuint length = (nuint)CpuValueStride * MaxEntries;
        length = (length + page - 1) & ~(page - 1);
        return new MappedMap(SafeMmapHandle.Map(Handle, length, writable, 0, $"map '{Name}'"), CpuValueStride, MaxEntries);
    }

    /// <summary>Closes the map. Programs that use it keep it alive.</summary>
    public void Dispose() => Handle.Dispose();

    private bool Element(BpfCommand command, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, ulong flags, string operation)
    {
        using var use = new HandleUse(Handle);
        fixed (byte* keyPointer = key)
        fixed (byte* valuePointer = value)
        {
            var attr = new MapElementAttr { map_fd = use.Fd, key = keyPointer, value = valuePointer, flags = flags };
            int result = BpfSyscall.Call(command, ref attr);
            if (result >= 0)
                return true;
            if (result == -Errno.ENOENT)
                return false;
            throw BpfException.FromErrno(-result, $"{operation} map '{Name}'");
        }
    }

    private void CheckLength(int actual, int expected, string what)
    {
        if (actual != expected)
            throw new ArgumentException($"map '{Name}' has a {what} of {expected} bytes, not {actual}");
    }
}
