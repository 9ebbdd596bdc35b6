namespace BpfTrace.Bpf;

/// <summary>What a section's name says about the programs in it: libbpf's convention (libbpf "Program Types and ELF Sections").</summary>
internal static class BpfSectionNames
{
    public static ProgramSpec Apply(ProgramSpec program)
    {
        string section = program.SectionName;
        int slash = section.IndexOf('/');
        string prefix = slash < 0 ? section : section[..slash];
        string? target = slash < 0 ? null : section[(slash + 1)..];
        bool sleepable = prefix.EndsWith(".s", StringComparison.Ordinal);
        if (sleepable)
            prefix = prefix[..^2];

        BpfProgramType type = TypeOf(prefix);
        return program with
        {
            Type = type,
            ExpectedAttachType = AttachTypeOf(prefix),
            IsSleepable = sleepable || type == BpfProgramType.BPF_PROG_TYPE_SYSCALL,
            AttachTarget = type == BpfProgramType.BPF_PROG_TYPE_TRACING ? target : null,
        };
    }

    private static BpfProgramType TypeOf(string prefix) => prefix switch
    {
        "kprobe" or "kretprobe" or "uprobe" or "uretprobe" or "usdt" or "ksyscall" or "kretsyscall"
            or "kprobe.multi" or "kretprobe.multi" or "kprobe.session"
            or "uprobe.multi" or "uretprobe.multi" or "uprobe.session" => BpfProgramType.BPF_PROG_TYPE_KPROBE,
        "tracepoint" or "tp" => BpfProgramType.BPF_PROG_TYPE_TRACEPOINT,
        "raw_tracepoint" or "raw_tp" => BpfProgramType.BPF_PROG_TYPE_RAW_TRACEPOINT,
        "perf_event" => BpfProgramType.BPF_PROG_TYPE_PERF_EVENT,
        "tp_btf" or "fentry" or "fexit" or "fmod_ret" or "iter" => BpfProgramType.BPF_PROG_TYPE_TRACING,
        "socket" => BpfProgramType.BPF_PROG_TYPE_SOCKET_FILTER,
        "syscall" => BpfProgramType.BPF_PROG_TYPE_SYSCALL,
        _ => BpfProgramType.BPF_PROG_TYPE_UNSPEC,
    };

    private static BpfAttachType AttachTypeOf(string prefix) => prefix switch
    {
        "kprobe.multi" or "kretprobe.multi" => BpfAttachType.BPF_TRACE_KPROBE_MULTI,
        "kprobe.session" => BpfAttachType.BPF_TRACE_KPROBE_SESSION,
        "uprobe.multi" or "uretprobe.multi" => BpfAttachType.BPF_TRACE_UPROBE_MULTI,
        "uprobe.session" => BpfAttachType.BPF_TRACE_UPROBE_SESSION,
        "tp_btf" => BpfAttachType.BPF_TRACE_RAW_TP,
        "fentry" => BpfAttachType.BPF_TRACE_FENTRY,
        "fexit" => BpfAttachType.BPF_TRACE_FEXIT,
        "fmod_ret" => BpfAttachType.BPF_MODIFY_RETURN,
        "iter" => BpfAttachType.BPF_TRACE_ITER,
        _ => BpfAttachType.None,
    };
}
