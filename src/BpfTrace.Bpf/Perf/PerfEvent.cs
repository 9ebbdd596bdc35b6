using System.Runtime.InteropServices;
using System.Text;
using BpfTrace.Bpf.Syscalls;

namespace BpfTrace.Bpf;

/// <summary>perf_event_open(2): the events that programs attach to, the one that tells of processes, and the output of programs. Only the last two have a buffer.</summary>
internal static unsafe class PerfEvent
{
    private const nuint PERF_EVENT_IOC_SET_BPF = 0x40042408;
    private const nuint PERF_EVENT_IOC_ENABLE = 0x2400;
    private const nint PERF_FLAG_FD_CLOEXEC = 8;

    /// <summary>A static tracepoint by the id that tracefs gives in events/…/id. One event sees all CPUs' hits.</summary>
    public static SafePerfEventHandle OpenTracepoint(ulong id, string what)
    {
        var attr = new PerfEventAttr { type = PerfEventAttr.PERF_TYPE_TRACEPOINT, config = id, sample_period = 1, wakeup_events = 1 };
        return Open(ref attr, pid: -1, cpu: 0, what);
    }

    /// <summary>A counter or clock that overflows every <paramref name="period"/> events or, as a clock, nanoseconds.</summary>
    public static SafePerfEventHandle OpenSampling(PerfEventType type, ulong config, ulong period, int pid, int cpu, string what)
    {
        var attr = new PerfEventAttr { type = (uint)type, config = config, sample_period = period, flags = Inherited(pid) };
        return Open(ref attr, pid, cpu, what);
    }

    /// <summary>A clock that overflows <paramref name="frequency"/> times a second, which the kernel makes a period of (perf_swevent_init_hrtimer in kernel/events/core.c).</summary>
    /// <exception cref="BpfException">EINVAL: more than kernel.perf_event_max_sample_rate.</exception>
    public static SafePerfEventHandle OpenClockFrequency(ulong frequency, int pid, int cpu, string what)
    {
        var attr = new PerfEventAttr
        {
            type = PerfEventAttr.PERF_TYPE_SOFTWARE,
            config = (ulong)PerfSoftwareEvent.PERF_COUNT_SW_CPU_CLOCK,
            sample_period = frequency,
            flags = PerfEventAttr.Freq | Inherited(pid),
        };
        try
        {
            return Open(ref attr, pid, cpu, what);
        }
        catch (BpfException e) when (e.Errno == Errno.EINVAL)
        {
            throw new BpfException($"{e.Message}: the kernel takes no rate above kernel.perf_event_max_sample_rate", e.Errno, e);
        }
    }

    /// <summary>The ring that bpf_perf_event_output() and bpf_skb_output() write to on a CPU. Each record wakes who waits.</summary>
    public static SafePerfEventHandle OpenOutput(int cpu, string what)
    {
        var attr = new PerfEventAttr
        {
            type = PerfEventAttr.PERF_TYPE_SOFTWARE,
            config = (ulong)PerfSoftwareEvent.PERF_COUNT_SW_BPF_OUTPUT,
            sample_type = PerfEventAttr.PERF_SAMPLE_RAW,
            sample_period = 1,
            wakeup_events = 1,
        };
        return Open(ref attr, pid: -1, cpu, what);
    }

    /// <summary>A hardware breakpoint or watchpoint.</summary>
    /// <param name="address">Address watched.</param>
    /// <param name="length">Bytes watched: 1, 2, 4 or 8.</param>
    /// <param name="mode">HW_BREAKPOINT_R 1, _W 2, _X 4.</param>
    /// <param name="pid">Task, or -1 with a CPU.</param>
    /// <param name="cpu">CPU, or -1.</param>
    /// <param name="what">For the error message.</param>
    public static SafePerfEventHandle OpenBreakpoint(ulong address, ulong length, uint mode, int pid, int cpu, string what)
    {
        var attr = new PerfEventAttr
        {
            type = PerfEventAttr.PERF_TYPE_BREAKPOINT,
            bp_type = mode,
            config1 = address,
            config2 = length,
            sample_period = 1,
            flags = Inherited(pid),
        };
        return Open(ref attr, pid, cpu, what);
    }

