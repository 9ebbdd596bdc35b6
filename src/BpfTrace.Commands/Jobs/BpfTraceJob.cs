using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Runtime.CompilerServices;
using BpfTrace.Commands.Errors;
using BpfTrace.Commands.Output;

namespace BpfTrace.Commands.Jobs;

/// <summary>
/// A trace in the background: <c>Start-BpfTrace -AsJob</c>. It is attached when the job is handed out, so errors in the script stand where the trace
/// was started; what the trace delivers is kept in the job until <c>Receive-Job</c> takes it.
/// </summary>
/// <remarks>
/// <c>Stop-Job</c> ends the trace as Ctrl-C would: END runs, and the final maps are the last of the job's output. <c>Remove-Job -Force</c> does the
/// same and drops them. When the runspace closes that the job was started in, it ends too: nobody can receive it any more. What made a running trace
/// fail is the reason of the job's state, and Receive-Job writes that as its error.
/// </remarks>
public sealed class BpfTraceJob : Job, ITraceStreams
{
    /// <summary>What <c>PSJobTypeName</c> says.</summary>
    public const string JobTypeName = "BpfTrace";

    // Ending takes milliseconds, longer with much that waits or large maps: that is waited for while it goes on. What stands still is a command of system(),
    // which is then ended too, or a handler of the job's events that does not return. Counted in looks: a machine that slept saw none.
    private static readonly TimeSpan s_lookInterval = TimeSpan.FromMilliseconds(100);
    private const int IdleLooks = 100;
    private static readonly TimeSpan s_handlerLimit = TimeSpan.FromSeconds(10);

    private readonly RecordWriter _writer;
    private readonly Thread _worker;
    private readonly ManualResetEventSlim _isReleased = new();
    private readonly Lock _stateLock = new();
    private volatile bool _isStopping;
    private volatile bool _isWriting;
    private volatile bool _isCutOff;
    private long _written;
    private bool _isEnding;
    private int _isDisposed;
    private Runspace? _runspace;
    private System.Management.Automation.ErrorRecord? _failure;

    internal BpfTraceJob(TraceSession session)
        : base(session.Script, session.Name)
    {
        Trace = session;
        PSJobTypeName = JobTypeName;
        _writer = new RecordWriter(this);
        Output.EnumeratorNeverBlocks = true;
        Error.EnumeratorNeverBlocks = true;
        Warning.EnumeratorNeverBlocks = true;
        Verbose.EnumeratorNeverBlocks = true;
        Progress.EnumeratorNeverBlocks = true;
        Debug.EnumeratorNeverBlocks = true;
        Information.EnumeratorNeverBlocks = true;
        _worker = new Thread(Run) { IsBackground = true, Name = $"BpfTrace job {session.Id}" };
    }

    /// <summary>The trace: its counters, maps and probes, as <c>Get-BpfTrace</c> shows them.</summary>
    public TraceSession Trace { get; }

    /// <inheritdoc/>
    public override bool HasMoreData =>
        Output.Count > 0 || Error.Count > 0 || Warning.Count > 0 || Verbose.Count > 0 || Information.Count > 0 || !IsFinished;

    /// <inheritdoc/>
    public override string Location => "localhost";

    /// <summary>The counters in a few words.</summary>
    public override string StatusMessage
    {
        get
        {
            TraceCounters counters = Trace.Counters;
            return $"{counters.Events} events, {counters.Lost} lost";
        }
    }

    /// <summary>The name, which stands for the trace wherever a name is asked for: <c>Stop-BpfTrace $job</c>.</summary>
    public override string ToString() => Trace.Name;

    private bool IsFinished => JobStateInfo.State is JobState.Completed or JobState.Failed or JobState.Stopped;

    /// <summary>Ends the trace gracefully and waits until it has ended.</summary>
    public override void StopJob()
    {
        lock (_stateLock)
        {
            if (IsFinished)
            {
                return;
            }

            // Set after the final state, this one would stay.
            if (!_isEnding)
            {
                _isStopping = true;
                SetJobState(JobState.Stopping);
            }
        }

        Trace.RequestStop();
        if (!WaitForEnd())
        {
            _isCutOff = true;
            Trace.Abort();
        }

        // Who stops a job expects its state to be final afterwards; a handler of the state's event may be slow to let go of it.
        Finished.WaitOne(s_handlerLimit);
    }

    /// <summary>Waits until the trace has ended, as long as it comes nearer to that.</summary>
    /// <returns>Whether it has ended.</returns>
    private bool WaitForEnd()
    {
        long progress = -1;
        for (int idle = 0; idle < IdleLooks; idle++)
        {
            if (Trace.WaitForEnd(s_lookInterval))
            {
                return true;
            }

            // Between records the worker waits for the reader, and what that does after END, to read maps, ends by itself.
            long now = Trace.Counters.Delivered + Interlocked.Read(ref _written);
            if (now != progress || (Trace.IsFinishing && !_isWriting))
            {
                idle = 0;
                progress = now;
            }
        }

        return false;
    }

