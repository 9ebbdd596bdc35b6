using BpfTrace.Bpf;
using BpfTrace.Language.Probes;

namespace BpfTrace.Compiler;

/// <summary>What kind of BPF program the probes of a kind become.</summary>
public static class ProgramTypes
{
    // Begin, end, self, test and bench programs are run by BPF_PROG_TEST_RUN, which raw tracepoint programs support.
    /// <summary>The type the kernel takes them for.</summary>
    public static BpfProgramType Of(ProbeType type) => type switch
    {
        ProbeType.Kprobe or ProbeType.Kretprobe or ProbeType.Uprobe or ProbeType.Uretprobe or ProbeType.Usdt => BpfProgramType.BPF_PROG_TYPE_KPROBE,
        ProbeType.Tracepoint => BpfProgramType.BPF_PROG_TYPE_TRACEPOINT,
        ProbeType.Fentry or ProbeType.Fexit or ProbeType.Iter => BpfProgramType.BPF_PROG_TYPE_TRACING,
        ProbeType.Profile or ProbeType.Interval or ProbeType.Software or ProbeType.Hardware or ProbeType.Watchpoint
            => BpfProgramType.BPF_PROG_TYPE_PERF_EVENT,
        _ => BpfProgramType.BPF_PROG_TYPE_RAW_TRACEPOINT,
    };

    /// <summary>What they are loaded for, where the type needs to know.</summary>
    public static BpfAttachType AttachTypeOf(ProbeType type) => type switch
    {
        ProbeType.Fentry => BpfAttachType.BPF_TRACE_FENTRY,
        ProbeType.Fexit => BpfAttachType.BPF_TRACE_FEXIT,
        ProbeType.Iter => BpfAttachType.BPF_TRACE_ITER,
        _ => BpfAttachType.None,
    };
}
