using BpfTrace.Bpf.Btf;

namespace BpfTrace.Bpf;

/// <summary>How <see cref="BpfCollection.Load"/> loads.</summary>
public sealed record LoadOptions
{
    /// <summary>The options used when none are given.</summary>
    public static LoadOptions Default { get; } = new();

    /// <summary>
    /// Verifier log wanted even on success: 0 none, 1 the summary (of a refused program the failing path), 2 every
    /// instruction with its state; add 4 for statistics. Read it from <see cref="BpfProgram.VerifierLog"/>. A refused program
    /// always yields a log of level 1 at least.
    /// </summary>
    public int LogLevel { get; init; }

    /// <summary>Largest verifier log to ask for, in bytes.</summary>
    public int MaxLogSize { get; init; } = 16 << 20;

    /// <summary>
    /// The running kernel's BTF, for attach targets by name; null for one that is opened when needed and kept for the
    /// process.
    /// </summary>
    public KernelBtf? KernelBtf { get; init; }

    /// <summary>
    /// Which programs to load at once; null for all. The others wait for <see cref="BpfCollection.LoadProgram"/>.
    /// </summary>
    public Predicate<ProgramSpec>? ProgramFilter { get; init; }
}

/// <summary>What differs between instances of one program body. Null members stay as in the spec.</summary>
public sealed record ProgramOverrides
{
    /// <summary>Name the kernel shows.</summary>
    public string? Name { get; init; }

    /// <summary>Program type.</summary>
    public BpfProgramType? Type { get; init; }

    /// <summary>Expected attach type.</summary>
    public BpfAttachType? ExpectedAttachType { get; init; }

    /// <summary>Kernel function or BTF tracepoint (<c>vfs_read</c>, <c>module:function</c>) of an fentry, fexit or tp_btf program.</summary>
    public string? AttachTarget { get; init; }

    /// <summary>
    /// BTF id of <see cref="AttachTarget"/> in the kernel's (or, with <see cref="AttachModule"/>, the module's) BTF, when the
    /// caller knows it; otherwise it is looked up by name.
    /// </summary>
    public uint? AttachBtfId { get; init; }

    /// <summary>The module whose BTF <see cref="AttachBtfId"/> counts in; null for the kernel itself.</summary>
    public string? AttachModule { get; init; }

    /// <summary>The id of the loaded BPF program whose BTF <see cref="AttachBtfId"/> counts in: fentry and fexit on its functions. 0 for the kernel.</summary>
    public uint AttachProgramId { get; init; }
}
