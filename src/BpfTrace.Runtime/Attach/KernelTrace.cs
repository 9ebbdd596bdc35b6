using System.Buffers.Binary;
using System.Collections.Immutable;
using BpfTrace.Bpf;
using BpfTrace.Bpf.Proc;
using BpfTrace.Compiler;
using BpfTrace.Language.Binding;
using BpfTrace.Language.Diagnostics;
using BpfTrace.Language.Probes;

namespace BpfTrace;

/// <summary>A program in the live kernel: its programs and maps, its links, its ring buffer, the processes it follows.</summary>
internal sealed class KernelTrace : IKernelTrace
{
    // A busy buffer is left now and then, to look at the clock, the loss counter and requests to stop.
    private const int RecordsPerPoll = 4096;

    private readonly BoundProgram _program;
    private readonly TraceOptions _options;
    private readonly HeldProcess? _child;
    private readonly List<BpfLink> _links = [];
    private readonly List<Diagnostic> _warnings = [];
    private BpfCollection? _collection;
    private RingBufferReader? _ring;
    private readonly List<WatchedProcess> _processes = [];
    private PerfBufferReader? _packets;
    private SignalProbes? _signals;
    private ImmutableArray<BpfProgram> _endPrograms = [];
    private MissedHits[] _misses = [];
    private IteratorWalk? _walk;
    private Dictionary<ulong, List<BpfLink>>? _watchpoints;
    private BpfStatistics? _statistics;
    private UnwindTables? _unwinding;
    private bool _hasPinnedOnly;
    private bool _isDetached;

    private KernelTrace(BoundProgram program, TraceOptions options, HeldProcess? child)
    {
        _program = program;
        _options = options;
        _child = child;
    }

    /// <inheritdoc/>
    public int ProbeCount { get; private set; }

    /// <inheritdoc/>
    public bool HasOnlyBeginAndEnd { get; private set; }

    /// <inheritdoc/>
    public ImmutableArray<Diagnostic> Warnings
    {
        get
        {
            lock (_warnings)
                return [.. _warnings];
        }
    }

    /// <inheritdoc/>
    public int? ChildProcessId => _child?.ProcessId;

    /// <inheritdoc/>
    public CommandExit? CommandExit => _child?.Exit;

    /// <inheritdoc/>
    public bool HasTargetExited => _child?.HasExited == true || (_processes.Count > 0 && _processes.TrueForAll(static p => p.HasExited)) || _walk is { IsDone: true } || _hasPinnedOnly;

    /// <inheritdoc/>
    public bool IsWalking => _walk is { IsDone: false };

    /// <inheritdoc/>
    public ImmutableArray<string> Messages { get; private set; } = [];

    /// <summary>The script's and the compiler's maps, by the names of the compilation.</summary>
    public BpfCollection Collection => _collection ?? throw new InvalidOperationException("the trace is not loaded");

