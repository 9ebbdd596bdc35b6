namespace BpfTrace;

/// <summary>What a session is doing.</summary>
public enum SessionState
{
    /// <summary>Attached; records flow.</summary>
    Running,

    /// <summary>Asked to end: END probes, what is left in the buffer and the final maps are still to come.</summary>
    Stopping,

    /// <summary>Ended in the ordinary way; its maps can still be read.</summary>
    Completed,

    /// <summary>Released at once by <see cref="TraceSession.Abort"/>; nothing more was delivered.</summary>
    Aborted,

    /// <summary>Ended by an error of the tracer itself, or because its recording could not be written, which was delivered as an <see cref="ErrorRecord"/>.</summary>
    Failed,
}
