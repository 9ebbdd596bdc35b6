using System.Collections.Immutable;
using BpfTrace.Bpf;
using BpfTrace.Bpf.Proc;
using BpfTrace.Compiler;
using BpfTrace.Language.Binding;
using BpfTrace.Language.Diagnostics;
using BpfTrace.Language.Probes;

namespace BpfTrace;

/// <summary>A program in the live kernel: its programs and maps, its links, its ring buffer, the processes it follows.</summary>
internal sealed partial class KernelTrace : IKernelTrace
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
    private readonly List<PidFd> _processes = [];
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
        foreach (PidFd process in _processes)
            process.Dispose();
        _ring?.Dispose();
        _statistics?.Dispose();
        _packets?.Dispose();
        _collection?.Dispose();
        _collection = null;
    }
}
