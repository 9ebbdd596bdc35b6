using System.Diagnostics;

namespace BpfTrace;

public sealed partial class TraceSession
{
    // Lost events are noticed this often at the latest.
    private const int PollMilliseconds = 50;

    // At the end of a trace, a millisecond each.
    private const int MostLooks = 5000;

    private long _lastLossCheck;
    private long _toldLoss;

    /// <summary>Reads records until the trace is to end.</summary>
    private void Follow()
    {
        long start = Stopwatch.GetTimestamp();
        while (true)
        {
            // Asked before the buffer is read: what a process did before it ended is then in the buffer.
            bool ending = _stopRequested || _endWaits || _kernel.HasTargetExited || IsTimeOver(start);
            _actions.Tick(_output);
            int count = Drain(0) + WorkOff();
            if (_abortRequested || IsEnding || ending)
                return;
            if (_mapsRequested)
            {
                _mapsRequested = false;
                EmitMaps();
            }

            if (count > 0)
                continue;
            ReportLoss();
            if (_kernel.HasOnlyBeginAndEnd)
                return;
            Drain(NextTimeout(start));
            if (_abortRequested || IsEnding)
                return;
        }
    }

    /// <summary>After <c>exit()</c>, or the last event asked for. An iterator goes on over its objects after <c>exit()</c>, as bpftrace's do.</summary>
    private bool IsEnding => _output.EndRequested && (!_kernel.IsWalking || _output.IsLimitReached);

    private bool IsTimeOver(long start) => _options.Duration is { } duration && Stopwatch.GetElapsedTime(start) >= duration;

    private int NextTimeout(long start)
    {
        int longest = PauseMilliseconds();
        if (_options.Duration is not { } duration)
            return longest;
        double left = (duration - Stopwatch.GetElapsedTime(start)).TotalMilliseconds;
        return (int)Math.Clamp(Math.Ceiling(left), 0, longest);
    }

    private void DrainAll()
    {
        // Nothing new is made any more: now the consumer may be waited for.
        int looks = 0;
        while (!_abortRequested && (Drain(0) > 0 || !_backlog.IsEmpty || WaitsForUnfinished(ref looks)))
        {
            for (int i = 0; i < RecordsPerTurn && !_backlog.IsEmpty && !_abortRequested; i++)
                WorkOffOldest();
        }
    }

    /// <summary>Gives a program that was interrupted in the midst of a record time to finish it: it, and all behind it, would be lost, and nobody would count them.</summary>
    private bool WaitsForUnfinished(ref int looks)
    {
        if (looks++ == MostLooks || !_kernel.HasUnfinished)
            return false;
        Thread.Sleep(1);
        return true;
    }

    private int Drain(int timeoutMilliseconds)
    {
        int count = _kernel.Poll(_handle, timeoutMilliseconds);
        _output.Flush();
        _output.FlushRecording();
        if (count > 0 && Stopwatch.GetElapsedTime(_lastLossCheck).TotalMilliseconds >= PollMilliseconds)
            ReportLoss();
        if (_output.IsAborted)
            _abortRequested = true;
        return count;
    }

    /// <param name="mayWait">Wait for the consumer to take it. While programs run, a reader that waits loses more: it is told once there is room.</param>
    private void ReportLoss(bool mayWait = false)
    {
        _lastLossCheck = Stopwatch.GetTimestamp();
        long now = _kernel.ReadLossCount();
        Interlocked.Exchange(ref _lost, now);
        if (now <= _toldLoss || !(mayWait || _output.HasRoom))
            return;
        if (_toldLoss == 0 || !_options.SummarizeErrors) // the sum is said at the end
            _actions.ReportLoss(now - _toldLoss, _output);
        _toldLoss = now;
    }
}
