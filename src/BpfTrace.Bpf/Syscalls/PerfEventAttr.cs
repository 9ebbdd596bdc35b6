using System.Runtime.InteropServices;

namespace BpfTrace.Bpf.Syscalls;

/// <summary>struct perf_event_attr up to PERF_ATTR_SIZE_VER5 (include/uapi/linux/perf_event.h).</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct PerfEventAttr
{
    public const uint PERF_TYPE_HARDWARE = 0, PERF_TYPE_SOFTWARE = 1, PERF_TYPE_TRACEPOINT = 2, PERF_TYPE_HW_CACHE = 3, PERF_TYPE_RAW = 4,
        PERF_TYPE_BREAKPOINT = 5;

    /// <summary>A bit of <see cref="sample_type"/>: the bytes a program sent.</summary>
    public const ulong PERF_SAMPLE_RAW = 1UL << 10;

    /// <summary>Bits of <see cref="flags"/>.</summary>
    public const ulong Disabled = 1UL << 0, Inherit = 1UL << 1, ExcludeUser = 1UL << 4, ExcludeKernel = 1UL << 5, Freq = 1UL << 10,
        Mmap = 1UL << 8, Comm = 1UL << 9, Task = 1UL << 13, Watermark = 1UL << 14, SampleIdAll = 1UL << 18, Mmap2 = 1UL << 23, CommExec = 1UL << 24;

    /// <summary>A bit of <see cref="sample_type"/>.</summary>
    public const ulong PERF_SAMPLE_TIME = 1UL << 2;

    public uint type;
    public uint size;
    public ulong config;
    public ulong sample_period; // or sample_freq
    public ulong sample_type;
    public ulong read_format;
    public ulong flags;
    public uint wakeup_events;
    public uint bp_type;
    public ulong config1; // bp_addr, kprobe_func, uprobe_path
    public ulong config2; // bp_len, kprobe_addr, probe_offset
    public ulong branch_sample_type;
    public ulong sample_regs_user;
    public uint sample_stack_user;
    public int clockid;
    public ulong sample_regs_intr;
    public uint aux_watermark;
    public ushort sample_max_stack;
    private readonly ushort _reserved_2;
}
