using BpfTrace.Bpf;

namespace BpfTrace;

/// <summary>Whether this process may trace.</summary>
public static class Privileges
{
    /// <summary>The first capability tracing needs that this thread does not have, as capabilities(7) writes it; null when it has all.</summary>
    /// <remarks>The order is bpftrace's. For what else may be missing (lockdown, BTF, tracefs) see <see cref="PrivilegeCheck"/>.</remarks>
    /// <param name="isRoot">Whether the effective user is root, whom the files of tracefs and bpffs belong to.</param>
    public static string? FindMissingCapability(bool isRoot) => FindMissing(Capabilities.Effective(), isRoot);

    internal static string? FindMissing(Capabilities capabilities, bool isRoot) =>
        !isRoot && !capabilities.DacReadSearch ? "CAP_DAC_READ_SEARCH"
        : !isRoot && !capabilities.DacOverride ? "CAP_DAC_OVERRIDE"
        : !capabilities.Bpf ? "CAP_BPF"
        : !capabilities.Perfmon ? "CAP_PERFMON"
        : null;
}