    /// <summary>What tells of the processes on a CPU, in a buffer that <see cref="ProcessEvents"/> reads.</summary>
    public static SafePerfEventHandle OpenProcessEvents(int cpu)
    {
        var attr = new PerfEventAttr
        {
            type = PerfEventAttr.PERF_TYPE_SOFTWARE,
            config = (ulong)PerfSoftwareEvent.PERF_COUNT_SW_DUMMY,
            sample_type = PerfEventAttr.PERF_SAMPLE_TIME,
            flags = PerfEventAttr.Mmap | PerfEventAttr.Comm | PerfEventAttr.Task | PerfEventAttr.Watermark | PerfEventAttr.SampleIdAll | PerfEventAttr.Mmap2 | PerfEventAttr.CommExec,
            wakeup_events = uint.MaxValue, // bytes: nobody waits for it
        };
        return Open(ref attr, pid: -1, cpu, "the events of processes");
    }

    // A task's event also counts in the threads and processes it starts from then on.
    private static ulong Inherited(int pid) => pid > 0 ? PerfEventAttr.Inherit : 0;

    /// <summary>A kprobe or kretprobe at a function and offset, or at an address.</summary>
    public static SafePerfEventHandle OpenKprobe(string? function, ulong offsetOrAddress, bool isReturn, string what)
    {
        ProbePmu pmu = ProbePmu.Kprobe;
        fixed (byte* name = function is null ? null : Encoding.UTF8.GetBytes(function + '\0'))
        {
            var attr = new PerfEventAttr
            {
                type = pmu.Type,
                config = isReturn ? pmu.ReturnProbeBit : 0,
                config1 = (ulong)name,
                config2 = offsetOrAddress,
                sample_period = 1,
                wakeup_events = 1,
            };
            return Open(ref attr, pid: -1, cpu: 0, what);
        }
    }

    /// <summary>A uprobe or uretprobe at a file offset, in one process or (pid -1) all.</summary>
    public static SafePerfEventHandle OpenUprobe(string path, ulong offset, ulong refCounterOffset, bool isReturn, int pid, string what)
    {
        ProbePmu pmu = ProbePmu.Uprobe;
        fixed (byte* name = Encoding.UTF8.GetBytes(path + '\0'))
        {
            var attr = new PerfEventAttr
            {
                type = pmu.Type,
                config = (isReturn ? pmu.ReturnProbeBit : 0) | pmu.ReferenceCounter(refCounterOffset),
                config1 = (ulong)name,
                config2 = offset,
                sample_period = 1,
                wakeup_events = 1,
            };
            // Not inherited: the kernel would read the path again at each clone(2), at the same address but in the memory of the process that clones,
            // and fail that call with EFAULT (kernel/trace/trace_event_perf.c perf_uprobe_init). Nor is it needed: the breakpoint is in the memory
            // that all threads share.
            // An event bound to a task must not be bound to a CPU too, or the probe fires there only.
            return Open(ref attr, pid, pid == -1 ? 0 : -1, what);
        }
    }

    /// <summary>Attaches a program the old way, for kernels without perf links (before 5.15).</summary>
    public static void SetProgram(SafePerfEventHandle perfEvent, SafeBpfHandle program, string what)
    {
        using var use = new HandleUse(program);
        if (LibC.ioctl(perfEvent, PERF_EVENT_IOC_SET_BPF, (nint)use.Fd) < 0)
            throw BpfException.FromErrno(Marshal.GetLastPInvokeError(), $"attaching a program to {what}");
        Enable(perfEvent, what);
    }

    /// <summary>Starts an event.</summary>
    public static void Enable(SafePerfEventHandle perfEvent, string what)
    {
        if (LibC.ioctl(perfEvent, PERF_EVENT_IOC_ENABLE, 0) < 0)
            throw BpfException.FromErrno(Marshal.GetLastPInvokeError(), $"enabling {what}");
    }

    private static SafePerfEventHandle Open(ref PerfEventAttr attr, int pid, int cpu, string what)
    {
        attr.size = (uint)sizeof(PerfEventAttr);
        fixed (PerfEventAttr* pointer = &attr)
        {
            while (true)
            {
                nint fd = LibC.syscall(Architecture.SYS_perf_event_open, pointer, pid, cpu, -1, PERF_FLAG_FD_CLOEXEC);
                if (fd >= 0)
                    return new SafePerfEventHandle((int)fd);
                int errno = Marshal.GetLastPInvokeError();
                if (errno == Errno.EACCES) // perf's word for a missing CAP_PERFMON (kernel.perf_event_paranoid)
                    throw new BpfException($"{BpfException.Describe(errno, "opening " + what)}: {PrivilegeCheck.Explain()}", errno);
                if (errno != Errno.EINTR)
                    throw BpfException.FromErrno(errno, "opening " + what);
            }
        }
    }
}
