using System.Collections.Immutable;
using System.Globalization;
using BpfTrace.Bpf;
using BpfTrace.Language.Binding;
using BpfTrace.Language.Probes;

namespace BpfTrace;

/// <summary>
/// How often probes are hit, where that can be told without attaching them: timers by their period, some events by the kernel's counters since it started
/// (/proc/stat, /proc/vmstat), others by a trace of this process that measured them.
/// </summary>
internal sealed class EventRates
{
    private const double NanosecondsPerSecond = 1e9;

    private Dictionary<string, double>? _counters;
    private readonly int _cpus = Cpus.GetOnline().Length;

    /// <summary>Hits in a second, and where that is known from; null when it is not known.</summary>
    /// <param name="probe">The probe.</param>
    /// <param name="inProcesses">Whether the trace is limited to processes: what counts the system then says nothing.</param>
    public (double Rate, string Source)? Of(BoundProbe probe, bool inProcesses)
    {
        if (probe.Targets.IsEmpty)
            return null; // attached nowhere
        if (probe.Type == ProbeType.Interval || (probe.Type == ProbeType.Profile && !inProcesses))
        {
            double rate = 0;
            foreach (AttachTarget target in probe.Targets)
                rate += (target.Target == "hz" ? target.Count : NanosecondsPerSecond / Math.Max(1, target.Count)) * (probe.Type == ProbeType.Profile ? _cpus : 1);
            return (rate, "timer");
        }

        return Measured(probe) ?? (inProcesses ? null : SinceBoot(probe));
    }

    /// <summary>The last trace of the same probes that counted its runs.</summary>
    private static (double, string)? Measured(BoundProbe probe)
    {
        string name = ProbeRunTime.NameOf(probe);
        ImmutableArray<TraceSession> sessions = SessionRegistry.Finished.AddRange(SessionRegistry.Running);
        for (int i = sessions.Length - 1; i >= 0; i--)
        {
            TraceSession session = sessions[i];
            try
            {
                foreach (ProbeRunTime time in session.ProbeRunTimes)
                {
                    if (time.Probe == name && time.ProbeCount == probe.Targets.Length && session.RunningTime > TimeSpan.Zero)
                        return (time.RunCount / session.RunningTime.TotalSeconds, $"trace {session.Id}");
                }
            }
            catch (BpfException)
            {
                // It is just ending: what it measured is not to be had.
            }
        }

        return null;
    }

    private (double, string)? SinceBoot(BoundProbe probe)
    {
        double rate = 0;
        foreach (AttachTarget target in probe.Targets)
        {
            if (CounterOf(target) is not { } counter || (_counters ??= ReadCounters()).TryGetValue(counter, out double known) is false)
                return null;
            rate += known / (target.Type == ProbeType.Software ? Math.Max(1, target.Count) : 1);
        }

        return (rate, "average since boot");
    }

    /// <summary>The kernel's counter of what a probe is hit by: names of /proc/stat and /proc/vmstat.</summary>
    private static string? CounterOf(AttachTarget target) => (target.Type, target.Name) switch
    {
        (ProbeType.Software, "context-switches" or "cs") => "ctxt",
        (ProbeType.Software, "page-faults" or "faults") => "pgfault",
        (ProbeType.Software, "major-faults") => "pgmajfault",
        (ProbeType.Tracepoint or ProbeType.RawTracepoint, "sched_switch") => "ctxt",
        (ProbeType.Tracepoint or ProbeType.RawTracepoint, "sched_process_fork") => "processes",
        (ProbeType.Tracepoint or ProbeType.RawTracepoint, "softirq_entry" or "softirq_exit") => "softirq",
        _ => null,
    };

    // "ctxt 1234", "softirq 55 1 2 3": the first number is the sum.
    private static Dictionary<string, double> ReadCounters()
    {
        var counters = new Dictionary<string, double>(StringComparer.Ordinal);
        try
        {
            double seconds = double.Parse(File.ReadAllText("/proc/uptime").Split(' ')[0], CultureInfo.InvariantCulture);
            foreach (string line in File.ReadLines("/proc/stat").Concat(File.ReadLines("/proc/vmstat")))
            {
                string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                if (words.Length > 1 && double.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out double count))
                    counters[words[0]] = count / seconds;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            counters.Clear(); // without /proc nothing is known
        }

        return counters;
    }
}
