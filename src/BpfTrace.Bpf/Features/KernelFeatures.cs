
namespace BpfTrace.Bpf;

/// <summary>
/// What the running kernel can do. Each property is found out on first use, with as few system calls as it takes, and kept
/// for the process's life. Without privilege the answers are false: see <see cref="PrivilegeCheck"/>.
/// </summary>
public static class KernelFeatures
{
    private static int s_ringBuffer;
    private static int s_perfLinks;
    private static int s_attachCookie;
    private static int s_getFuncIp;
    private static int s_loop;
    private static int s_forEachMapElem;
    private static int s_batch;
    private static int s_kprobeMulti;
    private static int s_kprobeSession;
    private static int s_uprobeMulti;
    private static int s_uprobeSession;
    private static int s_fentry;
    private static int s_iter;

    /// <summary>Features that are not to be used although the kernel has them: to compare with the ways without them, or around a kernel's faults.</summary>
    public static AvoidedFeatures Avoided { get; set; }

    /// <summary>The kernel publishes its types (/sys/kernel/btf/vmlinux).</summary>
    public static bool HasBtf => File.Exists(BtfPath);

    /// <summary>Where the kernel publishes its types.</summary>
    public const string BtfPath = "/sys/kernel/btf/vmlinux";

    /// <summary>kprobes and kretprobes.</summary>
    public static bool HasKprobe => ProbePmu.HasKprobe;

    /// <summary>uprobes and uretprobes.</summary>
    public static bool HasUprobe => ProbePmu.HasUprobe;

    /// <summary>One link for many kprobes (Linux 5.18, CONFIG_FPROBE). False where it is <see cref="Avoided"/>.</summary>
    public static bool HasKprobeMulti => (Avoided & AvoidedFeatures.KprobeMulti) == 0 && SupportsKprobeMulti;

    /// <summary>Entry and return in one kprobe_multi program (Linux 6.10). False where it is <see cref="Avoided"/>.</summary>
    public static bool HasKprobeSession => (Avoided & AvoidedFeatures.KprobeSession) == 0 && SupportsKprobeSession;

    /// <summary>One link for many uprobes, with a filter by process that works (Linux 6.6, fixed in 6.10 and stable). False where it is <see cref="Avoided"/>.</summary>
    public static bool HasUprobeMulti => (Avoided & AvoidedFeatures.UprobeMulti) == 0 && SupportsUprobeMulti;

    /// <summary>As <see cref="HasKprobeMulti"/>, avoided or not.</summary>
    public static bool SupportsKprobeMulti => Get(ref s_kprobeMulti, static () => FeatureProbe.CanAttachKprobeMulti(BpfAttachType.BPF_TRACE_KPROBE_MULTI));

    /// <summary>As <see cref="HasKprobeSession"/>, avoided or not.</summary>
    public static bool SupportsKprobeSession => Get(ref s_kprobeSession, static () => FeatureProbe.CanAttachKprobeMulti(BpfAttachType.BPF_TRACE_KPROBE_SESSION));

    /// <summary>As <see cref="HasUprobeMulti"/>, avoided or not.</summary>
    public static bool SupportsUprobeMulti => Get(ref s_uprobeMulti, static () => FeatureProbe.CanAttachUprobeMulti(BpfAttachType.BPF_TRACE_UPROBE_MULTI));

    /// <summary>Entry and return in one uprobe_multi program (Linux 6.13).</summary>
    public static bool HasUprobeSession => Get(ref s_uprobeSession, static () => FeatureProbe.CanAttachUprobeMulti(BpfAttachType.BPF_TRACE_UPROBE_SESSION));

    /// <summary>fentry and fexit programs can be loaded and attached: BTF, JIT and ftrace trampolines are there.</summary>
    public static bool HasFentry => Get(ref s_fentry, FeatureProbe.CanAttachFentry);

    /// <summary>Iterators over the kernel's objects (Linux 5.8).</summary>
    public static bool HasIter => Get(ref s_iter, FeatureProbe.CanAttachIter);

    /// <summary>BPF_MAP_TYPE_RINGBUF (Linux 5.8).</summary>
    public static bool HasRingBuffer => Get(ref s_ringBuffer, FeatureProbe.CanCreateRingBuffer);

    /// <summary>BPF links on perf events (Linux 5.15).</summary>
    public static bool HasPerfLinks => Get(ref s_perfLinks, FeatureProbe.CanLinkPerfEvents);

