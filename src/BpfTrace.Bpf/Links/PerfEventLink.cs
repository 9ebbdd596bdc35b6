using System.Globalization;
using BpfTrace.Bpf.Syscalls;

namespace BpfTrace.Bpf;

/// <summary>A BPF_PROG_TYPE_PERF_EVENT program on a clock, a software or a hardware event.</summary>
public sealed class PerfEventLink : BpfLink
{
    private PerfEventLink(PerfEventAttachment[] attachments)
        : base(attachments)
    {
    }

    /// <summary>Fires on every online CPU, <paramref name="frequency"/> times a second each (bpftrace's <c>profile</c>).</summary>
    /// <param name="program">The program.</param>
    /// <param name="frequency">Hertz, at most kernel.perf_event_max_sample_rate.</param>
    /// <param name="processId">Only while this process runs; -1 for all.</param>
    /// <param name="cookie">What bpf_get_attach_cookie() returns; 0 for none.</param>
    /// <exception cref="BpfException">The kernel refused; EINVAL: the frequency is above the limit.</exception>
    public static PerfEventLink AttachProfile(BpfProgram program, ulong frequency, int processId = -1, ulong cookie = 0) =>
        AttachEach(program, Cpus.GetOnline(), cookie, $"profile at {frequency} Hz", (cpu, what) => PerfEvent.OpenClockFrequency(frequency, processId, cpu, what));

    /// <summary>Fires on every online CPU, every <paramref name="period"/> (bpftrace's <c>profile:ms:N</c>).</summary>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public static PerfEventLink AttachProfile(BpfProgram program, TimeSpan period, int processId = -1, ulong cookie = 0) =>
        AttachEach(program, Cpus.GetOnline(), cookie, $"profile every {Milliseconds(period)} ms", (cpu, what) => OpenClock(period, processId, cpu, what));

    /// <summary>Fires on one CPU, every <paramref name="period"/> (bpftrace's <c>interval</c>).</summary>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public static PerfEventLink AttachInterval(BpfProgram program, TimeSpan period, ulong cookie = 0)
    {
        int[] online = Cpus.GetOnline();
        return AttachEach(program, [online[0]], cookie, $"interval every {Milliseconds(period)} ms", (cpu, what) => OpenClock(period, -1, cpu, what));
    }

    /// <summary>Fires on one CPU, <paramref name="frequency"/> times a second (bpftrace's <c>interval:hz:N</c>).</summary>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public static PerfEventLink AttachInterval(BpfProgram program, ulong frequency, ulong cookie = 0)
    {
        int[] online = Cpus.GetOnline();
        return AttachEach(program, [online[0]], cookie, $"interval at {frequency} Hz", (cpu, what) => PerfEvent.OpenClockFrequency(frequency, -1, cpu, what));
    }

    /// <summary>Fires every <paramref name="period"/>-th software event, on any CPU.</summary>
    /// <param name="program">The program.</param>
    /// <param name="softwareEvent">The event.</param>
    /// <param name="period">Events from one run to the next, counted per CPU (per task with a process).</param>
    /// <param name="processId">Only this process's events; -1 for all.</param>
    /// <param name="cookie">What bpf_get_attach_cookie() returns; 0 for none.</param>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public static PerfEventLink AttachSoftware(BpfProgram program, PerfSoftwareEvent softwareEvent, ulong period, int processId = -1, ulong cookie = 0) =>
        Attach(program, PerfEventType.PERF_TYPE_SOFTWARE, (ulong)softwareEvent, period, processId, cookie);

    /// <summary>Fires every <paramref name="period"/>-th hardware event, on any CPU.</summary>
    /// <exception cref="BpfException">ENOENT: the processor, or the virtual machine, has no such counter.</exception>
    public static PerfEventLink AttachHardware(BpfProgram program, PerfHardwareEvent hardwareEvent, ulong period, int processId = -1, ulong cookie = 0) =>
        Attach(program, PerfEventType.PERF_TYPE_HARDWARE, (ulong)hardwareEvent, period, processId, cookie);

    /// <summary>Fires every <paramref name="period"/>-th event of any sampled kind, on any CPU.</summary>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public static PerfEventLink Attach(BpfProgram program, PerfEventType type, ulong config, ulong period, int processId = -1, ulong cookie = 0) =>
        AttachEach(program, Cpus.GetOnline(), cookie, $"{type} event {config}", (cpu, what) => PerfEvent.OpenSampling(type, config, period, processId, cpu, what));

    /// <summary>Fires when memory is accessed: hardware breakpoint or watchpoint.</summary>
    /// <param name="program">The program.</param>
    /// <param name="address">Address: a user address with a process, a kernel address without.</param>
    /// <param name="length">Bytes: 1, 2, 4 or 8.</param>
    /// <param name="mode">Any of 1 (read), 2 (write), or 4 (execute) alone.</param>
    /// <param name="processId">The process, or -1 for the kernel on every CPU.</param>
    /// <param name="cookie">What bpf_get_attach_cookie() returns; 0 for none.</param>
    /// <exception cref="BpfException">ENOSPC: no debug register is free; EINVAL: the processor cannot watch that.</exception>
    public static PerfEventLink AttachWatchpoint(BpfProgram program, ulong address, ulong length, uint mode, int processId = -1, ulong cookie = 0) =>
        AttachEach(
            program,
            processId == -1 ? Cpus.GetOnline() : [-1],
            cookie,
            $"watchpoint 0x{address:x}",
            (cpu, what) => PerfEvent.OpenBreakpoint(address, length, mode, processId, cpu, what));

    private static string Milliseconds(TimeSpan period) => period.TotalMilliseconds.ToString(CultureInfo.InvariantCulture);

    private static SafePerfEventHandle OpenClock(TimeSpan period, int pid, int cpu, string what)
    {
        if (period <= TimeSpan.Zero)
            throw new ArgumentOutOfRangeException(nameof(period), period, "a clock's period must be positive");
        return PerfEvent.OpenSampling(
            PerfEventType.PERF_TYPE_SOFTWARE, (ulong)PerfSoftwareEvent.PERF_COUNT_SW_CPU_CLOCK, (ulong)period.Ticks * 100, pid, cpu, what);
    }

    private static PerfEventLink AttachEach(
        BpfProgram program, int[] cpus, ulong cookie, string what, Func<int, string, SafePerfEventHandle> open)
    {
        ArgumentNullException.ThrowIfNull(program);
        var attachments = new List<PerfEventAttachment>(cpus.Length);
        try
        {
            foreach (int cpu in cpus)
                attachments.Add(PerfEventAttachment.Attach(program, open(cpu, what), cookie, what));
            return new PerfEventLink([.. attachments]);
        }
        catch
        {
            new PerfEventLink([.. attachments]).Dispose();
            throw;
        }
    }
}
