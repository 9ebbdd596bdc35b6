using System.Collections.Immutable;
using BpfTrace.Language.Diagnostics;

namespace BpfTrace.Language.Binding;

/// <summary>What came of binding a script.</summary>
/// <param name="Program">The bound program; null when there was an error.</param>
/// <param name="Diagnostics">Errors and warnings, each with a place in the script, in the order they were found.</param>
public sealed record BindResult(BoundProgram? Program, ImmutableArray<Diagnostic> Diagnostics)
{
    /// <summary>Whether the script was bound.</summary>
    public bool Success => Program is not null;
}
