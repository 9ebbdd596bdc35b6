using System.Collections.Immutable;
using BpfTrace.Bpf;
using BpfTrace.Compiler.Layout;
using BpfTrace.Language.Binding;
using BpfTrace.Language.Diagnostics;

namespace BpfTrace.Compiler;

/// <summary>What a bound program became: specs to load, layouts to read its output by. Deterministic; holds no file descriptor.</summary>
public sealed record CompilationResult
{
    /// <summary>
    /// The programs, in the order of <see cref="BoundProgram.Probes"/>, and every map. Null when <see cref="Diagnostics"/> has an error.
    /// </summary>
    public CollectionSpec? Collection { get; init; }

    /// <summary>The layout of each site's records, indexed by site id: the script's sites, then those of errors its programs may report.</summary>
    public ImmutableArray<EventLayout> Events { get; init; } = [];

    /// <summary>The layout of each script map, in the order of <see cref="BoundProgram.Maps"/>.</summary>
    public ImmutableArray<MapLayout> Maps { get; init; } = [];

    /// <summary>True when the runtime must fill in <see cref="KernelMaps.Session"/> before it attaches.</summary>
    public bool UsesSession { get; init; }

    /// <summary>Errors and warnings, in the script's terms.</summary>
    public ImmutableArray<Diagnostic> Diagnostics { get; init; } = [];

    /// <summary>LLVM IR as generated; null unless asked for.</summary>
    public string? Ir { get; init; }

    /// <summary>LLVM IR after optimisation; null unless asked for.</summary>
    public string? OptimisedIr { get; init; }

    /// <summary>The programs as BPF assembly; null unless asked for.</summary>
    public string? Assembly { get; init; }

    /// <summary>The object file; empty unless asked for.</summary>
    public ReadOnlyMemory<byte> Object { get; init; }
}
