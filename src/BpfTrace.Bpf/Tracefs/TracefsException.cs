namespace BpfTrace.Bpf.Tracefs;

/// <summary>Why the tracing file system cannot be used.</summary>
public enum TracefsState
{
    /// <summary>It is there and can be read.</summary>
    Available,

    /// <summary>It is not mounted (or the kernel has no tracing).</summary>
    NotMounted,

    /// <summary>It is mounted, and we may not read it.</summary>
    AccessDenied,
}

/// <summary>Something in the tracing file system could not be read or is not of the expected form.</summary>
/// <param name="message">What and why, with what to do about it.</param>
/// <param name="state">What kind of failure it is; <see cref="TracefsState.Available"/> if only one file is concerned.</param>
/// <param name="inner">The cause.</param>
public sealed class TracefsException(string message, TracefsState state = TracefsState.Available, Exception? inner = null) : IOException(message, inner)
{
    /// <summary>What kind of failure it is.</summary>
    public TracefsState State { get; } = state;
}
