
namespace BpfTrace.Bpf;

/// <summary>
/// What the running kernel can do. Each property is found out on first use, with as few system calls as it takes, and kept
/// for the process's life. Without privilege the answers are false: see <see cref="PrivilegeCheck"/>.
/// </summary>
public static unsafe class KernelFeatures
{
    private static readonly Lazy<bool> s_ringBuffer = new(FeatureProbe.CanCreateRingBuffer);
    private static readonly Lazy<bool> s_perfLinks = new(FeatureProbe.CanLinkPerfEvents);
    private static readonly Lazy<bool> s_attachCookie = new(() => FeatureProbe.HasHelper(BpfProgramType.BPF_PROG_TYPE_KPROBE, BpfHelper.get_attach_cookie));
    private static readonly Lazy<bool> s_getFuncIp = new(() => FeatureProbe.HasHelper(BpfProgramType.BPF_PROG_TYPE_KPROBE, BpfHelper.get_func_ip));
    private static readonly Lazy<bool> s_loop = new(() => FeatureProbe.HasHelper(BpfProgramType.BPF_PROG_TYPE_KPROBE, BpfHelper.loop));
    private static readonly Lazy<bool> s_forEachMapElem = new(() => FeatureProbe.HasHelper(BpfProgramType.BPF_PROG_TYPE_KPROBE, BpfHelper.for_each_map_elem));
    private static readonly Lazy<bool> s_batch = new(FeatureProbe.HasBatchLookup);
    private static readonly Lazy<bool> s_kprobeMulti = new(() => FeatureProbe.CanAttachKprobeMulti(BpfAttachType.BPF_TRACE_KPROBE_MULTI));
    private static readonly Lazy<bool> s_kprobeSession = new(() => FeatureProbe.CanAttachKprobeMulti(BpfAttachType.BPF_TRACE_KPROBE_SESSION));
    private static readonly Lazy<bool> s_uprobeMulti = new(() => FeatureProbe.CanAttachUprobeMulti(BpfAttachType.BPF_TRACE_UPROBE_MULTI));
    private static readonly Lazy<bool> s_uprobeSession = new(() => FeatureProbe.CanAttachUprobeMulti(BpfAttachType.BPF_TRACE_UPROBE_SESSION));
    private static readonly Lazy<bool> s_fentry = new(FeatureProbe.CanAttachFentry);

    /// <summary>The kernel publishes its types (/sys/kernel/btf/vmlinux).</summary>
    public static bool HasBtf => File.Exists("/sys/kernel/btf/vmlinux");

    /// <summary>kprobes and kretprobes.</summary>
    public static bool HasKprobe => ProbePmu.HasKprobe;

    /// <summary>uprobes and uretprobes.</summary>
    public static bool HasUprobe => ProbePmu.HasUprobe;

    /// <summary>One link for many kprobes (Linux 5.18, CONFIG_FPROBE).</summary>
    public static bool HasKprobeMulti => s_kprobeMulti.Value;

    /// <summary>Entry and return in one kprobe_multi program (Linux 6.10).</summary>
    public static bool HasKprobeSession => s_kprobeSession.Value;

    /// <summary>One link for many uprobes, with a filter by process that works (Linux 6.6, fixed in 6.10 and stable).</summary>
    public static bool HasUprobeMulti => s_uprobeMulti.Value;

    /// <summary>Entry and return in one uprobe_multi program (Linux 6.13).</summary>
    public static bool HasUprobeSession => s_uprobeSession.Value;

    /// <summary>fentry and fexit programs can be loaded and attached: BTF, JIT and ftrace trampolines are there.</summary>
    public static bool HasFentry => s_fentry.Value;

    /// <summary>BPF_MAP_TYPE_RINGBUF (Linux 5.8).</summary>
    public static bool HasRingBuffer => s_ringBuffer.Value;

    /// <summary>BPF links on perf events (Linux 5.15).</summary>
    public static bool HasPerfLinks => s_perfLinks.Value;

    /// <summary>bpf_get_attach_cookie() (Linux 5.15).</summary>
    public static bool HasAttachCookie => s_attachCookie.Value;

    /// <summary>bpf_get_func_ip() (Linux 5.15).</summary>
    public static bool HasGetFuncIp => s_getFuncIp.Value;

    /// <summary>bpf_loop() (Linux 5.17).</summary>
    public static bool HasLoop => s_loop.Value;

    /// <summary>bpf_for_each_map_elem() (Linux 5.13).</summary>
    public static bool HasForEachMapElem => s_forEachMapElem.Value;

    /// <summary>Batched reads of per-CPU hashes and arrays (Linux 5.13).</summary>
    public static bool HasBatchLookup => s_batch.Value;
}
