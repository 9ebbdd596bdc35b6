using System.Runtime.InteropServices;
using System.Text;
using BpfTrace.Bpf;

namespace BpfTrace;

/// <summary>What this machine can do for a trace, as text: <c>bpftrace --info</c>. The features are found out by trying them, which needs privilege.</summary>
public static class SystemReport
{
    /// <summary>Makes the report: sections with a line per fact, in bpftrace's names where it has one.</summary>
    public static string Create()
    {
        var text = new StringBuilder();
        text.Append("System\n");
        Add(text, "OS", $"Linux {Environment.OSVersion.Version} {RuntimeInformation.OSDescription}");
        Add(text, "Arch", RuntimeInformation.OSArchitecture == System.Runtime.InteropServices.Architecture.X64 ? "x86_64" : "aarch64");
        Add(text, "CPUs", $"{Cpus.GetOnline().Length} online, {Cpus.Possible.Length} possible");

        text.Append("\nBuild\n");
        Add(text, "version", typeof(SystemReport).Assembly.GetName().Version?.ToString(3) ?? "");
        Add(text, "runtime", RuntimeInformation.FrameworkDescription);
        Add(text, "bcc library path resolution", "yes"); // bpftrace's name for short library names such as uprobe:libc:f
        Add(text, "libdw (DWARF support)", "no");
        Add(text, "blazesym (advanced symbolization)", "no");

        text.Append("\nKernel helpers\n");
        Add(text, "get_func_ip", KernelFeatures.HasGetFuncIp);
        Add(text, "loop", KernelFeatures.HasLoop);
        Add(text, "for_each_map_elem", KernelFeatures.HasForEachMapElem);
        Add(text, "get_attach_cookie", KernelFeatures.HasAttachCookie);

        text.Append("\nKernel features\n");
        Add(text, "btf", KernelFeatures.HasBtf);
        Add(text, "ring buffer", KernelFeatures.HasRingBuffer);
        Add(text, "batch map reads", KernelFeatures.HasBatchLookup);
        Add(text, "perf links", KernelFeatures.HasPerfLinks);

        text.Append("\nProbe types\n");
        Add(text, "kprobe", KernelFeatures.HasKprobe);
        Add(text, "kprobe_multi", KernelFeatures.HasKprobeMulti);
        Add(text, "kprobe_session", KernelFeatures.HasKprobeSession);
        Add(text, "uprobe", KernelFeatures.HasUprobe);
        Add(text, "uprobe_multi", KernelFeatures.HasUprobeMulti);
        Add(text, "fentry", KernelFeatures.HasFentry);
        Add(text, "iter", KernelFeatures.HasIter);

        var missing = PrivilegeCheck.Run();
        if (!missing.IsEmpty)
            text.Append("\nMissing\n");
        foreach (MissingPrerequisite lack in missing)
            text.Append("  ").Append(lack.Message).Append('\n');
        return text.ToString();
    }

    private static void Add(StringBuilder text, string name, string value) => text.Append("  ").Append(name).Append(": ").Append(value).Append('\n');

    private static void Add(StringBuilder text, string name, bool value) => Add(text, name, value ? "yes" : "no");
}
