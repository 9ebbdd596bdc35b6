using System.Collections.Immutable;
using System.Globalization;
using BpfTrace.Bpf;
using BpfTrace.Bpf.Elf;
using BpfTrace.Language.Probes;

namespace BpfTrace;

/// <summary>Makes the link of one target, by its kind.</summary>
internal sealed class TargetAttacher
{
    private const int ESRCH = 3;
    private const int EACCES = 13;

    private readonly IKernelCatalog _catalog;
    private readonly ImmutableArray<int> _processes;
    private readonly List<AttachedIterator> _iterators = [];

    /// <param name="catalog">Where tracepoint ids are looked up.</param>
    /// <param name="processes">The processes that user probes and sampled events are limited to; empty for all.</param>
    public TargetAttacher(IKernelCatalog catalog, ImmutableArray<int> processes)
    {
        _catalog = catalog;
        _processes = processes;
    }

    /// <summary>The iterators attached so far, to be walked or pinned.</summary>
    public IReadOnlyList<AttachedIterator> Iterators => _iterators;

    /// <summary>The links of watchpoints by address; null while there are none.</summary>
    public Dictionary<ulong, List<BpfLink>>? Watchpoints { get; private set; }

    /// <summary>Attaches a program.</summary>
    /// <param name="program">The program.</param>
    /// <param name="target">Where to.</param>
    /// <param name="cookie">What the program tells this target by.</param>
    /// <param name="links">Receives the link, several for a watchpoint on threads.</param>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public void Attach(BpfProgram program, AttachTarget target, ulong cookie, List<BpfLink> links)
    {
        switch (target.Type)
        {
            case ProbeType.Kprobe:
            case ProbeType.Kretprobe:
                links.Add(AttachKprobe(program, target, cookie));
                break;
            case ProbeType.Uprobe:
            case ProbeType.Uretprobe:
                // Once for a process: the kernel filters by address space, and runs the program for each event there (trace_uprobe.c uprobe_perf_filter).
                if (target.Type == ProbeType.Uretprobe && _processes.Length > 1)
                {
                    // Each of several events would fire for all of the processes: one for the system, and the program looks which process it is.
                    links.Add(UprobeLink.Attach(program, ElfArchive.FileOf(target.Target), target.Address, isReturn: true, cookie: cookie));
                    break;
                }

                ForEachProcess(process => links.Add(UprobeLink.Attach(
                    program, ElfArchive.FileOf(target.Target), target.Address, target.Type == ProbeType.Uretprobe, process, cookie: cookie)));
                break;
            case ProbeType.Usdt:
                ForEachProcess(process => links.Add(UprobeLink.Attach(
                    program, ElfArchive.FileOf(target.Target), target.Address, processId: process, refCounterOffset: target.SemaphoreOffset, cookie: cookie)));
                break;
            case ProbeType.Tracepoint:
                links.Add(TracepointLink.Attach(program, TracepointId(target), cookie));
                break;
            case ProbeType.RawTracepoint:
                links.Add(program.ExpectedAttachType == BpfAttachType.BPF_TRACE_RAW_TP ? TracingLink.Attach(program) : RawTracepointLink.Attach(program, target.Name));
                break;
            case ProbeType.Fentry:
            case ProbeType.Fexit:
                links.Add(TracingLink.Attach(program, cookie));
                break;
            case ProbeType.Profile:
                ForEachThread(thread => links.Add(target.Target == "hz"
                    ? PerfEventLink.AttachProfile(program, target.Count, thread, cookie)
                    : PerfEventLink.AttachProfile(program, Period(target), thread, cookie)));
                break;
            case ProbeType.Interval:
                links.Add(target.Target == "hz"
                    ? PerfEventLink.AttachInterval(program, target.Count, cookie)
                    : PerfEventLink.AttachInterval(program, Period(target), cookie));
                break;
            case ProbeType.Software:
                ForEachThread(thread => links.Add(PerfEventLink.AttachSoftware(program, SoftwareEvent(target.Name), target.Count, thread, cookie)));
                break;
            case ProbeType.Hardware:
                ForEachThread(thread => links.Add(AttachHardware(program, target, thread, cookie)));
                break;
            case ProbeType.Watchpoint:
                ForEachThread(thread => Watch(target.Address, PerfEventLink.AttachWatchpoint(program, target.Address, target.Count, Mode(target), thread, cookie), links));
                break;
            case ProbeType.Iter:
                AttachIterator(program, target, links);
                break;
            default:
                throw new BpfException($"{ProbeNames.GetName(target.Type)} probes cannot be attached");
        }
    }