    /// <summary>Loads, runs the BEGIN programs, attaches, lets the command go.</summary>
    /// <param name="program">The bound script.</param>
    /// <param name="spec">What the compiler made of it.</param>
    /// <param name="options">Process filter.</param>
    /// <param name="child">The held command; becomes this object's.</param>
    /// <param name="catalog">Where ids of kernel functions and tracepoints are looked up.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="OperationCanceledException">It was given up. Nothing is left behind.</exception>
    /// <exception cref="TraceStartException">The kernel refused something. Nothing is left behind.</exception>
    public static KernelTrace Load(
        BoundProgram program, CollectionSpec spec, TraceOptions options, HeldProcess? child, IKernelCatalog catalog, CancellationToken cancellation = default)
    {
        var trace = new KernelTrace(program, options, child);
        try
        {
            trace.WatchProcesses();
            trace.LoadAndAttach(spec, catalog, new AttachMonitor(options.Progress, cancellation));
            return trace;
        }
        catch
        {
            trace.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public int Poll(RingBufferRecordHandler handler, int timeoutMilliseconds)
    {
        _signals?.RunPending();
        int count = _ring!.Poll(handler, TimeSpan.FromMilliseconds(timeoutMilliseconds), RecordsPerPoll);
        return _packets is null ? count : count + _packets.Consume(handler);
    }

    /// <inheritdoc/>
    public bool HasUnfinished => _ring is { PendingBytes: > 0 };

    /// <inheritdoc/>
    public void Wake() => _ring?.Wake();

    /// <summary>Puts an empty map in the place of a script's map, and returns the old one, which no program uses any more.</summary>
    /// <param name="name">The kernel map's name.</param>
    public BpfMap SwapMap(string name) => Collection.Swap(name, KernelMaps.Slot(name));

    /// <inheritdoc/>
    public long ReadLossCount()
    {
        BpfMap counter = Collection.GetMap(KernelMaps.LossCounter);
        Span<byte> values = counter.ValueBufferSize <= 1024 ? stackalloc byte[counter.ValueBufferSize] : new byte[counter.ValueBufferSize];
        Span<byte> key = stackalloc byte[counter.KeySize];
        key.Clear();
        if (!counter.TryLookup(key, values))
            return 0;
        long sum = 0;
        for (int i = 0; i + sizeof(long) <= values.Length; i += counter.CpuValueStride)
            sum += BinaryPrimitives.ReadInt64LittleEndian(values[i..]);
        return sum;
    }

    /// <inheritdoc/>
    public IReadOnlyList<MissedHits> ReadMisses()
    {
        if (_collection is null)
            return _misses;
        lock (_links)
        {
            // A link's own count goes with the link.
            return _misses = _isDetached ? _misses : MissedHits.Read(_program, _collection, _links);
        }
    }

    /// <inheritdoc/>
    public ImmutableArray<ProbeRunTime> ReadRunTimes()
    {
        if (_collection is null || _statistics is null)
            return [];
        var result = ImmutableArray.CreateBuilder<ProbeRunTime>();
        foreach (BoundProbe probe in _program.Probes)
        {
            long count = 0;
            long time = 0;
            foreach (BpfProgram program in _collection.Programs)
            {
                // A probe may have several instances of its program: one for each way of attaching it.
                if (program.Spec.Name != probe.Name)
                    continue;
                BpfProgramInfo info = program.GetInfo();
                count += (long)info.RunCount;
                time += (long)info.RunTime;
            }

            result.Add(new ProbeRunTime(ProbeRunTime.NameOf(probe), probe.Targets.Length, count, TimeSpan.FromTicks(time / 100)));
        }

        return result.ToImmutable();
    }

    /// <inheritdoc/>
    public void Detach()
    {
        _signals?.Dispose();
        _signals = null;
        _walk?.Dispose();
        if (_walk?.Error is { } error)
        {
            lock (_warnings)
                _warnings.Add(new Diagnostic(SessionDiagnosticIds.AttachFailed, DiagnosticSeverity.Warning, error.Message, null));
        }

        _walk = null;
        lock (_links)
            _isDetached = true; // from here on nobody asks the links
        BpfLink.DetachAll(_links);
    }

    /// <summary>Takes the watchpoints at an address away. Does nothing where there are none (any more): scripts unwatch what they need not be sure to watch.</summary>
    public void Unwatch(ulong address)
    {
        if (_watchpoints?.Remove(address, out List<BpfLink>? links) != true)
            return;
        lock (_links)
        {
            foreach (BpfLink link in links!)
                _links.Remove(link);
        }

        BpfLink.DisposeAll(links!);
    }

    /// <inheritdoc/>
    public void RunEnd()
    {
        foreach (BpfProgram program in _endPrograms)
            program.TestRun();
    }

    /// <inheritdoc/>
    public void EndChild() => _child?.End();

    /// <inheritdoc/>
    public void Dispose()
    {
        Detach();
        BpfLink.DisposeAllSoon(_links);
        _links.Clear();
        _child?.Dispose();
        foreach (WatchedProcess process in _processes)
            process.Dispose();
        _ring?.Dispose();
        _statistics?.Dispose();
        _packets?.Dispose();
        _collection?.Dispose();
        _collection = null;
    }

    private void WatchProcesses()
    {
        foreach (int pid in _options.ProcessIds)
        {
            _processes.Add(WatchedProcess.TryOpen(pid, out string error)
                ?? throw LoadDiagnostics.Exception(SessionDiagnosticIds.NoSuchProcess, $"Failed to attach to pid: {pid}: {error}"));
        }
    }

    private void LoadAndAttach(CollectionSpec spec, IKernelCatalog catalog, AttachMonitor monitor)
    {
        ImmutableArray<int> processes = ChildProcessId is { } child ? [child] : _options.ProcessIds;
        bool unwinds = UnwindTables.AreUsed(spec);
        if (unwinds && processes.IsEmpty && _options.UnwindProcessIds.IsEmpty)
            throw LoadDiagnostics.Exception(SessionDiagnosticIds.NoUnwindTarget, "dw_ustack requires a target process. Use -p, -c, or --dwarf-pid to specify one.");
        var loader = new ProgramLoader(_program, spec, catalog, inProcesses: !processes.IsEmpty);
        ImmutableArray<LoadedProbe> probes = loader.Load(out _collection, monitor);
        if (unwinds)
            ReadUnwindTables();
        _ring = new RingBufferReader(Collection.GetMap(KernelMaps.RingBuffer));
        OpenPackets(spec);
        if (_child is not null)
            _ring.WakeWhenReadable(_child.Handle);
        foreach (WatchedProcess watched in _processes)
            _ring.WakeWhenReadable(watched.Handle);
        WriteSession();
        Measure();

        var attacher = new ProbeAttacher(_program, loader, catalog, processes, _links, _warnings);
        ProbeCount += RunBegin(probes);
        _endPrograms = [.. probes.Where(p => p.Probe.Type == ProbeType.End).Select(p => p.Program!)];
        _signals = SignalProbes.Create(probes, Wake);
        int signals = _signals?.Count ?? 0;
        int attached = attacher.Attach(probes, monitor);
        ProbeCount += _endPrograms.Length + signals + attached;
        if (ProbeCount == 0)
            throw LoadDiagnostics.Exception(SessionDiagnosticIds.NoProbes, LoadDiagnostics.NoProbesMessage(_program), _warnings);
        _watchpoints = attacher.Watchpoints;
        HasOnlyBeginAndEnd = attached == 0 && signals == 0;
        if (_options.DryRun)
            return;
        ReleaseChild(monitor.Cancellation);
        StartIterators(attacher.Iterators, isAll: attached == attacher.Iterators.Count && signals == 0);
    }

    /// <summary>The tables of processes that run already; those of a command when it has its libraries.</summary>
    private void ReadUnwindTables()
    {
        _unwinding = new UnwindTables(Collection, _warnings);
        foreach (int pid in _options.ProcessIds)
            _unwinding.Add(pid);
        foreach (int pid in _options.UnwindProcessIds)
            _unwinding.Add(pid);
    }

    private void Measure()
    {
        if (!_options.MeasureProbes)
            return;
        try
        {
            _statistics = BpfStatistics.Enable();
        }
        catch (BpfException e)
        {
            _warnings.Add(SessionDiagnostics.StatisticsUnavailable(e.Message));
        }
    }

    /// <summary>Opens the rings of <c>skboutput()</c>, together as large as the ring buffer.</summary>
    private void OpenPackets(CollectionSpec spec)
    {
        if (!Collection.Maps.TryGetValue(KernelMaps.Packets, out BpfMap? map))
            return;
        long bytes = spec.Maps.First(static m => m.Name == KernelMaps.RingBuffer).MaxEntries;
        try
        {
            _packets = new PerfBufferReader(map, Math.Max(1, (int)(bytes / Environment.SystemPageSize / Cpus.GetOnline().Length)));
        }
        catch (BpfException e)
        {
            throw LoadDiagnostics.Exception(SessionDiagnosticIds.LoadFailed, $"Failed to open perf buffer: {e.Message}");
        }

        _ring!.WakeWhenReadable(_packets);
    }

    /// <summary>Pins what has a name, and walks the rest.</summary>
    private void StartIterators(IReadOnlyList<AttachedIterator> iterators, bool isAll)
    {
        if (iterators.Count == 0)
            return;
        foreach (AttachedIterator iterator in iterators)
        {
            if (iterator.PinPath.Length == 0)
                continue;
            try
            {
                iterator.Link.Pin(iterator.FullPath);
            }
            catch (BpfException e)
            {
                throw LoadDiagnostics.Exception(SessionDiagnosticIds.AttachFailed, $"Failed to pin iter probe link: {e.Message}");
            }

            Messages = Messages.Add($"Program pinned to {iterator.FullPath}");
        }

        AttachedIterator[] walked = [.. iterators.Where(static i => i.PinPath.Length == 0)];
        if (walked.Length > 0)
            _walk = new IteratorWalk(walked, Wake);
        else
            _hasPinnedOnly = isAll;
    }

    private int RunBegin(ImmutableArray<LoadedProbe> probes)
    {
        using InterruptShield shield = InterruptShield.Create();
        int count = 0;
        foreach (LoadedProbe probe in probes)
        {
            if (probe.Probe.Type != ProbeType.Begin)
                continue;
            try
            {
                probe.Program!.TestRun();
            }
            catch (BpfException e)
            {
                throw new TraceStartException([LoadDiagnostics.Of(_program, probe.Probe, SessionDiagnosticIds.AttachFailed, e.Message)], e);
            }

            count++;
        }

        return count;
    }

    /// <summary>The start time that <c>elapsed</c> counts from, and the distance from the boot clock to TAI.</summary>
    private void WriteSession()
    {
        if (!Collection.Maps.TryGetValue(KernelMaps.Session, out BpfMap? map))
            return;
        Span<byte> value = stackalloc byte[map.ValueBufferSize];
        value.Clear();
        BinaryPrimitives.WriteInt64LittleEndian(value, BootClock.Nanoseconds);
        if (value.Length >= 16)
            BinaryPrimitives.WriteInt64LittleEndian(value[8..], BootClock.TaiNanoseconds - BootClock.Nanoseconds);
        map.Update([0, 0, 0, 0], value);
    }

    private void ReleaseChild(CancellationToken cancellation)
    {
        try
        {
            if (_child is not null && _unwinding is not null)
                EntryStop.Release(_child, _unwinding, _warnings, cancellation);
            else
                _child?.Release();
            _unwinding = null; // the kernel has the tables: ours, of large files many megabytes, are not needed any more
        }
        catch (CommandException e)
        {
            throw LoadDiagnostics.Exception(SessionDiagnosticIds.CommandFailed, $"Failed to run child: {e.Message}");
        }
    }
}
