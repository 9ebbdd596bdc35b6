using System.Buffers.Binary;
using System.Collections.Immutable;
using BpfTrace.Bpf;
using BpfTrace.Bpf.Proc;
using BpfTrace.Compiler;
using BpfTrace.Language.Probes;

namespace BpfTrace;

// How a trace starts: load, begin, attach, let the command go.
internal sealed partial class KernelTrace
{
    private void WatchProcesses()
    {
        foreach (int pid in _options.ProcessIds)
        {
            _processes.Add(PidFd.TryOpen(pid, out string error)
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
        foreach (PidFd process in _processes)
            _ring.WakeWhenReadable(process.Handle);
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
