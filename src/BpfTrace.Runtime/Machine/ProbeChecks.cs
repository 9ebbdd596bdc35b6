using BpfTrace.Bpf;
using BpfTrace.Language.Probes;

namespace BpfTrace;

/// <summary>Kinds of probe, and ways of attaching many with one link.</summary>
internal static class ProbeChecks
{
    public static CapabilityCheck[] All =>
    [
        Of(ProbeType.Kprobe, new(4, 1)),
        Of(ProbeType.Kretprobe, new(4, 1)),
        new("kprobe_multi", CapabilityCategory.ProbeType, "one link for all functions of a kprobe", static (machine, check) =>
            NoKprobes() ?? check.Try(machine, static () => KernelFeatures.SupportsKprobeMulti, "the kernel is built without CONFIG_FPROBE, or refuses it"))
        {
            MinimumKernel = new(5, 18),
            Alternative = "each function is attached by itself, which takes longer",
        },
        new("kprobe_session", CapabilityCategory.ProbeType, "one program for a kprobe and the kretprobe on the same functions", static (machine, check) =>
            NoKprobes() ?? check.Try(machine, static () => KernelFeatures.SupportsKprobeSession, "the kernel is built without CONFIG_FPROBE, or refuses it"))
        {
            MinimumKernel = new(6, 10),
            Alternative = "both are attached, each by itself",
        },
        Of(ProbeType.Fentry, new(5, 5)),
        Of(ProbeType.Fexit, new(5, 5)),
        Of(ProbeType.Tracepoint, new(4, 7)),
        Of(ProbeType.RawTracepoint, new(4, 17)),
        Of(ProbeType.Uprobe, new(4, 1)),
        Of(ProbeType.Uretprobe, new(4, 1)),
        Of(ProbeType.Usdt, new(4, 20)),
        new("uprobe_multi", CapabilityCategory.ProbeType, "one link for all functions of a uprobe in a file; all threads of a process", static (machine, check) =>
            LinuxKernelCatalog.Shared.WhyUnsupported(ProbeType.Uprobe) is { } why
                ? CapabilityFinding.No(why)
                : check.Try(machine, static () => KernelFeatures.SupportsUprobeMulti, "its filter takes a process for a thread (mended in Linux 6.10 and stable kernels)"))
        {
            MinimumKernel = new(6, 6),
            Alternative = "each function is attached by itself, which takes longer",
        },
        Of(ProbeType.Iter, new(5, 8)),
        Of(ProbeType.Profile, new(4, 9)),
        Of(ProbeType.Interval, new(4, 9)),
        Of(ProbeType.Software, new(4, 9)),
        Of(ProbeType.Hardware, new(4, 9)),
        Of(ProbeType.Watchpoint, new(4, 9)),
    ];

    private static CapabilityCheck Of(ProbeType type, Version since) =>
        new(ProbeNames.GetName(type), CapabilityCategory.ProbeType, DescriptionOf(type), (machine, check) => Find(machine, type)) { MinimumKernel = since };

    private static CapabilityFinding Find(MachineState machine, ProbeType type)
    {
        LinuxKernelCatalog catalog = LinuxKernelCatalog.Shared;
        bool isTried = type is ProbeType.Fentry or ProbeType.Fexit or ProbeType.Iter && catalog.KernelTypes is not null;
        if (isTried && machine.WhyNoPrograms is { } untried)
            return CapabilityFinding.NotTried(untried);
        if (catalog.WhyUnsupported(type) is { } why)
            return CapabilityFinding.No(why) with { Alternative = catalog.Instead(type) is { Length: > 0 } others ? others : null };
        if (machine.WhyNoPrograms is { } denied)
            return CapabilityFinding.NotTried(denied);
        return type switch
        {
            ProbeType.Profile or ProbeType.Interval or ProbeType.Software => Event(PerfEventType.PERF_TYPE_SOFTWARE),
            ProbeType.Hardware when KernelFeatures.WhyNoPerfEvents(PerfEventType.PERF_TYPE_HARDWARE) is { } refused =>
                CapabilityFinding.No(HardwareCounters.WhyMissing("cpu-cycles", refused)) with { Alternative = HardwareCounters.Instead },
            ProbeType.Watchpoint => Event(PerfEventType.PERF_TYPE_BREAKPOINT),
            _ => CapabilityFinding.Yes(),
        };
    }

    private static CapabilityFinding Event(PerfEventType type) => KernelFeatures.WhyNoPerfEvents(type) is { } refused ? CapabilityFinding.No(refused.Message) : CapabilityFinding.Yes();

    private static CapabilityFinding? NoKprobes() => LinuxKernelCatalog.Shared.WhyUnsupported(ProbeType.Kprobe) is { } why ? CapabilityFinding.No(why) : null;

    // "kprobe:[MODULE:]FUNCTION[+OFFSET]\nentry of a kernel function"
    private static string DescriptionOf(ProbeType type) => ProbeNames.Describe(type) is var text && text.IndexOf('\n') is >= 0 and int end ? text[(end + 1)..] : ProbeNames.Describe(type);
}
