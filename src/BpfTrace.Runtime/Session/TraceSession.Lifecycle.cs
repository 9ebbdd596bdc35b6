using System.Collections.Immutable;
using System.Diagnostics;
using System.Text;
using BpfTrace.Bpf;
using BpfTrace.Language.Diagnostics;
using BpfTrace.Language.Probes;
using BpfTrace.Language.Text;
using BpfTrace.Recording;

namespace BpfTrace;

public sealed partial class TraceSession
{
    private readonly DateTime _startTime;
    private readonly long _startTimestamp = Stopwatch.GetTimestamp(); // the time of day can be set meanwhile
    private readonly IKernelTrace _kernel;
    private readonly IRecordActions _actions;
    private readonly IDisposable? _resources;
    private readonly TraceOptions _options;
    private readonly bool _emitMaps;
    private readonly bool _hasIterators;
    private readonly RecordQueue _queue;
    private readonly RecordOutput _output;
    private readonly RingBufferRecordHandler _handle;
    private readonly Thread _reader;
    private readonly object _kernelLock = new();
    private bool _kernelReleased;
    private int _state = (int)SessionState.Running;
    private int _exitCode;
    private long _delivered;
    private long _lost;
    private long _missed;
    private long _discarded;
    private volatile bool _stopRequested;
    private volatile bool _mapsRequested;
    private volatile bool _isFinishing;
    private volatile bool _abortRequested;

    internal TraceSession(SourceText source, ImmutableArray<AttachTarget> probes, ImmutableArray<string> mapNames, bool emitMaps, TraceOptions options, IKernelTrace kernel, IRecordActions actions, IDisposable? resources = null, TraceRecorder? recorder = null)
    {
        Id = SessionRegistry.NextId();
        Name = options.Name ?? (source.IsFile ? Path.GetFileName(source.Name) : $"Trace{Id}");
        Source = source;
        Probes = probes;
        MapNames = mapNames;
        ChildProcessId = kernel.ChildProcessId;
        _startTime = DateTime.UtcNow;
        _emitMaps = emitMaps;
        _hasIterators = probes.Any(static p => p.Type == ProbeType.Iter);
        _options = options;
        _kernel = kernel;
        _actions = actions;
        _resources = resources;
        _queue = new RecordQueue(options.QueueCapacity, kernel.Wake);
        _output = new RecordOutput(_queue, options.MaxEvents, recorder) { SessionId = Id };
        _backlog = new RecordBacklog(options.BacklogBytes);
        _handle = Handle;
        _reader = new Thread(Run) { IsBackground = true, Name = $"BpfTrace reader {Id}" };
    }

    /// <summary>Registers the session and starts its reader thread.</summary>
    internal void Begin()
    {
        SessionRegistry.Add(this); // first: the reader takes it out
        try
        {
            _reader.Start();
        }
        catch
        {
            SessionRegistry.Remove(this);
            throw;
        }
    }

    // Without the lock: who asks the trace to end does not wait for somebody else who reads a map of a million stacks.
    private void Wake() => _kernel.Wake();

    /// <summary>The reader thread: from attached to released, whatever happens in between. An exception here would end the user's shell.</summary>
    private void Run()
    {
        SessionState end = SessionState.Failed;
        Guarded(() => end = RunToEnd());
        DropBacklog();
        _backlog.Dispose();
        Guarded(KeepMaps);
        Guarded(KeepStatistics);
        Guarded(Release);
        var last = new EndRecord(ExitCode, Counters);
        Guarded(() => _output.FinishRecording(last));
        if (_output.HasRecordingFailed && end is SessionState.Completed)
            end = SessionState.Failed;
        Volatile.Write(ref _state, (int)end);
        SessionRegistry.Finish(this);
        if (end is not SessionState.Aborted)
            _output.Send(last);
        _queue.Complete();
    }

    private void Guarded(Action action)
    {
        try
        {
            action();
        }
#pragma warning disable CA1031 // it becomes the session's error
        catch (Exception exception)
#pragma warning restore CA1031
        {
            _output.Error(SessionDiagnostics.TracerFailed(exception));
        }
    }

    private SessionState RunToEnd()
    {
        int told = TellWarnings(0);
        if (_options.DryRun)
        {
            _kernel.Detach();
            return SessionState.Completed;
        }

        _output.Send(new AttachedRecord(_kernel.ProbeCount));
        foreach (string message in _kernel.Messages)
            _output.Send(new TextRecord(Encoding.UTF8.GetBytes(message + "\n")));

        _actions.Prepare();
        Follow();
        if (_abortRequested)
            return SessionState.Aborted;

        Volatile.Write(ref _state, (int)SessionState.Stopping);
        IReadOnlyList<MissedHits> missed = ReadMissed();
        _kernel.Detach(); // before anything may have to wait for the consumer
        _output.Tell(new StoppingRecord());
        TellWarnings(told);
        _actions.Tick(_output);
        _kernel.EndChild();
        DrainAll(); // after exit() this only counts what is left
        _output.Resume();
        _endWaits = false;
        _kernel.RunEnd();
        DrainAll();
        _exitCode = _output.ExitCode;
        if (_abortRequested)
            return SessionState.Aborted;

        ReportLoss(mayWait: true);
        long lost = Interlocked.Read(ref _lost);
        if (lost > 0)
            _output.Warn(SessionDiagnostics.TotalLost(lost));
        foreach (MissedHits hits in missed)
            _output.Warn(SessionDiagnostics.Missed(Source, hits));
        _isFinishing = true;
        FinishMaps();
        return _abortRequested ? SessionState.Aborted : SessionState.Completed;
    }

    /// <summary>Tells the kernel side's warnings from a number on.</summary>
    /// <returns>How many there are.</returns>
    private int TellWarnings(int from)
    {
        ImmutableArray<Diagnostic> warnings = _kernel.Warnings;
        for (int i = from; i < warnings.Length; i++)
            _output.Warn(warnings[i]);
        return warnings.Length;
    }

    private void Release()
    {
        // From here on nobody else touches the kernel's side: whoever reads a map now holds the lock until it is read.
        lock (_kernelLock)
            _kernelReleased = true;
        Guarded(_kernel.Dispose);
        Guarded(() => _resources?.Dispose());
        Guarded(() => _actions.Close(_output));
    }
}
