using System.Globalization;

namespace BpfTrace;

/// <summary>
/// The balance of a trace: <see cref="Produced"/> = <see cref="Delivered"/> + <see cref="Lost"/> + <see cref="Discarded"/> once it has ended.
/// </summary>
/// <param name="Delivered">Records that were read and acted on.</param>
/// <param name="Lost">Records the kernel-side buffer had no room for, by the program's own count.</param>
/// <param name="Missed">Probe hits the kernel skipped (recursion, missed return probes), where it counts them.</param>
/// <param name="Discarded">
/// Records that were behind an <c>exit()</c> or the last event asked for: the trace had ended, as in bpftrace they are not acted on. Also those that
/// still waited when nobody wanted them any more: the trace was aborted, or <see cref="TraceSession.SkipWaiting"/> asked for.
/// </param>
public sealed record TraceCounters(long Delivered, long Lost, long Missed, long Discarded = 0)
{
    /// <summary>Events among what was delivered: what the script printed, without the records that only ask for something to be done.</summary>
    public long Events { get; init; }

    /// <summary>Records the programs tried to send.</summary>
    public long Produced => Delivered + Lost + Discarded;

    /// <summary>The counters in a few words; what is 0 and seldom otherwise is left out.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Events} events, {Delivered} delivered, {Lost} lost, {Missed} missed{(Discarded == 0 ? "" : $", {Discarded} discarded")}");
}
