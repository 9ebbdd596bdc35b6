using System.Management.Automation;
using System.Management.Automation.Runspaces;
using BpfTrace.Commands.Errors;
using BpfTrace.Commands.Output;

namespace BpfTrace.Commands.Jobs;

/// <summary>
/// A trace in the background: <c>Start-BpfTrace -AsJob</c>. It is attached when the job is handed out, so errors in the script stand where the trace
/// was started; what the trace delivers is kept in the job until <c>Receive-Job</c> takes it.
/// </summary>
/// <remarks>
/// <c>Stop-Job</c> ends the trace as Ctrl-C would: END runs, and the final maps are the last of the job's output. <c>Remove-Job -Force</c> does the
/// same and drops them. When the runspace closes that the job was started in, it ends too: nobody can receive it any more.
/// </remarks>
public sealed class BpfTraceJob : Job, ITraceStreams
{
    /// <summary>What <c>PSJobTypeName</c> says.</summary>
    public const string JobTypeName = "BpfTrace";

    // Ending takes milliseconds; longer takes only a command of system(), which is then ended too.
    private static readonly TimeSpan s_endLimit = TimeSpan.FromSeconds(10);

    private readonly RecordWriter _writer;
    private readonly Thread _worker;
    private readonly ManualResetEventSlim _isReleased = new();
    private readonly Lock _stateLock = new();
    private volatile bool _isStopping;
    private bool _isEnding;
    private int _isDisposed;
    private Runspace? _runspace;

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
        if (!Trace.WaitForEnd(s_endLimit))
        {
            Trace.Abort();
        }

        // Who stops a job expects its state to be final afterwards; a handler of the state's event may be slow to let go of it.
        Finished.WaitOne(s_endLimit);
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
        try
        {
            foreach (TraceRecord record in Trace.ReadRecords())
            {
                _writer.Write(record);
            }

            _writer.Flush();
        }
#pragma warning disable CA1031 // an exception on a thread of ours would end the shell: it becomes the job's error
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Trace.Dispose();
            ((ITraceStreams)this).WriteError(Failure.Record(exception, "TracerFailed", ErrorCategory.InvalidOperation, Trace.Name));
        }

        Trace.WaitForEnd(Timeout.InfiniteTimeSpan);
        lock (_stateLock)
        {
            _isEnding = true;
        }

        JobState end = Trace.State switch
        {
            _ when _isStopping => JobState.Stopped,
            BpfTrace.SessionState.Failed => JobState.Failed,
            BpfTrace.SessionState.Aborted => JobState.Stopped,
            _ => JobState.Completed,
        };
        _isReleased.Set();
        try
        {
            SetJobState(end);
        }
        catch (ObjectDisposedException)
        {
            // Removed meanwhile: nobody asks for its state any more.
        }
    }

    // Not for the worker's end: while it tells the job's state, a waiting Receive-Job -AutoRemoveJob may dispose of the job on the pipeline thread, which
    // that event in turn waits for, or on the worker itself.
    private void WaitForRelease()
    {
        if (Thread.CurrentThread != _worker && JobStateInfo.State != JobState.NotStarted)
        {
            _isReleased.Wait();
        }
    }

    void ITraceStreams.WriteObject(object value) => Output.Add(PSObject.AsPSObject(value));

    void ITraceStreams.WriteWarning(string text) => Warning.Add(new System.Management.Automation.WarningRecord(text));

    void ITraceStreams.WriteError(System.Management.Automation.ErrorRecord error) => Error.Add(error);

    void ITraceStreams.WriteInformation(string text) => Information.Add(new InformationRecord(text, Name));

    void ITraceStreams.WriteVerbose(string text) => Verbose.Add(new VerboseRecord(text));
}
