namespace BpfTrace;

/// <summary>The balance of a trace: <see cref="Produced"/> = <see cref="Delivered"/> + <see cref="Lost"/> once it has ended.</summary>
/// <param name="Delivered">Records that reached the consumer's queue.</param>
/// <param name="Lost">Records the kernel-side buffer had no room for, by the program's own count.</param>
/// <param name="Missed">Probe hits the kernel skipped (recursion, missed return probes), where it counts them.</param>
public sealed record TraceCounters(long Delivered, long Lost, long Missed)
{
    /// <summary>Records the programs tried to send.</summary>
    public long Produced => Delivered + Lost;
}
