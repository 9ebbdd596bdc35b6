using BpfTrace.Bpf.Syscalls;
using static BpfTrace.Bpf.BpfAssembler;

namespace BpfTrace.Bpf;

/// <summary>The experiments behind <see cref="KernelFeatures"/>. Nothing of them stays in the kernel.</summary>
internal static unsafe partial class FeatureProbe
{
    private static BpfInstruction[] ReturnZero => [MovImm(R0, 0), Exit()];

    public static bool CanCreateRingBuffer()
    {
        var attr = new MapCreateAttr { map_type = (uint)BpfMapType.BPF_MAP_TYPE_RINGBUF, max_entries = (uint)Environment.SystemPageSize };
        using SafeBpfHandle? map = BpfSyscall.Open(BpfCommand.BPF_MAP_CREATE, ref attr, out _);
        return map is not null;
    }

    /// <summary>
    /// The verifier refuses an unknown helper with EINVAL before it looks at arguments, and a known one called without
    /// arguments with EACCES.
    /// </summary>
    public static bool HasHelper(BpfProgramType type, BpfHelper helper)
    {
        using SafeBpfHandle? program = Load(type, BpfAttachType.None, [Call(helper), MovImm(R0, 0), Exit()], out int errno);
        return program is not null || errno == Errno.EACCES;
    }

    /// <summary>A kernel with perf links looks at the target's descriptor (EBADF); one without does not know the attach type (EINVAL).</summary>
    public static bool CanLinkPerfEvents()
    {
        using SafeBpfHandle? program = Load(BpfProgramType.BPF_PROG_TYPE_TRACEPOINT, BpfAttachType.None, ReturnZero, out _);
        if (program is null)
            return false;
        var attr = new LinkCreatePerfEventAttr { prog_fd = program.Fd, target_fd = uint.MaxValue, attach_type = (uint)BpfAttachType.BPF_PERF_EVENT };
        using SafeBpfHandle? link = BpfSyscall.Open(BpfCommand.BPF_LINK_CREATE, ref attr, out int errno);
        return errno == Errno.EBADF;
    }

    /// <summary>
    /// Attaching to a function that does not exist fails with ESRCH where the attach type works, with EINVAL or EOPNOTSUPP
    /// where it is not known or fprobe is not built in (kernel/trace/bpf_trace.c bpf_kprobe_multi_link_attach).
    /// </summary>
    public static bool CanAttachKprobeMulti(BpfAttachType attachType)
    {
        if (!ProbePmu.HasKprobe)
            return false;
        using SafeBpfHandle? program = Load(BpfProgramType.BPF_PROG_TYPE_KPROBE, attachType, ReturnZero, out _);
        if (program is null)
            return false;
        fixed (byte* name = "no such function\0"u8)
        {
            byte* symbol = name;
            var attr = new LinkCreateKprobeMultiAttr { prog_fd = program.Fd, attach_type = (uint)attachType, cnt = 1, syms = &symbol };
            using SafeBpfHandle? link = BpfSyscall.Open(BpfCommand.BPF_LINK_CREATE, ref attr, out int errno);
            return errno == Errno.ESRCH;
        }
    }

    /// <summary>
    /// A directory cannot be probed: EBADF. Kernels whose filter took a process id for a thread id looked at the path before
    /// the id; the fixed ones refuse an invalid id first, with EINVAL.
    /// </summary>
    public static bool CanAttachUprobeMulti(BpfAttachType attachType)
    {
        using SafeBpfHandle? program = Load(BpfProgramType.BPF_PROG_TYPE_KPROBE, attachType, ReturnZero, out _);
        if (program is null)
            return false;
        fixed (byte* path = "/\0"u8)
        {
            ulong offset = 0;
            var attr = new LinkCreateUprobeMultiAttr { prog_fd = program.Fd, attach_type = (uint)attachType, path = path, offsets = &offset, cnt = 1 };
            using SafeBpfHandle? link = BpfSyscall.Open(BpfCommand.BPF_LINK_CREATE, ref attr, out int errno);
            if (errno != Errno.EBADF)
                return false;
            attr.pid = uint.MaxValue;
            using SafeBpfHandle? filtered = BpfSyscall.Open(BpfCommand.BPF_LINK_CREATE, ref attr, out errno);
            return errno == Errno.EINVAL;
        }
    }

