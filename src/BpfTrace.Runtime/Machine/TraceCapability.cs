using BpfTrace.Formatting;

namespace BpfTrace;

/// <summary>Something that a trace can need, and whether this kernel and this user have it. Plain data.</summary>
public sealed record TraceCapability : IEscapedMembers
{
    /// <summary>Its name: bpftrace's, the kernel's or the library's own, as <c>kprobe_multi</c>, <c>CAP_BPF</c>, <c>libLLVM</c>.</summary>
    public required string Name { get; init; }

    /// <summary>What kind of thing it is.</summary>
    public required CapabilityCategory Category { get; init; }

    /// <summary>Whether it can be used, or does not stand in the way. False also where that could not be tried.</summary>
    public required bool Available { get; init; }

    /// <summary>Whether nothing can be traced without it.</summary>
    public bool IsRequired { get; init; }

    /// <summary>Whether it was looked at; false where that takes the right to load programs, which is missing.</summary>
    public bool IsTested { get; init; } = true;

    /// <summary>What it is for, in the language's terms.</summary>
    public required string Description { get; init; }

    /// <summary>What was found: a version, a mode, a limit; null where there is nothing to say.</summary>
    public string? Value { get; init; }

    /// <summary>Where it was found; null for what is no file.</summary>
    public string? Path { get; init; }

    /// <summary>What is missing and what to do; null when it is available.</summary>
    public string? Reason { get; init; }

    /// <summary>What does the same, or happens in its place; null when it is available, and where there is nothing.</summary>
    public string? Alternative { get; init; }

    /// <summary>The kernel release that brought it; null for what does not depend on the kernel's release.</summary>
    public Version? MinimumKernel { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{Name}: {(Available ? "yes" : IsTested ? "no" : "not tried")}";
}

/// <summary>Kinds of <see cref="TraceCapability"/>, in the order they are shown.</summary>
public enum CapabilityCategory
{
    /// <summary>The kernel and what it publishes.</summary>
    Kernel,

    /// <summary>What this process may do.</summary>
    Privilege,

    /// <summary>Kinds of probe, and ways of attaching many at once.</summary>
    ProbeType,

    /// <summary>Abilities of bpf(2).</summary>
    Feature,

    /// <summary>Functions that programs call.</summary>
    Helper,

    /// <summary>Kinds of map.</summary>
    MapType,

    /// <summary>Libraries and programs of the system.</summary>
    Library,
}
