using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using BpfTrace.Bpf.Proc;

namespace BpfTrace.Bpf;

/// <summary>Something this process or machine lacks for tracing.</summary>
/// <param name="Id">Stable name of the lack: <c>NotLinux</c>, <c>Architecture</c>, <c>CapBpf</c> (perhaps both), <c>CapPerfmon</c>, <c>Lockdown</c>,
/// <c>NoBtf</c>, <c>NoTracefs</c>.</param>
/// <param name="Message">What is missing and what to do, one line.</param>
/// <param name="IsFatal">Whether nothing can be traced without it.</param>
public sealed record MissingPrerequisite(string Id, string Message, bool IsFatal);

/// <summary>Names what is missing for loading and attaching BPF programs.</summary>
public static class PrivilegeCheck
{
    /// <summary>Looks at capabilities, lockdown, BTF and tracefs. A few small files are read; nothing is loaded.</summary>
    /// <returns>What is missing; empty when tracing should work.</returns>
    public static ImmutableArray<MissingPrerequisite> Run()
    {
        if (!OperatingSystem.IsLinux())
            return [new MissingPrerequisite("NotLinux", "eBPF needs Linux", true)];
        var missing = ImmutableArray.CreateBuilder<MissingPrerequisite>();
        if (!Architecture.IsSupported)
            missing.Add(new MissingPrerequisite("Architecture", $"only {Architecture.Name} is supported so far", true));

        Capabilities capabilities = Capabilities.Effective();
        bool bpf = capabilities.Bpf, perfmon = capabilities.Perfmon;
        if (!bpf || !perfmon)
        {
            string names = bpf ? "CAP_PERFMON is" : perfmon ? "CAP_BPF is" : "CAP_BPF and CAP_PERFMON are";
            missing.Add(new MissingPrerequisite(bpf ? "CapPerfmon" : "CapBpf", $"{names} missing: run as root (sudo), or grant them", true));
        }

        if (Lockdown() == "confidentiality")
        {
            missing.Add(new MissingPrerequisite(
                "Lockdown", "kernel lockdown is in 'confidentiality' mode, in which programs cannot read kernel memory: boot with lockdown=integrity or none", true));
        }

        if (!KernelFeatures.HasBtf)
            missing.Add(new MissingPrerequisite("NoBtf", "the kernel has no BTF (/sys/kernel/btf/vmlinux): it is built without CONFIG_DEBUG_INFO_BTF", false));
        if (!Directory.Exists("/sys/kernel/tracing/events") && !Directory.Exists("/sys/kernel/debug/tracing/events"))
            missing.Add(new MissingPrerequisite("NoTracefs", "tracefs is not mounted: mount -t tracefs tracefs /sys/kernel/tracing", false));
        return missing.ToImmutable();
    }

    /// <summary>Why the kernel may have said EPERM, one line.</summary>
    internal static string Explain()
    {
        var reasons = new List<string>();
        foreach (MissingPrerequisite lack in Run())
        {
            if (lack.IsFatal)
                reasons.Add(lack.Message);
        }

        if (reasons.Count == 0)
            reasons.Add("the process has CAP_BPF and CAP_PERFMON, so a security module, a seccomp filter, a container or the user namespace forbids it");
        else if (UnprivilegedBpfDisabled() is > 0 and int mode)
            reasons.Add($"kernel.unprivileged_bpf_disabled is {mode}, so there is no way without them");
        return string.Join("; ", reasons);
    }

    /// <summary>The mode in brackets in /sys/kernel/security/lockdown; "none" where there is no such file.</summary>
    public static string Lockdown() => TryRead("/sys/kernel/security/lockdown") is { } text ? ParseLockdown(text) : "none";

    internal static string ParseLockdown(string text)
    {
        int open = text.IndexOf('['), close = text.IndexOf(']');
        return open >= 0 && close > open ? text[(open + 1)..close] : "none";
    }

    private static int? UnprivilegedBpfDisabled() =>
        int.TryParse(TryRead("/proc/sys/kernel/unprivileged_bpf_disabled"), NumberStyles.Integer, CultureInfo.InvariantCulture, out int value) ? value : null;

    private static string? TryRead(string path)
    {
        // An exception costs a cold start milliseconds, and most kernels have no lockdown.
        if (!File.Exists(path))
            return null;
        try
        {
            return Encoding.ASCII.GetString(VirtualFile.ReadAllBytes(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // absent or not readable: what it would have said is unknown
        }
    }
}
