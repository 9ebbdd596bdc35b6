using BpfTrace.Language.Binding;
using BpfTrace.Language.Probes;

namespace BpfTrace;

/// <summary>
/// Which kprobe and kretprobe of a script are on the same functions: where the kernel has sessions (Linux 6.10) the two become one program with one
/// link, and the kernel follows a call from its entry to its return. bpftrace: SessionExpander in src/ast/passes/ap_probe_expansion.cpp.
/// </summary>
internal sealed class SessionPairs
{
    // By names of probes: probes are records, and slow to compare.
    private readonly Dictionary<string, BoundProbe> _returns = new(StringComparer.Ordinal);
    private readonly HashSet<string> _taken = new(StringComparer.Ordinal);

    private SessionPairs()
    {
    }

    /// <summary>The pairs of a script; null when it has none, or the kernel no sessions.</summary>
    public static SessionPairs? Find(BoundProgram program, IKernelCatalog catalog)
    {
        SessionPairs? pairs = null;
        foreach (BoundProbe probe in program.Probes)
        {
            if (probe.Type != ProbeType.Kprobe || !AttachForm.CanShareSession(probe) || FindReturn(probe, program, pairs) is not { } exit)
                continue;
            if (pairs is null && !(catalog.HasKprobeMulti && catalog.HasKprobeSession))
                return null;
            pairs ??= new SessionPairs();
            pairs._returns.Add(probe.Name, exit);
            pairs._taken.Add(exit.Name);
        }

        return pairs;
    }

    /// <summary>The kretprobe that goes with a kprobe; null when there is none.</summary>
    public BoundProbe? ReturnOf(BoundProbe probe) => _returns.GetValueOrDefault(probe.Name);

    /// <summary>Whether a kretprobe goes with a kprobe.</summary>
    public bool IsReturn(BoundProbe probe) => _taken.Contains(probe.Name);

    /// <summary>The only kretprobe on the same functions that no earlier kprobe has.</summary>
    private static BoundProbe? FindReturn(BoundProbe probe, BoundProgram program, SessionPairs? pairs)
    {
        BoundProbe? found = null;
        foreach (BoundProbe other in program.Probes)
        {
            if (other.Type != ProbeType.Kretprobe || !HaveSameFunctions(probe, other) || pairs?.IsReturn(other) == true)
                continue;
            if (found is not null)
                return null;
            found = other;
        }

        return found;
    }

    private static bool HaveSameFunctions(BoundProbe entry, BoundProbe exit)
    {
        if (entry.Targets.Length != exit.Targets.Length)
            return false;
        for (int i = 0; i < entry.Targets.Length; i++)
        {
            if (entry.Targets[i].Name != exit.Targets[i].Name || entry.Targets[i].Target != exit.Targets[i].Target)
                return false;
        }

        return true;
    }
}
