namespace BpfTrace.Cli;

/// <summary>What this process may do, by its effective capabilities (capabilities(7)).</summary>
internal static class Privileges
{
    private const int CAP_DAC_OVERRIDE = 1;
    private const int CAP_DAC_READ_SEARCH = 2;
    private const int CAP_SYS_ADMIN = 21;
    private const int CAP_PERFMON = 38;
    private const int CAP_BPF = 39;
    private const uint LINUX_CAPABILITY_VERSION_3 = 0x20080522;

    /// <summary>The capability that is missing for tracing, as a message, or null.</summary>
    public static string? FindMissing()
    {
        return FindMissing(EffectiveCapabilities(), NativeMethods.geteuid() == 0);
    }

    internal static string? FindMissing(ulong capabilities, bool isRoot)
    {
        // tracefs and bpffs are for their owner: others need to be let in.
        if (!isRoot && !Has(capabilities, CAP_DAC_READ_SEARCH))
            return Missing("CAP_DAC_READ_SEARCH");
        if (!isRoot && !Has(capabilities, CAP_DAC_OVERRIDE))
            return Missing("CAP_DAC_OVERRIDE");
        if (Has(capabilities, CAP_SYS_ADMIN))
            return null;
        if (!Has(capabilities, CAP_BPF))
            return Missing("CAP_BPF");
        return Has(capabilities, CAP_PERFMON) ? null : Missing("CAP_PERFMON");
    }

    /// <summary>This thread's effective capabilities as bits (capget(2)); none when the kernel does not say.</summary>
    internal static unsafe ulong EffectiveCapabilities()
    {
        // struct __user_cap_header_struct (version, pid: 0 is this thread), then two of __user_cap_data_struct
        // (effective, permitted, inheritable), the low 32 bits first.
        uint* header = stackalloc uint[2] { LINUX_CAPABILITY_VERSION_3, 0 };
        uint* data = stackalloc uint[6];
        return NativeMethods.capget(header, data) == 0 ? data[0] | ((ulong)data[3] << 32) : 0;
    }

    private static bool Has(ulong capabilities, int capability) => (capabilities >> capability & 1) != 0;

    private static string Missing(string capability) => $"Missing {capability} capability, please run bpft as the root user.";
}
