using System.Collections.Immutable;
using BpfTrace.Language.Diagnostics;
using BpfTrace.Language.Probes;
using BpfTrace.Language.Text;

namespace BpfTrace;

/// <summary>Compiles scripts.</summary>
public static class TraceCompiler
{
    /// <summary>
    /// Compiles a script for the kernel the catalog describes. What is wrong with the script, or missing on the machine (libLLVM, kernel
    /// types, privilege), comes as diagnostics; nothing is loaded or attached. When the options name a command, its process is
    /// started and held: dispose the result if it is not started.
    /// </summary>
    /// <param name="source">The script.</param>
    /// <param name="options">Parameters, filters and permissions; null for none.</param>
    /// <param name="catalog">What exists to trace; null for the live kernel.</param>
    public static CompiledTrace Compile(SourceText source, TraceOptions? options = null, IKernelCatalog? catalog = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        var trace = new CompiledTrace(source, options ?? new TraceOptions());
        _ = catalog ?? LinuxKernelCatalog.Shared;
        trace.Diagnostics = [new Diagnostic(SessionDiagnosticIds.LoadFailed, DiagnosticSeverity.Error, "this build has no compiler", null)];
        return trace;
    }
}
