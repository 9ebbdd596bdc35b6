using BpfTrace.Bpf;

namespace BpfTrace;

/// <remarks>
/// A record is acted on at once while the consumer keeps up. When its queue is full the reader does not wait, which would let the kernel's buffer
/// run over, but copies records into a backlog and acts on them, in order, as the queue empties.
/// </remarks>
public sealed partial class TraceSession
{
    // So many are acted on before the kernel's buffer is looked at again.
    private const int RecordsPerTurn = 1024;

    private readonly RecordBacklog _backlog;
    private bool _endWaits; // an exit() is in the backlog
    private volatile bool _skipRequested;

    private void Handle(ReadOnlySpan<byte> record)
    {
        if (Skips)
            Interlocked.Increment(ref _discarded);
        else if (_backlog.IsEmpty && _output.HasRoom)
            Execute(record);
        else
            Postpone(record);
    }

    private void Execute(ReadOnlySpan<byte> record)
    {
        if (_abortRequested || (_output.EndRequested && (!_hasIterators || _output.IsLimitReached)))
        {
            Interlocked.Increment(ref _discarded);
            return;
        }

        _actions.Execute(record, _output);
        Interlocked.Increment(ref _delivered);
        _exitCode = _output.ExitCode;
    }

    /// <summary>Has a record wait behind the others.</summary>
    private void Postpone(ReadOnlySpan<byte> record)
    {
        // Behind exit() nothing is acted on.
        if (_endWaits)
        {
            Interlocked.Increment(ref _discarded);
            return;
        }

        while (!_backlog.TryAdd(record))
        {
            // As much waits as may: from here on the consumer is waited for, and what does not fit into the kernel's buffer meanwhile is lost.
            if (_backlog.IsEmpty)
            {
                Execute(record);
                return;
            }

            WorkOffOldest();
        }

        _endWaits = !_hasIterators && _actions.IsEnd(record); // an iterator goes on
    }

    /// <summary>Acts on records that wait, as far as the consumer has room.</summary>
    /// <returns>How many.</returns>
    private int WorkOff()
    {
        int count = 0;
        while (count < RecordsPerTurn && !_backlog.IsEmpty && !_abortRequested && _output.HasRoom)
        {
            WorkOffOldest();
            count++;
        }

        if (count > 0)
            _output.Flush();

        return count;
    }

    private bool Skips => _skipRequested && !_output.EndRuns;

    /// <summary>Acts on the record that waits longest, whether the consumer has room or not; on none of them when they are not wanted any more.</summary>
    private void WorkOffOldest()
    {
        if (Skips)
            DropBacklog();
        else
            ExecuteOldest();
    }

    private void ExecuteOldest()
    {
        try
        {
            Execute(_backlog.Peek());
        }
        finally
        {
            _backlog.Remove();
        }
    }

    /// <summary>How long to wait for a record at most: not at all when records that wait can be acted on. The consumer ends the wait when they can be.</summary>
    private int PauseMilliseconds() => _backlog.IsEmpty || !_output.AskForRoom() ? PollMilliseconds : 0;

    /// <summary>What waits will not be acted on.</summary>
    private void DropBacklog()
    {
        Interlocked.Add(ref _discarded, _backlog.Count);
        _backlog.Clear();
    }
}
