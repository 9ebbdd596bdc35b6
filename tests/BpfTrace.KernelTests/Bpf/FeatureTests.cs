using BpfTrace.Bpf;
using BpfTrace.KernelTests.Support;

namespace BpfTrace.KernelTests.Bpf;

[Collection(KernelCollection.Name)]
public sealed class FeatureTests
{
    private static readonly Version s_kernel = Environment.OSVersion.Version;

    [RequiresRootFact]
    public void What_every_supported_kernel_has_is_found()
    {
        Assert.True(s_kernel >= new Version(6, 1), $"Linux {s_kernel} is older than what is supported");
        Assert.True(KernelFeatures.HasRingBuffer);
        Assert.True(KernelFeatures.HasPerfLinks);
        Assert.True(KernelFeatures.HasAttachCookie);
        Assert.True(KernelFeatures.HasGetFuncIp);
        Assert.True(KernelFeatures.HasLoop);
        Assert.True(KernelFeatures.HasForEachMapElem);
        Assert.True(KernelFeatures.HasBatchLookup);
        Assert.Equal(File.Exists("/sys/kernel/btf/vmlinux"), KernelFeatures.HasBtf);
    }

    [RequiresRootFact]
    public void What_a_new_kernel_has_is_found()
    {
        Assert.True(KernelFeatures.HasUprobe);
        // Between 6.6 and 6.10 it depends on whether the fix of its process filter was backported.
        if (s_kernel >= new Version(6, 10) || s_kernel < new Version(6, 6))
            Assert.Equal(s_kernel >= new Version(6, 10), KernelFeatures.HasUprobeMulti);
        Assert.Equal(s_kernel >= new Version(6, 13), KernelFeatures.HasUprobeSession);
        Assert.Equal(s_kernel >= new Version(6, 10) && KernelFeatures.HasKprobeMulti, KernelFeatures.HasKprobeSession);
        if (!KernelFeatures.HasKprobe)
            Assert.False(KernelFeatures.HasKprobeMulti);
    }

    [RequiresRootFact]
    public void Probing_leaves_nothing_open()
    {
        int before = OpenDescriptors.CountAtFirst();
        Assert.True(FeatureProbe.CanCreateRingBuffer());
        Assert.True(FeatureProbe.CanLinkPerfEvents());
        Assert.False(FeatureProbe.HasHelper(BpfProgramType.BPF_PROG_TYPE_KPROBE, (BpfHelper)100_000));
        _ = FeatureProbe.CanAttachUprobeMulti(BpfAttachType.BPF_TRACE_UPROBE_MULTI);
        _ = FeatureProbe.CanAttachKprobeMulti(BpfAttachType.BPF_TRACE_KPROBE_MULTI);
        _ = FeatureProbe.CanAttachFentry();
        Assert.Equal(before, OpenDescriptors.Count());
    }
}
