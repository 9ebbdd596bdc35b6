using BpfTrace.Language.Binding;
using BpfTrace.Language.Probes;

namespace BpfTrace;

/// <summary>Which of the kernel's ways a probe's targets are attached by.</summary>
internal static class AttachForm
{
    /// <summary>One link for all targets of a kprobe or kretprobe (Linux 5.18).</summary>
    public static bool UsesKprobeMulti(BoundProbe probe, IKernelCatalog catalog) =>
        probe.Type is ProbeType.Kprobe or ProbeType.Kretprobe && probe.Targets.Length > 1 && AreNamedFunctions(probe) && catalog.HasKprobeMulti;

    /// <summary>Whether a kprobe or kretprobe can be one half of a session: named functions, with their entry.</summary>
    public static bool CanShareSession(BoundProbe probe) => probe.Type is ProbeType.Kprobe or ProbeType.Kretprobe && AreNamedFunctions(probe);

    /// <summary>The multi link takes names of whole functions, without a module to tell equal ones apart.</summary>
    private static bool AreNamedFunctions(BoundProbe probe)
    {
        foreach (AttachTarget target in probe.Targets)
        {
            if (target.Name.Length == 0 || target.Offset != 0 || target.Target is not ("" or "vmlinux"))
                return false;
        }

        return true;
    }

    /// <summary>
    /// One link for all targets of a uprobe, uretprobe or usdt probe in one file (Linux 6.6). Also for one target where processes are chosen: the link covers all of their
    /// threads, a perf event only one.
    /// </summary>
    public static bool UsesUprobeMulti(BoundProbe probe, IKernelCatalog catalog, bool inProcesses) =>
        probe.Type is ProbeType.Uprobe or ProbeType.Uretprobe or ProbeType.Usdt && (inProcesses || probe.Targets.Length > 1) && catalog.HasUprobeMulti;

    /// <summary>
    /// Whether the kernel runs programs of this kind in the reverse order of attaching: those are attached last first, so that probes on one
    /// place run in the script's order. bpftrace: attach_reverse in src/bpftrace.cpp.
    /// </summary>
    public static bool AttachesInReverse(ProbeType type) => type is ProbeType.Kprobe or ProbeType.Uprobe or ProbeType.Uretprobe
        or ProbeType.Usdt or ProbeType.Fentry or ProbeType.Fexit or ProbeType.Iter;
}
