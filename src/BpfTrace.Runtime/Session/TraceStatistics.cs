using System.Globalization;
using BpfTrace.Formatting;

namespace BpfTrace;

/// <summary>How full a script's map is.</summary>
/// <param name="Name">The map's name with its <c>@</c>.</param>
/// <param name="Count">
/// How many elements the kernel's map holds. A histogram or time series has one for each filled bucket or interval of each key; a map without key is an
/// array of one.
/// </param>
/// <param name="MaxEntries">How many it has room for.</param>
public sealed record TraceMapInfo(string Name, int Count, long MaxEntries) : IEscapedMembers
{
    /// <summary><c>@opens (12 of 4096)</c>.</summary>
    public override string ToString() => $"{Name} ({Count} of {MaxEntries})";
}

/// <summary>What running a probe's program costs, by the kernel's own count (BPF_ENABLE_STATS, Linux 5.8).</summary>
/// <param name="Probe">The probe in full; the first one and <c>…</c> where several share a program.</param>
/// <param name="ProbeCount">How many probes run this program.</param>
/// <param name="RunCount">How often it ran.</param>
/// <param name="RunTime">How long it ran in all, over all CPUs.</param>
public sealed record ProbeRunTime(string Probe, int ProbeCount, long RunCount, TimeSpan RunTime) : IEscapedMembers
{
    /// <summary>Nanoseconds a run takes on average; 0 when it did not run.</summary>
    public double AverageNanoseconds => RunCount == 0 ? 0 : Math.Round(RunTime.TotalNanoseconds / RunCount, 1);

    /// <summary>The name a probe is counted under.</summary>
    internal static string NameOf(Language.Binding.BoundProbe probe) =>
        probe.Targets.Length == 0 ? probe.Name : probe.Targets[0].FullName + (probe.Targets.Length > 1 ? ", …" : "");

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Probe}: {RunCount} runs, {AverageNanoseconds} ns each");
}
