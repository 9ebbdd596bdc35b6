using System.Collections.Immutable;
using BpfTrace.Bpf;
using BpfTrace.Language.Diagnostics;
using BpfTrace.Language.Probes;

namespace BpfTrace;

/// <summary>What the kernel says of a script's programs: they were loaded, looked at and unloaded, none was attached.</summary>
/// <param name="Diagnostics">Its refusals, at their places in the script; what is missing for loading at all.</param>
/// <param name="Programs">The programs in the script's order, refused ones too. Empty when nothing could be loaded.</param>
public sealed record TraceVerification(ImmutableArray<Diagnostic> Diagnostics, ImmutableArray<VerifiedProgram> Programs)
{
    /// <summary>Whether the kernel took all programs.</summary>
    public bool IsAccepted => Diagnostics.IsEmpty;
}

/// <summary>One BPF program as the verifier saw it.</summary>
public sealed record VerifiedProgram
{
    /// <summary>The program's name.</summary>
    public required string Name { get; init; }

    /// <summary>The probes it is for, in full.</summary>
    public required ImmutableArray<AttachTarget> Targets { get; init; }

    /// <summary>Whether the kernel took it.</summary>
    public bool IsAccepted { get; init; }

    /// <summary>Its instructions, subprograms included.</summary>
    public int InstructionCount { get; init; }

    /// <summary>What the verifier counted; null when it was not reached.</summary>
    public VerifierStatistics? Statistics { get; init; }

    /// <summary>Bytes of machine code; 0 when refused or without a JIT.</summary>
    public int JitedSize { get; init; }

    /// <summary>The verifier's log, lines joined by line feeds; without <c>wholeLog</c> only the statistics, of a refused program the end too.</summary>
    public string Log { get; init; } = "";
}
