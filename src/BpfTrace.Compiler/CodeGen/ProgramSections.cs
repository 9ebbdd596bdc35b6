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
    public static ProgramSpec Apply(ProgramSpec program, BoundProbe probe, CompilationState state)
    {
        if (state.TypedTracepoints.Contains(probe.Name))
        {
            return program with
            {
                Type = BpfProgramType.BPF_PROG_TYPE_TRACING,
                ExpectedAttachType = BpfAttachType.BPF_TRACE_RAW_TP,
                AttachTarget = TracingTarget(probe.Targets[0]),
            };
        }

        BpfProgramType type = ProgramTypes.Of(probe.Type);
        return program with
        {
            Type = type,
            ExpectedAttachType = ProgramTypes.AttachTypeOf(probe.Type),
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
}
