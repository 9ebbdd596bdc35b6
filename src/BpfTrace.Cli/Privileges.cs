using System.Globalization;

namespace BpfTrace.Cli;

/// <summary>What this process may do, by its effective capabilities (capabilities(7)).</summary>
internal static class Privileges
{
    private const int CAP_DAC_OVERRIDE = 1;
    private const int CAP_DAC_READ_SEARCH = 2;
    private const int CAP_SYS_ADMIN = 21;
    private const int CAP_PERFMON = 38;
    private const int CAP_BPF = 39;

    /// <summary>The capability that is missing for tracing, as a message, or null.</summary>
    public static string? FindMissing()
    {
        // A kernel file: a read of any length gives it whole.
        string status = File.ReadAllText("/proc/self/status");
        return FindMissing(EffectiveCapabilities(status), NativeMethods.geteuid() == 0);
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

    internal static ulong EffectiveCapabilities(string status)
    {
        const string Field = "\nCapEff:";
        int start = status.IndexOf(Field, StringComparison.Ordinal);
        if (start < 0)
            return 0;
        ReadOnlySpan<char> rest = status.AsSpan(start + Field.Length);
        int end = rest.IndexOf('\n');
        ReadOnlySpan<char> digits = (end < 0 ? rest : rest[..end]).Trim();
        return ulong.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong value) ? value : 0;
    }

    private static bool Has(ulong capabilities, int capability) => (capabilities >> capability & 1) != 0;

    private static string Missing(string capability) => $"Missing {capability} capability, please run bpft as the root user.";
}
