using BpfTrace.Bpf;

namespace BpfTrace;

/// <summary>What is said of counters that the processor does not have: virtual machines seldom have any.</summary>
internal static class HardwareCounters
{
    /// <summary>What counts time without them.</summary>
    public const string Instead = "software:cpu-clock, profile:hz:99";

    private const int ENOENT = 2, EOPNOTSUPP = 95;

    /// <summary>Whether the kernel refused for lack of the counter.</summary>
    public static bool IsMissing(BpfException refused) => refused.Errno is ENOENT or EOPNOTSUPP;

    /// <summary>Why an event could not be opened.</summary>
    public static string WhyMissing(string name, BpfException refused) =>
        IsMissing(refused) ? $"this processor, or virtual machine, has no counter of {name} ({refused.ErrnoName})" : refused.Message;
}
