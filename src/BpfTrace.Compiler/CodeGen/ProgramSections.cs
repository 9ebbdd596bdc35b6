using BpfTrace.Bpf;
using BpfTrace.Language.Binding;
using BpfTrace.Language.Probes;

namespace BpfTrace.Compiler.CodeGen;

/// <summary>What kind of BPF program each probe becomes.</summary>
internal static class ProgramSections
{
    /// <summary>The ELF section, after libbpf's convention, one for each program.</summary>
    public static string Of(BoundProbe probe) => Prefix(probe.Type) + "/" + probe.Name;

    /// <summary>The loaded form of a program that was read from the object.</summary>
    public static ProgramSpec Apply(ProgramSpec program, BoundProbe probe)
    {
        BpfProgramType type = TypeOf(probe.Type);
        return program with
        {
            Type = type,
            ExpectedAttachType = AttachTypeOf(probe.Type),
            IsSleepable = false,
            AttachTarget = type == BpfProgramType.BPF_PROG_TYPE_TRACING ? TracingTarget(probe.Targets[0]) : null,
        };
    }

    private static string TracingTarget(Language.Probes.AttachTarget target) =>
        target.Type == ProbeType.Iter ? "bpf_iter_" + target.Name
        : target.Target.Length == 0 || target.Target == "vmlinux" ? target.Name : target.Target + ":" + target.Name;

    private static string Prefix(ProbeType type) => type switch
    {
        ProbeType.Kprobe => "kprobe",
        ProbeType.Kretprobe => "kretprobe",
        ProbeType.Uprobe => "uprobe",
        ProbeType.Uretprobe => "uretprobe",
        ProbeType.Usdt => "usdt",
        ProbeType.Tracepoint => "tracepoint",
        ProbeType.Fentry => "fentry",
        ProbeType.Fexit => "fexit",
        ProbeType.Iter => "iter",
        ProbeType.Profile or ProbeType.Interval or ProbeType.Software or ProbeType.Hardware or ProbeType.Watchpoint => "perf_event",
        _ => "raw_tracepoint",
    };

    // Begin, end, self, test and bench programs are run by BPF_PROG_TEST_RUN, which raw tracepoint programs support.
    private static BpfProgramType TypeOf(ProbeType type) => type switch
    {
        ProbeType.Kprobe or ProbeType.Kretprobe or ProbeType.Uprobe or ProbeType.Uretprobe or ProbeType.Usdt => BpfProgramType.BPF_PROG_TYPE_KPROBE,
        ProbeType.Tracepoint => BpfProgramType.BPF_PROG_TYPE_TRACEPOINT,
        ProbeType.Fentry or ProbeType.Fexit or ProbeType.Iter => BpfProgramType.BPF_PROG_TYPE_TRACING,
        ProbeType.Profile or ProbeType.Interval or ProbeType.Software or ProbeType.Hardware or ProbeType.Watchpoint
            => BpfProgramType.BPF_PROG_TYPE_PERF_EVENT,
        _ => BpfProgramType.BPF_PROG_TYPE_RAW_TRACEPOINT,
    };

    private static BpfAttachType AttachTypeOf(ProbeType type) => type switch
    {
        ProbeType.Fentry => BpfAttachType.BPF_TRACE_FENTRY,
        ProbeType.Fexit => BpfAttachType.BPF_TRACE_FEXIT,
        ProbeType.Iter => BpfAttachType.BPF_TRACE_ITER,
        _ => BpfAttachType.None,
    };
}
