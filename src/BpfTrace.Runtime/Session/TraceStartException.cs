using System.Collections.Immutable;
using BpfTrace.Bpf;
using BpfTrace.Language.Diagnostics;

namespace BpfTrace;

/// <summary>A compiled trace could not be loaded or attached. Nothing of it is left in the kernel.</summary>
public sealed class TraceStartException : Exception
{
    internal TraceStartException(ImmutableArray<Diagnostic> diagnostics, Exception? innerException = null)
        : base(Describe(diagnostics), innerException) => Diagnostics = diagnostics;

    /// <summary>What went wrong, each at its place in the script where it has one; at least one error.</summary>
    public ImmutableArray<Diagnostic> Diagnostics { get; }

    /// <summary>The verifier's log, lines joined by line feeds, when it refused a program; null otherwise.</summary>
    public string? VerifierLog => InnerException is VerifierException refused ? string.Join('\n', refused.Log) : null;

    private static string Describe(ImmutableArray<Diagnostic> diagnostics)
    {
        foreach (Diagnostic diagnostic in diagnostics)
        {
            if (diagnostic.IsError)
                return diagnostic.Message;
        }

        return "the trace could not be started";
    }
}
