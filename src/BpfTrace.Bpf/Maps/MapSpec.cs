namespace BpfTrace.Bpf;

/// <summary>A map before it is created: deterministic data, no file descriptor.</summary>
public sealed record MapSpec
{
    /// <summary>Full name; programs refer to it. The kernel shows its first 15 characters, [A-Za-z0-9_.] only.</summary>
    public required string Name { get; init; }

    /// <summary>Kind of map.</summary>
    public required BpfMapType Type { get; init; }

    /// <summary>Key size in bytes; 0 for a ring buffer.</summary>
    public uint KeySize { get; init; }

    /// <summary>Value size in bytes, of one CPU's value for a per-CPU map; 0 for a ring buffer.</summary>
    public uint ValueSize { get; init; }

    /// <summary>
    /// Most elements the map can hold. For a ring buffer its size in bytes: a power of two and a multiple of the page.
    /// 0 for a perf event array means the number of possible CPUs.
    /// </summary>
    public uint MaxEntries { get; init; }

    /// <summary>
    /// For an array of maps: the name of the map of the collection that is in element 0 from the start, and that others must be like; null for other kinds.
    /// It comes before this one in the collection.
    /// </summary>
    public string? InnerMap { get; init; }

    /// <summary>Creation flags.</summary>
    public BpfMapFlags Flags { get; init; }

    /// <summary>What element 0 of an array holds from the start (.data, .rodata); empty for zeros.</summary>
    public ReadOnlyMemory<byte> InitialValue { get; init; }

    /// <summary>Whether user space may no longer write once the initial value is in (.rodata): the verifier then knows the contents.</summary>
    public bool IsFrozen { get; init; }
}
