using System.Collections.Immutable;

namespace BpfTrace.Bpf;

/// <summary>
/// Programs and maps that belong together, before the kernel has seen them: the output of a compiler, the input of
/// <see cref="BpfCollection.Load"/>. Deterministic; holds no file descriptor.
/// </summary>
public sealed record CollectionSpec
{
    /// <summary>Programs in the object's order.</summary>
    public ImmutableArray<ProgramSpec> Programs { get; init; } = [];

    /// <summary>Maps; names are unique.</summary>
    public ImmutableArray<MapSpec> Maps { get; init; } = [];

    /// <summary>The BTF blob that func_info and line_info refer to, fit for the kernel; empty when there is none.</summary>
    public ReadOnlyMemory<byte> Btf { get; init; }

    /// <summary>Licence the programs declare. Most tracing helpers need a GPL-compatible one.</summary>
    public string License { get; init; } = "GPL";
}