    /// <summary>Reads an empty per-CPU array in a batch.</summary>
    public static bool HasBatchLookup()
    {
        try
        {
            using var map = BpfMap.Create(new MapSpec { Name = "probe", Type = BpfMapType.BPF_MAP_TYPE_PERCPU_ARRAY, KeySize = 4, ValueSize = 8, MaxEntries = 1 });
            return map.TryBatchOnce();
        }
        catch (BpfException)
        {
            return false; // no map, no batches
        }
    }

    /// <summary>
    /// Loads and attaches an fentry program on bpf_fentry_test1, which the kernel keeps for such tests and nothing calls: some
    /// kernels load TRACING programs they cannot attach.
    /// </summary>
    public static bool CanAttachFentry() =>
        CanAttachTracing("probe_fentry", BpfAttachType.BPF_TRACE_FENTRY, "bpf_fentry_test1", static program => TracingLink.Attach(program));

    /// <summary>Loads and attaches a program on the iterator over tasks, the first there was.</summary>
    public static bool CanAttachIter() =>
        CanAttachTracing("probe_iter", BpfAttachType.BPF_TRACE_ITER, "bpf_iter_task", static program => IterLink.Attach(program));

    private static bool CanAttachTracing(string name, BpfAttachType attachType, string target, Func<BpfProgram, IDisposable> attach)
    {
        if (!KernelFeatures.HasBtf)
            return false;
        var spec = new ProgramSpec
        {
            Name = name,
            Type = BpfProgramType.BPF_PROG_TYPE_TRACING,
            ExpectedAttachType = attachType,
            Code = Encode(ReturnZero),
            AttachTarget = target,
        };
        try
        {
            using BpfCollection collection = BpfCollection.Load(new CollectionSpec { Programs = [spec] });
            using IDisposable link = attach(collection.Programs[0]);
            return true;
        }
        catch (BpfException)
        {
            return false; // whichever step the kernel refused
        }
    }

    /// <summary>
    /// The verifier says so in words when a type of program may not call a function of the kernel (kernel/bpf/verifier.c
    /// fetch_kfunc_meta); every other complaint is about the arguments that the call here does not have.
    /// </summary>
    public static bool CanCallKernel(BpfProgramType type, BpfAttachType attachType, string function)
    {
        if (AttachTarget.FindFunction(function, null) is not { } id)
            return false;
        BpfInstruction call = new BpfInstruction(BpfInstruction.CallOpcode, 0, 0, (int)id).WithSource(BpfInstruction.BPF_PSEUDO_KFUNC_CALL);
        BpfInstruction[] code = [call, MovImm(R0, 0), Exit()];
        byte[] log = new byte[4096];
        fixed (BpfInstruction* insns = code)
        fixed (byte* license = "GPL\0"u8)
        fixed (byte* text = log)
        {
            var attr = new ProgLoadAttr
            {
                prog_type = (uint)type,
                expected_attach_type = (uint)attachType,
                insns = insns,
                insn_cnt = (uint)code.Length,
                license = license,
                log_buf = text,
                log_size = (uint)log.Length,
                log_level = 1,
                prog_name = BpfObjectName.From("probe"),
            };
            using SafeBpfHandle? program = BpfSyscall.Open(BpfCommand.BPF_PROG_LOAD, ref attr, out int errno);
            return program is not null || (errno is Errno.EACCES or Errno.EINVAL && log[0] != 0 && log.AsSpan().IndexOf("is not allowed"u8) < 0);
        }
    }

    private static SafeBpfHandle? Load(BpfProgramType type, BpfAttachType attachType, BpfInstruction[] code, out int errno)
    {
        fixed (BpfInstruction* insns = code)
        fixed (byte* license = "GPL\0"u8)
        {
            var attr = new ProgLoadAttr
            {
                prog_type = (uint)type,
                expected_attach_type = (uint)attachType,
                insns = insns,
                insn_cnt = (uint)code.Length,
                license = license,
                prog_name = BpfObjectName.From("probe"),
            };
            return BpfSyscall.Open(BpfCommand.BPF_PROG_LOAD, ref attr, out errno);
        }
    }
}