    /// <summary>Begins to read the trace's records.</summary>
    /// <param name="runspace">The runspace whose jobs this is one of; the trace does not outlive it. Null for none.</param>
    internal void Start(Runspace? runspace)
    {
        _runspace = runspace;
        if (runspace is not null)
        {
            runspace.StateChanged += EndWithRunspace;
        }

        SetJobState(JobState.Running);
        _worker.Start();
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing && Interlocked.Exchange(ref _isDisposed, 1) == 0)
        {
            if (_runspace is not null)
            {
                _runspace.StateChanged -= EndWithRunspace;
            }

            Trace.Dispose();
            WaitForRelease();
        }

        base.Dispose(disposing);
    }

    // PowerShell itself ends only the jobs of its own kinds then.
    private void EndWithRunspace(object? sender, RunspaceStateEventArgs change)
    {
        if (change.RunspaceStateInfo.State is RunspaceState.Closing or RunspaceState.Closed or RunspaceState.Broken)
        {
            StopJob();
        }
    }

    /// <summary>The worker: it tells the job's state as its very last deed, when nothing of the trace is left.</summary>
    private void Run()
    {
        bool hasFailed = false;
        try
        {
            foreach (TraceRecord record in Trace.ReadRecords())
            {
                _isWriting = true;
                _writer.Write(record);
                _isWriting = false;
            }

            _writer.Flush();
        }
#pragma warning disable CA1031 // an exception on a thread of ours would end the shell: it becomes the job's error
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Trace.Dispose();
            _failure = Failure.Record(exception, SessionDiagnosticIds.TracerFailed, ErrorCategory.InvalidOperation, Trace.Name);
            hasFailed = true;
        }

        Trace.WaitForEnd(Timeout.InfiniteTimeSpan);
        if (_isCutOff)
        {
            Keep(Warning, new System.Management.Automation.WarningRecord(
                "The trace stood still while it ended, and was ended at once: its last events and final maps are left out. Get-BpfMap has the maps."));
        }

        lock (_stateLock)
        {
            _isEnding = true;
        }

        JobState end = Trace.State switch
        {
            _ when _isStopping => JobState.Stopped,
            _ when hasFailed => JobState.Failed,
            BpfTrace.SessionState.Failed => JobState.Failed,
            BpfTrace.SessionState.Aborted => JobState.Stopped,
            _ => JobState.Completed,
        };
        if (_failure is not null && end != JobState.Failed)
        {
            Keep(Error, _failure);
        }

        _isReleased.Set();
        try
        {
            SetFinalState(end);
        }
        catch (ObjectDisposedException)
        {
            // Removed meanwhile: nobody asks for its state any more.
        }
    }

    /// <summary>Adds to a stream of the job at the worker's end, where nobody is left to tell of a handler that throws.</summary>
    private static void Keep<T>(PSDataCollection<T> stream, T item)
    {
        try
        {
            stream.Add(item);
        }
#pragma warning disable CA1031 // whatever a handler throws would end the shell; the item is in the stream before handlers are called
        catch (Exception)
#pragma warning restore CA1031
        {
        }
    }

    // Of what PowerShell gives to derived classes only Job2 can say why a job failed, and a Job2 wants a source of jobs that pauses and resumes them.
    private void SetFinalState(JobState state)
    {
        if (state == JobState.Failed && _failure is not null)
        {
            try
            {
                SetJobState(this, state, _failure.Exception);
                return;
            }
            catch (MissingMethodException)
            {
                Keep(Error, _failure); // another engine: Receive-Job writes it all the same
            }
        }

        SetJobState(state);
    }

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "SetJobState")]
    private static extern void SetJobState(Job job, JobState state, Exception reason);

    // Not for the worker's end: while it tells the job's state, a waiting Receive-Job -AutoRemoveJob may dispose of the job on the pipeline thread, which
    // that event in turn waits for, or on the worker itself.
    private void WaitForRelease()
    {
        if (Thread.CurrentThread != _worker && JobStateInfo.State != JobState.NotStarted)
        {
            _isReleased.Wait();
        }
    }

    void ITraceStreams.WriteObject(object value)
    {
        Output.Add(PSObject.AsPSObject(value));
        Interlocked.Increment(ref _written);
    }

    void ITraceStreams.WriteWarning(string text) => Warning.Add(new System.Management.Automation.WarningRecord(text));

    void ITraceStreams.WriteError(System.Management.Automation.ErrorRecord error)
    {
        if (_failure is null && error.Exception is BpfTraceException { DiagnosticId: SessionDiagnosticIds.TracerFailed or SessionDiagnosticIds.RecordingFailed })
        {
            _failure = error; // why the trace fails is said with the job's state
            return;
        }

        Error.Add(error);
    }

    void ITraceStreams.WriteInformation(string text) => Information.Add(new InformationRecord(text, Name));

    void ITraceStreams.WriteVerbose(string text) => Verbose.Add(new VerboseRecord(text));
}