    // Whole microseconds, in nanoseconds; a TimeSpan's tick is 100 of them.
    private static TimeSpan Period(AttachTarget target) => TimeSpan.FromTicks(checked((long)target.Count) / 100);

    private static KprobeLink AttachKprobe(BpfProgram program, AttachTarget target, ulong cookie)
    {
        bool isReturn = target.Type == ProbeType.Kretprobe;
        if (target.Name.Length == 0)
            return KprobeLink.AttachAddress(program, target.Address, isReturn, cookie);
        string function = target.Target is "" or "vmlinux" ? target.Name : $"{target.Target}:{target.Name}";
        return KprobeLink.Attach(program, function, target.Offset, isReturn, cookie);
    }

    private static PerfEventLink AttachHardware(BpfProgram program, AttachTarget target, int thread, ulong cookie)
    {
        try
        {
            return PerfEventLink.AttachHardware(program, HardwareEvent(target.Name), target.Count, thread, cookie);
        }
        catch (BpfException e) when (HardwareCounters.IsMissing(e))
        {
            throw new BpfException($"{HardwareCounters.WhyMissing(target.Name, e)}; instead: {HardwareCounters.Instead}", e.Errno, e);
        }
    }

    private ulong TracepointId(AttachTarget target) =>
        _catalog.TracepointFormat(target.Target, target.Name) is { } format
            ? (ulong)format.Id
            : throw new BpfException($"tracefs has no tracepoint {target.Target}:{target.Name}");

    private static uint Mode(AttachTarget target)
    {
        uint mode = 0;
        foreach (char c in target.Mode)
            mode |= c switch { 'r' => 1u, 'w' => 2u, _ => 4u };
        return mode;
    }

    /// <summary>One link for each process: a name to pin to is for one.</summary>
    private void AttachIterator(BpfProgram program, AttachTarget target, List<BpfLink> links)
    {
        if (target.PinPath.Length > 0 && _processes.Length > 1)
            throw new BpfException("an iterator that is pinned visits one process, or all");
        var made = new List<AttachedIterator>();
        ForEachProcess(process =>
        {
            IterLink iterator = IterLink.Attach(program, process);
            links.Add(iterator);
            made.Add(new AttachedIterator(iterator, target.PinPath));
        });
        _iterators.AddRange(made);
    }

    private void Watch(ulong address, PerfEventLink link, List<BpfLink> links)
    {
        Watchpoints ??= [];
        if (!Watchpoints.TryGetValue(address, out List<BpfLink>? there))
            Watchpoints.Add(address, there = []);
        there.Add(link);
        links.Add(link);
    }

    /// <summary>Attaches in each process that is traced, or once, with -1, in all of the system. One may have ended meanwhile: one that works is enough.</summary>
    public void ForEachProcess(Action<int> attach)
    {
        if (_processes.Length < 2)
        {
            attach(_processes.IsEmpty ? -1 : _processes[0]);
            return;
        }

        TryEach(_processes, attach, "there is no process");
    }

    /// <summary>Attaches to each thread of each process (those they start later inherit the event), or once for all of the system.</summary>
    private void ForEachThread(Action<int> attach)
    {
        if (_processes.IsEmpty)
            attach(-1);
        else
            ForEachProcess(process => TryEach(Threads(process), attach, $"process {process} has no threads"));
    }

