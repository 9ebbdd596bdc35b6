using System.Collections.Immutable;
using BpfTrace.Formatting;
using BpfTrace.Language.Diagnostics;
using BpfTrace.Language.Probes;
using BpfTrace.Language.Text;

namespace BpfTrace;

/// <summary>
/// A trace that runs. A reader thread takes records from the kernel, decodes and symbolises them, and hands them over through a bounded
/// queue; <see cref="ReadRecords"/> is the other end. When the consumer is slow, records wait as the kernel made them, see <see cref="TraceOptions.BacklogBytes"/>;
/// when as many wait as may, the kernel's buffer fills, and what does not fit is counted and reported. Everything is released on every path.
/// </summary>
public sealed partial class TraceSession : IDisposable, IEscapedMembers
{
    /// <summary>The session's number, from 1, unique in the process.</summary>
    public int Id { get; }

    /// <summary>A name for people: the one given, else the script file's name, else <c>Trace</c> and the number.</summary>
    public string Name { get; }

    /// <summary>The script.</summary>
    public SourceText Source { get; }

    /// <summary>The script's text.</summary>
    public string Script => Source.Text;

    /// <summary>What it is doing.</summary>
    public SessionState State => (SessionState)Volatile.Read(ref _state);

    /// <summary>When its probes were attached, local time.</summary>
    public DateTime StartTime => _startTime.ToLocalTime(); // when asked: the time zone's rules take milliseconds to read

    /// <summary>The probes of the script, wildcards expanded, in the script's order.</summary>
    public ImmutableArray<AttachTarget> Probes { get; }

    /// <summary>What could not be attached and was left out, as <c>missing_probes</c> says; also among the records.</summary>
    public ImmutableArray<Diagnostic> StartWarnings => _kernel.Warnings;

    /// <summary>Whether END probes have run and what is left are the final maps.</summary>
    public bool IsFinishing => _isFinishing;

    /// <summary>The code given to <c>exit()</c>; 0 before and without one.</summary>
    public int ExitCode => Volatile.Read(ref _exitCode);

    /// <summary>The process id of the command; null when there is none.</summary>
    public int? ChildProcessId { get; }

    /// <summary>How the command ended; null while it runs, or when there is none. It does not outlive the trace.</summary>
    public CommandExit? CommandExit => _kernel.CommandExit;

    /// <summary>The script's maps by name, <c>@</c> included, sorted: the order they are printed in.</summary>
    public ImmutableArray<string> MapNames { get; }

    /// <summary>Whether the trace has ended, in whatever way, and holds nothing in the kernel any more.</summary>
    public bool HasEnded => State is SessionState.Completed or SessionState.Aborted or SessionState.Failed;

    /// <summary>
    /// The records in order, from <see cref="AttachedRecord"/> to <see cref="EndRecord"/>; blocks while there is none. One reader at a time. Leaving
    /// the loop early does not end the trace: call <see cref="RequestStop"/> or <see cref="Dispose"/>.
    /// </summary>
    /// <exception cref="OperationCanceledException">The token was cancelled; the trace still runs.</exception>
    public IEnumerable<TraceRecord> ReadRecords(CancellationToken cancellationToken = default) => _queue.Take(cancellationToken);

    /// <summary>
    /// Ends the trace the way bpftrace users expect: probes are detached, END probes run, what is in the buffer and the final maps are delivered,
    /// then <see cref="EndRecord"/>. Returns at once; may be called from any thread, and more than once.
    /// </summary>
    public void RequestStop()
    {
        Interlocked.CompareExchange(ref _state, (int)SessionState.Stopping, (int)SessionState.Running);
        _stopRequested = true;
        Wake();
    }

    /// <summary>
    /// Leaves out what still waits for the consumer of a trace that was <see cref="RequestStop">asked to end</see>, beside what is in its queue: END probes and the
    /// final maps are next. Returns at once; may be called from any thread.
    /// </summary>
    public void SkipWaiting() => _skipRequested = _stopRequested;

    /// <summary>
    /// Has the maps delivered as they are now, as at the end, while the trace goes on (what bpftrace 0.17 does at SIGUSR1). Returns at once; may be called
    /// from any thread.
    /// </summary>
    public void RequestMaps()
    {
        _mapsRequested = true;
        Wake();
    }

    /// <summary>
    /// Releases everything at once: no END probes, no map records, no further records. Waits until programs and maps are gone;
    /// <see cref="ReadMap"/> has the maps as they were.
    /// </summary>
    public void Abort()
    {
        _abortRequested = true;
        _queue.Abort();
        _actions.Interrupt();
        Wake();
        if (Thread.CurrentThread != _reader)
            _reader.Join();
    }

    /// <summary><see cref="Abort"/>, unless the trace has ended.</summary>
    public void Dispose() => Abort();

    /// <summary>Waits until the trace has ended and everything is released.</summary>
    /// <param name="timeout">How long; <see cref="Timeout.InfiniteTimeSpan"/> for ever.</param>
    /// <returns>Whether it has ended.</returns>
    public bool WaitForEnd(TimeSpan timeout) => _reader.Join(timeout);

    /// <summary>The session's name.</summary>
    public override string ToString() => Name;
}