    /// <summary>bpf_get_attach_cookie() (Linux 5.15).</summary>
    public static bool HasAttachCookie => Get(ref s_attachCookie, static () => FeatureProbe.HasHelper(BpfProgramType.BPF_PROG_TYPE_KPROBE, BpfHelper.get_attach_cookie));

    /// <summary>bpf_get_func_ip() (Linux 5.15).</summary>
    public static bool HasGetFuncIp => Get(ref s_getFuncIp, static () => FeatureProbe.HasHelper(BpfProgramType.BPF_PROG_TYPE_KPROBE, BpfHelper.get_func_ip));

    /// <summary>bpf_loop() (Linux 5.17).</summary>
    public static bool HasLoop => Get(ref s_loop, static () => FeatureProbe.HasHelper(BpfProgramType.BPF_PROG_TYPE_KPROBE, BpfHelper.loop));

    /// <summary>bpf_for_each_map_elem() (Linux 5.13).</summary>
    public static bool HasForEachMapElem => Get(ref s_forEachMapElem, static () => FeatureProbe.HasHelper(BpfProgramType.BPF_PROG_TYPE_KPROBE, BpfHelper.for_each_map_elem));

    /// <summary>Batched reads of per-CPU hashes and arrays (Linux 5.13).</summary>
    public static bool HasBatchLookup => Get(ref s_batch, FeatureProbe.HasBatchLookup);

    /// <summary>Whether programs of a type may call a function of the kernel proper (a kfunc, 5.13). Asked of the verifier each time.</summary>
    /// <param name="type">The type of program.</param>
    /// <param name="attachType">What it is loaded for, where its type needs to know.</param>
    /// <param name="function">The function's name.</param>
    public static bool AllowsKernelCall(BpfProgramType type, BpfAttachType attachType, string function) =>
        FeatureProbe.CanCallKernel(type, attachType, function);

    /// <summary>Whether programs of a type may call a helper. Asked of the verifier each time.</summary>
    /// <param name="type">The type of program.</param>
    /// <param name="helper">The helper's number (include/uapi/linux/bpf.h, <c>___BPF_FUNC_MAPPER</c>).</param>
    public static bool HasHelper(BpfProgramType type, int helper) => FeatureProbe.HasHelper(type, (BpfHelper)helper);

    /// <summary>Whether maps of a kind can be created: a small one is, and is gone again. Tried each time.</summary>
    /// <param name="type">The kind of map.</param>
    public static bool HasMapType(BpfMapType type) => FeatureProbe.CanCreateMap(type);

    /// <summary>Why no program can be loaded at all: a trivial one is tried each time. Null when it can.</summary>
    public static string? WhyNoPrograms() => FeatureProbe.WhyNoPrograms();

    /// <summary>Why events of a kind cannot be opened for all processes of a CPU: one is tried each time. Null when they can.</summary>
    /// <param name="type">PERF_TYPE_HARDWARE: a counter of cycles, PERF_TYPE_SOFTWARE: a clock, PERF_TYPE_BREAKPOINT: eight bytes of this process's memory.</param>
    public static BpfException? WhyNoPerfEvents(PerfEventType type) => FeatureProbe.TryPerfEvents(type);

    /// <summary>Why the kernel does not count how often and how long programs run (Linux 5.8): it is turned on and off again. Null when it does.</summary>
    public static BpfException? WhyNoStatistics()
    {
        try
        {
            BpfStatistics.Enable().Dispose();
            return null;
        }
        catch (BpfException e)
        {
            return e;
        }
    }

    // 0 not tried, 1 no, 2 yes. Two threads may both try: the answers are the same.
    private static bool Get(ref int known, Func<bool> probe)
    {
        int value = Volatile.Read(ref known);
        if (value == 0)
            Volatile.Write(ref known, value = probe() ? 2 : 1);
        return value == 2;
    }
}

/// <summary>Ways of attaching that can be done without.</summary>
[Flags]
public enum AvoidedFeatures
{
    /// <summary>None: everything the kernel has is used.</summary>
    None = 0,

    /// <summary><see cref="KernelFeatures.HasKprobeMulti"/>.</summary>
    KprobeMulti = 1,

    /// <summary><see cref="KernelFeatures.HasKprobeSession"/>.</summary>
    KprobeSession = 2,

    /// <summary><see cref="KernelFeatures.HasUprobeMulti"/>.</summary>
    UprobeMulti = 4,
}
