using System.Collections.Immutable;
using BpfTrace.Language.Diagnostics;

namespace BpfTrace;

/// <summary>A compiled trace could not be loaded or attached. Nothing of it is left in the kernel.</summary>
public sealed class TraceStartException : Exception
{
    internal TraceStartException(ImmutableArray<Diagnostic> diagnostics, Exception? innerException = null)
        : base(Describe(diagnostics), innerException) => Diagnostics = diagnostics;

    /// <summary>What went wrong, each at its place in the script where it has one; at least one error.</summary>
    public ImmutableArray<Diagnostic> Diagnostics { get; }

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
