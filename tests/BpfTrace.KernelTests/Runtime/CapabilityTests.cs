using BpfTrace.Bpf;
using BpfTrace.KernelTests.Cli;
using BpfTrace.KernelTests.Support;
using BpfTrace.Language.Probes;

namespace BpfTrace.KernelTests.Runtime;

/// <summary>What this kernel and this user can do, by what else is known of them.</summary>
[Collection(KernelCollection.Name)]
public class CapabilityTests
{
    private static TraceCapability Find(string name) => Assert.Single(TraceCapabilities.Find((n, _) => n == name));

    public static TheoryData<ProbeType> ProbeTypes =>
        [.. Enum.GetValues<ProbeType>().Where(static t => t is not (ProbeType.Begin or ProbeType.End or ProbeType.Self or ProbeType.Test or ProbeType.Bench))];

    [RequiresRootTheory]
    [MemberData(nameof(ProbeTypes))]
    public void A_kind_of_probe_is_there_as_the_language_says(ProbeType type)
    {
        TraceCapability capability = Find(ProbeNames.GetName(type));
        bool isSupported = LinuxKernelCatalog.Shared.Supports(type, out string reason);
        if (isSupported)
        {
            Assert.True(capability.Available || type == ProbeType.Hardware, capability.Reason);
            return;
        }

        Assert.False(capability.Available);
        Assert.Equal(reason, capability.Alternative is null ? capability.Reason : $"{capability.Reason}; instead: {capability.Alternative}");
    }

    [RequiresRootFact]
    public void Ways_of_attaching_are_there_although_a_script_did_without()
    {
        bool kprobes = KernelFeatures.HasKprobeMulti, uprobes = KernelFeatures.HasUprobeMulti;
        try
        {
            KernelFeatures.Avoided = AvoidedFeatures.KprobeMulti | AvoidedFeatures.UprobeMulti;
            Assert.Equal(kprobes, Find("kprobe_multi").Available);
            Assert.Equal(uprobes, Find("uprobe_multi").Available);
        }
        finally
        {
            KernelFeatures.Avoided = AvoidedFeatures.None;
        }
    }

    [RequiresRootFact]
    public void What_is_tried_leaves_nothing_open_and_what_is_missing_has_a_reason()
    {
        _ = TraceCapabilities.Find().Count(); // opens for good what is kept: types, tracefs, libraries
        int before = OpenDescriptors.CountAtFirst();
        TraceCapability[] all = [.. TraceCapabilities.Find()];
        Assert.Equal(before, OpenDescriptors.Count());
        Assert.All(all, static c => Assert.True(c.Available == c.Reason is null && c.IsTested, c.ToString()));
        Assert.All(all, static c => Assert.True(!c.Available || c.Alternative is null, c.ToString()));
        Assert.All(all, static c => Assert.True(c.Available || !c.IsRequired, $"{c}: {c.Reason}"));
    }

    /// <summary>A name the kernel does not have, and one it has had since before the oldest kernel that is supported.</summary>
    [RequiresRootFact]
    public void Helpers_and_maps_are_tried()
    {
        Assert.True(KernelFeatures.HasHelper(BpfProgramType.BPF_PROG_TYPE_KPROBE, 181));
        Assert.False(KernelFeatures.HasHelper(BpfProgramType.BPF_PROG_TYPE_KPROBE, 100_000));
        Assert.True(KernelFeatures.HasMapType(BpfMapType.BPF_MAP_TYPE_ARRAY_OF_MAPS));
        Assert.False(KernelFeatures.HasMapType((BpfMapType)100_000));
    }

    [RequiresRootFact]
    public void Info_says_the_same_and_without_privilege_names_the_reason_once()
    {
        Bpft.Result all = Bpft.Run("--info");
        Assert.Contains($"\n  kprobe: {(Find("kprobe").Available ? "yes" : "no")}\n", all.Output, StringComparison.Ordinal);
        Assert.Contains("\n  loop: yes\n", all.Output, StringComparison.Ordinal);
        Assert.Contains($"\n  libdw (DWARF support): {(Find("libdw").Available ? "yes" : "no")}\n", all.Output, StringComparison.Ordinal);

        Bpft.Result none = Bpft.RunThrough(["setpriv", "--bounding-set=-all", "--inh-caps=-all"], "--info");
        Assert.Equal(0, none.ExitCode);
        Assert.Contains("\n  loop: no\n", none.Output, StringComparison.Ordinal);
        Assert.Contains("\n  CAP_BPF: CAP_BPF is missing: run as root (sudo), or grant it\n", none.Output, StringComparison.Ordinal);
        Assert.Single(none.Output.Split('\n'), static line => line.StartsWith("  not tried: CAP_BPF and CAP_PERFMON are missing", StringComparison.Ordinal));
    }
}
