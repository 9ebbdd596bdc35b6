using BpfTrace.Language.Binding;

namespace BpfTrace.Compiler;

/// <summary>What compilation depends on besides the bound program.</summary>
public sealed record CompileOptions
{
    /// <summary>Which failures of helpers the programs report.</summary>
    public HelperErrors HelperErrors { get; init; } = HelperErrors.Effects;

    /// <summary>How many CPUs the target may have: how far per-CPU values are summed inside a program.</summary>
    public int PossibleCpus { get; init; } = Environment.ProcessorCount;

    /// <summary>The pid namespace whose numbers <c>pid</c> and <c>tid</c> give (device and inode of its file); null for the first one.</summary>
    public (ulong Device, ulong Inode)? PidNamespace { get; init; }

    /// <summary>Bytes of the ring buffer, a power of two and a multiple of the page; null for the configured or default size.</summary>
    public int? RingBufferSize { get; init; }

    /// <summary>
    /// Reach the script's maps through a slot each, so that user space can put another map into it while the programs run, and then read the old one,
    /// which nobody changes any more. A use of a map costs a lookup in an array more.
    /// </summary>
    public bool SwappableMaps { get; init; }

    /// <summary>Guard the programs against recursion although none of them needs it: for tests, on kernels without fentry.</summary>
    internal bool AlwaysGuardRecursion { get; init; }

    /// <summary>Told the name of each stage when it is done: <c>codegen</c>, <c>optimize</c>, <c>object</c>, <c>link</c>; null for nobody.</summary>
    public Action<string>? StageDone { get; init; }

    /// <summary>Keep the LLVM IR's text in the result, before and after optimisation.</summary>
    public bool KeepIr { get; init; }

    /// <summary>Keep the programs' assembly text in the result.</summary>
    public bool KeepAssembly { get; init; }

    /// <summary>Keep the object file in the result.</summary>
    public bool KeepObject { get; init; }
}
