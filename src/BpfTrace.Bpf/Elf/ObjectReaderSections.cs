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

        (BpfProgramType type, BpfAttachType attach) = prefix switch
        {
            "kprobe" or "kretprobe" or "uprobe" or "uretprobe" or "usdt" or "ksyscall" or "kretsyscall"
                => (BpfProgramType.BPF_PROG_TYPE_KPROBE, BpfAttachType.None),
            "kprobe.multi" or "kretprobe.multi" => (BpfProgramType.BPF_PROG_TYPE_KPROBE, BpfAttachType.BPF_TRACE_KPROBE_MULTI),
            "kprobe.session" => (BpfProgramType.BPF_PROG_TYPE_KPROBE, BpfAttachType.BPF_TRACE_KPROBE_SESSION),
            "uprobe.multi" or "uretprobe.multi" => (BpfProgramType.BPF_PROG_TYPE_KPROBE, BpfAttachType.BPF_TRACE_UPROBE_MULTI),
            "uprobe.session" => (BpfProgramType.BPF_PROG_TYPE_KPROBE, BpfAttachType.BPF_TRACE_UPROBE_SESSION),
            "tracepoint" or "tp" => (BpfProgramType.BPF_PROG_TYPE_TRACEPOINT, BpfAttachType.None),
            "raw_tracepoint" or "raw_tp" => (BpfProgramType.BPF_PROG_TYPE_RAW_TRACEPOINT, BpfAttachType.None),
            "perf_event" => (BpfProgramType.BPF_PROG_TYPE_PERF_EVENT, BpfAttachType.None),
            "tp_btf" => (BpfProgramType.BPF_PROG_TYPE_TRACING, BpfAttachType.BPF_TRACE_RAW_TP),
            "fentry" => (BpfProgramType.BPF_PROG_TYPE_TRACING, BpfAttachType.BPF_TRACE_FENTRY),
            "fexit" => (BpfProgramType.BPF_PROG_TYPE_TRACING, BpfAttachType.BPF_TRACE_FEXIT),
            "fmod_ret" => (BpfProgramType.BPF_PROG_TYPE_TRACING, BpfAttachType.BPF_MODIFY_RETURN),
            "iter" => (BpfProgramType.BPF_PROG_TYPE_TRACING, BpfAttachType.BPF_TRACE_ITER),
            "socket" => (BpfProgramType.BPF_PROG_TYPE_SOCKET_FILTER, BpfAttachType.None),
            "syscall" => (BpfProgramType.BPF_PROG_TYPE_SYSCALL, BpfAttachType.None),
            _ => (BpfProgramType.BPF_PROG_TYPE_UNSPEC, BpfAttachType.None),
        };

        return program with
        {
            Type = type,
            ExpectedAttachType = attach,
            IsSleepable = sleepable || type == BpfProgramType.BPF_PROG_TYPE_SYSCALL,
            AttachTarget = type == BpfProgramType.BPF_PROG_TYPE_TRACING ? target : null,
        };
    }
}
