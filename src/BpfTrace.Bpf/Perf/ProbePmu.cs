using System.Globalization;

namespace BpfTrace.Bpf;

/// <summary>
/// A dynamic perf PMU, kprobe or uprobe: its number and its config bits differ between kernels and are published under
/// /sys/bus/event_source/devices (Documentation/ABI/testing/sysfs-bus-event_source-devices-format).
/// </summary>
internal sealed class ProbePmu
{
    private static readonly Lazy<ProbePmu?> s_kprobe = new(() => Read("kprobe"));
    private static readonly Lazy<ProbePmu?> s_uprobe = new(() => Read("uprobe"));

    private int? _referenceCounterShift;

    private ProbePmu(uint type, ulong returnProbeBit)
    {
        Type = type;
        ReturnProbeBit = returnProbeBit;
    }

    /// <exception cref="BpfException">The kernel has no kprobes.</exception>
    public static ProbePmu Kprobe => s_kprobe.Value ?? throw new BpfException("this kernel has no kprobes (CONFIG_KPROBE_EVENTS)", Syscalls.Errno.EOPNOTSUPP);

    /// <exception cref="BpfException">The kernel has no uprobes.</exception>
    public static ProbePmu Uprobe => s_uprobe.Value ?? throw new BpfException("this kernel has no uprobes (CONFIG_UPROBE_EVENTS)", Syscalls.Errno.EOPNOTSUPP);

    public static bool HasKprobe => s_kprobe.Value is not null;

    public static bool HasUprobe => s_uprobe.Value is not null;

    /// <summary>perf_event_attr.type.</summary>
    public uint Type { get; }

    /// <summary>The bit of perf_event_attr.config that makes it a return probe.</summary>
    public ulong ReturnProbeBit { get; }

    /// <summary>The part of perf_event_attr.config that names the offset of a USDT semaphore; 0 for none.</summary>
    public ulong ReferenceCounter(ulong offset)
    {
        if (offset == 0)
            return 0;
        if (offset > uint.MaxValue)
            throw new BpfException($"a semaphore's offset of {offset} is too large for the kernel");
        _referenceCounterShift ??= FirstBit("/sys/bus/event_source/devices/uprobe/format/ref_ctr_offset");
        return offset << _referenceCounterShift.Value;
    }

    private static ProbePmu? Read(string name)
    {
        string folder = "/sys/bus/event_source/devices/" + name;
        try
        {
            uint type = uint.Parse(File.ReadAllText(folder + "/type").AsSpan().Trim(), NumberStyles.None, CultureInfo.InvariantCulture);
            return new ProbePmu(type, 1UL << FirstBit(folder + "/format/retprobe"));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null; // the PMU is not there: that is the answer
        }
    }

    // "config:0", "config:32-63"
    private static int FirstBit(string path)
    {
        ReadOnlySpan<char> text = File.ReadAllText(path).AsSpan().Trim();
        text = text[(text.IndexOf(':') + 1)..];
        int dash = text.IndexOf('-');
        return int.Parse(dash < 0 ? text : text[..dash], NumberStyles.None, CultureInfo.InvariantCulture);
    }
}
