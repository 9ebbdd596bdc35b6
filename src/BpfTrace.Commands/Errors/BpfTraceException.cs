namespace BpfTrace.Commands.Errors;

/// <summary>An error in a bpftrace script or in running it; the place in the script is on the error record.</summary>
/// <param name="message">The message, without the place.</param>
/// <param name="diagnosticId">The diagnostic's stable id.</param>
/// <param name="diagnostic">The whole diagnostic; null where there is none.</param>
public sealed class BpfTraceException(string message, string diagnosticId, ScriptDiagnostic? diagnostic = null) : Exception(message)
{
    /// <summary>The diagnostic as Test-BpfScript -Detailed gives it: place, hint, notes, details.</summary>
    public ScriptDiagnostic? Diagnostic { get; } = diagnostic;

    /// <summary>The diagnostic's stable id, for example <c>UnknownFunction</c>.</summary>
    public string DiagnosticId { get; } = diagnosticId;
}
