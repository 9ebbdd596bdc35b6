using BpfTrace.Bpf;

namespace BpfTrace.KernelTests.Support;

/// <summary>What a test needs from the kernel beyond privilege.</summary>
public enum KernelNeed
{
    None,
    Kprobe,
    KprobeMulti,
    UprobeMulti,
    Fentry,
    Iter,
    KprobeSession,

    /// <summary><c>override()</c>: Debian builds its kernels without.</summary>
    Override,

    /// <summary>Perf events for who has CAP_PERFMON; Debian's kernels ask for CAP_SYS_ADMIN (<c>kernel.perf_event_paranoid</c> 3).</summary>
    PerfmonEvents,
}

/// <summary>
/// A test that loads programs. Without the privilege, or on a kernel built without what it needs, it is skipped and counted
/// as skipped.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RequiresRootFactAttribute : FactAttribute
{
    public RequiresRootFactAttribute(KernelNeed need = KernelNeed.None) => Skip = Requirement.Missing(need);
}

/// <summary>As <see cref="RequiresRootFactAttribute"/>, for a theory.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RequiresRootTheoryAttribute : TheoryAttribute
{
    public RequiresRootTheoryAttribute(KernelNeed need = KernelNeed.None) => Skip = Requirement.Missing(need);
}

internal static class Requirement
{
    private static readonly Lazy<string?> s_privilege = new(() =>
        PrivilegeCheck.Run().FirstOrDefault(lack => lack.IsFatal)?.Message);

    public static string? Missing(KernelNeed need) => s_privilege.Value ?? need switch
    {
        KernelNeed.PerfmonEvents => File.ReadAllText("/proc/sys/kernel/perf_event_paranoid").Trim() is "3" ? "kernel.perf_event_paranoid is 3: perf events need CAP_SYS_ADMIN" : null,
        KernelNeed.Kprobe when !KernelFeatures.HasKprobe => "this kernel has no kprobes",
        KernelNeed.KprobeMulti when !KernelFeatures.HasKprobeMulti => "this kernel has no kprobe_multi",
        KernelNeed.UprobeMulti when !KernelFeatures.HasUprobeMulti => "this kernel has no uprobe_multi",
        KernelNeed.Fentry when !KernelFeatures.HasFentry => "this kernel cannot attach fentry programs",
        KernelNeed.Iter when !KernelFeatures.HasIter => "this kernel cannot attach iterators",
        KernelNeed.KprobeSession when !KernelFeatures.HasKprobeSession => "this kernel has no kprobe_session",
        KernelNeed.Override when !KernelFeatures.HasKprobe => "this kernel has no kprobes",
        KernelNeed.Override when !FeatureProbe.HasHelper(BpfProgramType.BPF_PROG_TYPE_KPROBE, BpfHelper.override_return) =>
            "this kernel is built without CONFIG_BPF_KPROBE_OVERRIDE, as Debian's are",
        _ => null,
    };
}

/// <summary>Tests of this collection run one after another: they count the process's descriptors and use its CPUs.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class KernelCollection
{
    public const string Name = "Kernel";
}
