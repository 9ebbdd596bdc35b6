namespace BpfTrace.Commands.Errors;

/// <summary>An error in a bpftrace script or in running it; the place in the script is on the error record.</summary>
/// <param name="message">The message, without the place.</param>
/// <param name="diagnosticId">The diagnostic's stable id.</param>
public sealed class BpfTraceException(string message, string diagnosticId) : Exception(message)
{
    /// <summary>The diagnostic's stable id, for example <c>UnknownFunction</c>.</summary>
    public string DiagnosticId { get; } = diagnosticId;
}
