using System.Management.Automation;

namespace BpfTrace.Commands;

/// <summary>Naming sessions.</summary>
internal static class SessionSelection
{
    /// <summary>The sessions that run, then those that ended.</summary>
    public static IEnumerable<TraceSession> Known => SessionRegistry.Running.Concat(SessionRegistry.Finished);

    public static System.Management.Automation.ErrorRecord NotFound(object session) => new(
        new ItemNotFoundException($"No trace '{session}' is running. Get-BpfTrace lists those that are."),
        "TraceNotFound",
        ErrorCategory.ObjectNotFound,
        session);
}
