using System.Buffers;
using System.Collections.Immutable;
using BpfTrace.Formatting;
using BpfTrace.Language.Diagnostics;
using BpfTrace.Recording;

namespace BpfTrace;

/// <summary>
/// The reader thread's end of the queue. Text of consecutive events is gathered into one record; everything else goes out at once, in order.
/// </summary>
internal sealed class RecordOutput
{
    // Large enough that a busy trace pays little per event, small enough that a consumer sees progress.
    private const int FlushBytes = 8192;
    private const int FlushEvents = 64;

    private readonly RecordQueue _queue;
    private readonly long? _maximumEvents;
    private readonly Utf8Writer _text = new(FlushBytes + 1024);
    private int _textEvents;
    private long _events;
    private TraceRecorder? _recorder;

    public RecordOutput(RecordQueue queue, long? maximumEvents, TraceRecorder? recorder = null)
    {
        _queue = queue;
        _maximumEvents = maximumEvents;
        _recorder = recorder;
    }

    /// <summary>Whether a file takes the records too: as objects, also where the consumer wants text.</summary>
    public bool IsRecording => _recorder is not null;

    /// <summary>Whether the file could not be written: it is not the whole trace.</summary>
    public bool HasRecordingFailed { get; private set; }

    /// <summary>Set by <c>exit()</c> and by the last event asked for: what follows in the buffer is not acted on.</summary>
    public bool EndRequested { get; private set; }

    /// <summary>Set by the last event asked for alone.</summary>
    public bool IsLimitReached => _events >= _maximumEvents;

    /// <summary>Set by <see cref="Resume"/>: what comes is of END probes.</summary>
    public bool EndRuns { get; private set; }

    /// <summary>Whether the consumer keeps up: the next record goes out without waiting for it.</summary>
    public bool HasRoom => _queue.HasRoom;

    /// <summary>Whether the consumer has made much room; when not, the session is woken when it has.</summary>
    public bool AskForRoom() => _queue.AskForRoom();

    /// <summary>Set when nobody reads any more.</summary>
    public bool IsAborted { get; private set; }

    /// <summary>How many events there were so far. Any thread.</summary>
    public long EventCount => Volatile.Read(ref _events);

    /// <summary>The number of the session, which every object carries.</summary>
    public int SessionId { get; init; }

    /// <summary>The code of <c>exit(code)</c>.</summary>
    public int ExitCode { get; private set; }

    /// <summary>Where the text of an event is written; call <see cref="EndText"/> after it.</summary>
    public IBufferWriter<byte> Text => _text;

    /// <summary>The text written so far is one more event.</summary>
    public void EndText()
    {
        _textEvents++;
        CountEvent();
        if (_text.Length >= FlushBytes || _textEvents >= FlushEvents)
            Flush();
    }

    /// <summary>An event as an object.</summary>
    public void Emit(TraceEvent made)
    {
        made.SessionId = SessionId;
        _ = made.IsHarmless; // looked at here: the consumer is the one who has to keep up
        if (_recorder is not null)
            Record(new EventRecord(made));
        Flush();
        if (!_queue.Add(made))
            IsAborted = true;
        CountEvent();
    }

    /// <summary>A printed map: one event, however many entries it has.</summary>
    public void Emit(MapRecord record)
    {
        Send(record);
        CountEvent();
    }

    /// <summary>A warning. It is no event.</summary>
    public void Warn(Diagnostic diagnostic) => Send(new WarningRecord(diagnostic));

    /// <summary>An error that does not end the trace. It is no event.</summary>
    public void Error(Diagnostic diagnostic) => Send(new ErrorRecord(diagnostic));

    /// <summary>A record that is no event.</summary>
    public void Send(TraceRecord record)
    {
        if (record is MapRecord map)
        {
            foreach (MapEntry entry in map.Entries)
                entry.SessionId = SessionId;
        }

        Record(record);
        Tell(record);
    }

    /// <summary>A map that is no event, a record for each batch: only what the consumer has room for becomes objects.</summary>
    public void SendBatches(IEnumerable<ImmutableArray<MapEntry>> map)
    {
        bool isContinued = false;
        foreach (ImmutableArray<MapEntry> batch in map)
        {
            if (IsAborted)
                return;
            if (batch.Length > 0)
                Send(new MapRecord(batch) { IsContinued = isContinued });
            isContinued = true;
        }
    }

    /// <summary>A record for the consumer alone: no part of a recording.</summary>
    public void Tell(TraceRecord record)
    {
        Flush();
        if (!_queue.Add(record, record is MapRecord map ? map.Entries.Length : 1))
            IsAborted = true;
    }

    /// <summary>Writes a record to the file alone: its text goes to the consumer. A file that cannot be written ends the trace: what follows would be lost.</summary>
    public void Record(TraceRecord record) => WithRecorder(static (recorder, record) => recorder.Write(record!), record);

    /// <summary>Writes what waits for the file when it has waited long enough.</summary>
    public void FlushRecording() => WithRecorder(static (recorder, _) => recorder.FlushIfDue(), null);

    /// <summary>Ends the file.</summary>
    public void FinishRecording(EndRecord end)
    {
        Record(end);
        WithRecorder(static (recorder, _) => recorder.Finish(), null);
        CloseRecording();
    }

    private void WithRecorder(Action<TraceRecorder, TraceRecord?> action, TraceRecord? record)
    {
        if (_recorder is null)
            return;
        try
        {
            action(_recorder, record);
        }
#pragma warning disable CA1031 // whatever it is: it ends the recording, is told, and may not end the reader thread
        catch (Exception exception)
#pragma warning restore CA1031
        {
            CloseRecording();
            FailRecording(exception);
            EndRequested = true;
        }
    }

    private void CloseRecording()
    {
        TraceRecorder? recorder = _recorder;
        _recorder = null; // first: what fails now has been told
        try
        {
            recorder?.Dispose();
        }
#pragma warning disable CA1031 // whatever it is: it ends the recording, is told, and may not end the reader thread
        catch (Exception exception)
#pragma warning restore CA1031
        {
            FailRecording(exception);
        }
    }

    private void FailRecording(Exception exception)
    {
        HasRecordingFailed = true;
        Error(SessionDiagnostics.RecordingFailed(exception));
    }

    /// <summary><c>exit(code)</c>.</summary>
    public void RequestExit(int code)
    {
        ExitCode = code;
        EndRequested = true;
    }

    /// <summary>What comes from now on is acted on again: END probes run after an <c>exit()</c>, and after the last event asked for, whatever they print.</summary>
    public void Resume()
    {
        EndRequested = false;
        EndRuns = true;
    }

    /// <summary>Sends gathered text.</summary>
    public void Flush()
    {
        if (_text.Length > 0)
        {
            var record = new TextRecord(_text.Written.ToArray());
            int weight = Math.Max(1, _textEvents);
            _text.Clear();
            _textEvents = 0;
            if (!_queue.Add(record, weight))
                IsAborted = true;
        }

        _textEvents = 0;
    }

    private void CountEvent()
    {
        if (++_events >= _maximumEvents && !EndRuns)
            EndRequested = true;
    }
}