    /// <summary>Attaches to each. One that has ended meanwhile (ESRCH) is left out, any other refusal is the caller's; none left is a refusal.</summary>
    internal static void TryEach(IEnumerable<int> ids, Action<int> attach, string nothing)
    {
        BpfException? refused = null;
        int made = 0;
        foreach (int id in ids)
        {
            try
            {
                attach(id);
                made++;
            }
            catch (BpfException e) when (e.Errno == ESRCH)
            {
                refused = e;
            }
        }

        if (made == 0)
            throw refused ?? new BpfException(nothing, ESRCH);
    }

    private static List<int> Threads(int pid)
    {
        var threads = new List<int>();
        try
        {
            foreach (string directory in Directory.EnumerateDirectories($"/proc/{pid}/task"))
                threads.Add(int.Parse(Path.GetFileName(directory), CultureInfo.InvariantCulture));
        }
        catch (IOException e)
        {
            throw new BpfException($"the threads of process {pid} cannot be listed: {e.Message}", ESRCH, e); // it has ended
        }
        catch (UnauthorizedAccessException e)
        {
            throw new BpfException($"the threads of process {pid} cannot be listed: {e.Message}", EACCES, e);
        }

        return threads;
    }

    private static PerfSoftwareEvent SoftwareEvent(string name) => name switch
    {
        "alignment-faults" => PerfSoftwareEvent.PERF_COUNT_SW_ALIGNMENT_FAULTS,
        "bpf-output" => PerfSoftwareEvent.PERF_COUNT_SW_BPF_OUTPUT,
        "context-switches" or "cs" => PerfSoftwareEvent.PERF_COUNT_SW_CONTEXT_SWITCHES,
        "cpu-clock" or "cpu" => PerfSoftwareEvent.PERF_COUNT_SW_CPU_CLOCK,
        "cpu-migrations" => PerfSoftwareEvent.PERF_COUNT_SW_CPU_MIGRATIONS,
        "dummy" => PerfSoftwareEvent.PERF_COUNT_SW_DUMMY,
        "emulation-faults" => PerfSoftwareEvent.PERF_COUNT_SW_EMULATION_FAULTS,
        "major-faults" => PerfSoftwareEvent.PERF_COUNT_SW_PAGE_FAULTS_MAJ,
        "minor-faults" => PerfSoftwareEvent.PERF_COUNT_SW_PAGE_FAULTS_MIN,
        "page-faults" or "faults" => PerfSoftwareEvent.PERF_COUNT_SW_PAGE_FAULTS,
        "task-clock" => PerfSoftwareEvent.PERF_COUNT_SW_TASK_CLOCK,
        _ => throw new BpfException($"there is no software event '{name}'"),
    };

    private static PerfHardwareEvent HardwareEvent(string name) => name switch
    {
        "backend-stalls" => PerfHardwareEvent.PERF_COUNT_HW_STALLED_CYCLES_BACKEND,
        "branch-instructions" or "branches" => PerfHardwareEvent.PERF_COUNT_HW_BRANCH_INSTRUCTIONS,
        "branch-misses" => PerfHardwareEvent.PERF_COUNT_HW_BRANCH_MISSES,
        "bus-cycles" => PerfHardwareEvent.PERF_COUNT_HW_BUS_CYCLES,
        "cache-misses" => PerfHardwareEvent.PERF_COUNT_HW_CACHE_MISSES,
        "cache-references" => PerfHardwareEvent.PERF_COUNT_HW_CACHE_REFERENCES,
        "cpu-cycles" or "cycles" => PerfHardwareEvent.PERF_COUNT_HW_CPU_CYCLES,
        "frontend-stalls" => PerfHardwareEvent.PERF_COUNT_HW_STALLED_CYCLES_FRONTEND,
        "instructions" => PerfHardwareEvent.PERF_COUNT_HW_INSTRUCTIONS,
        "ref-cycles" => PerfHardwareEvent.PERF_COUNT_HW_REF_CPU_CYCLES,
        _ => throw new BpfException($"there is no hardware event '{name}'"),
    };
}
