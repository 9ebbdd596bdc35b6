using System.Collections.Concurrent;
using System.Collections.Immutable;
using BpfTrace.Bpf;
using BpfTrace.Language.Diagnostics;
using BpfTrace.Language.Probes;
using BpfTrace.Language.Text;
using AttachTarget = BpfTrace.Language.Probes.AttachTarget;

namespace BpfTrace.Tests.Runtime.Session;

/// <summary>A kernel that sends what a test tells it to. Records are single bytes: their meaning is <see cref="ByteActions"/>'.</summary>
internal sealed class ScriptedKernel : IKernelTrace
{
    private readonly BlockingCollection<byte[]> _records = [];
    private readonly AutoResetEvent _woken = new(false);
    private int _unhandled;

    public ConcurrentQueue<string> Log { get; } = [];

    public byte[] EndRecords { get; init; } = [];

    public long Loss { get; set; }

    public int ProbeCount { get; init; } = 1;

    public bool HasOnlyBeginAndEnd { get; init; }

    public ImmutableArray<Diagnostic> Warnings { get; set; } = [];

    /// <summary>What detaching finds out.</summary>
    public Diagnostic? DetachWarning { get; init; }

    /// <summary>Records that programs are in the midst of sending when they are detached: there when it was asked for them so often.</summary>
    public Queue<byte[]> Unfinished { get; } = [];

    public int? ChildProcessId => null;

    public bool HasTargetExited { get; set; }

    public MissedHits[] Misses { get; init; } = [];

    public bool IsDisposed { get; private set; }

    /// <summary>Whether everything sent has been taken and handled.</summary>
    public bool IsEmpty => Volatile.Read(ref _unhandled) == 0;

    public void Send(params byte[] records)
    {
        Interlocked.Increment(ref _unhandled);
        _records.Add(records);
    }

    public int Poll(RingBufferRecordHandler handler, int timeoutMilliseconds)
    {
        if (!_records.TryTake(out byte[]? batch))
        {
            if (timeoutMilliseconds > 0)
                _woken.WaitOne(Math.Min(timeoutMilliseconds, 5));
            if (!_records.TryTake(out batch))
                return 0;
        }

        foreach (byte record in batch)
            handler([record]);
        Interlocked.Decrement(ref _unhandled);
        return batch.Length;
    }

    public void Wake() => _woken.Set();

    public long ReadLossCount() => Loss;

    public IReadOnlyList<MissedHits> ReadMisses() => Misses;

    public bool HasUnfinished
    {
        get
        {
            bool any = Unfinished.TryDequeue(out byte[]? records);
            if (records is { Length: > 0 })
                Send(records);
            return any;
        }
    }

    public void Detach()
    {
        Log.Enqueue("detach");
        if (DetachWarning is not null)
            Warnings = Warnings.Add(DetachWarning);
    }

    public void RunEnd()
    {
        Log.Enqueue("end");
        if (EndRecords.Length > 0)
            Send(EndRecords);
    }

    public void EndChild() => Log.Enqueue("child");

    public void Dispose()
    {
        IsDisposed = true;
        Log.Enqueue("dispose");
    }

    public TraceSession Start(TraceOptions? options = null, bool emitMaps = false, ByteActions? actions = null)
    {
        options ??= new TraceOptions { Form = EventForm.Objects };
        var probe = new AttachTarget(ProbeType.Interval, "interval:s:1");
        var session = new TraceSession(new SourceText("interval:s:1 { }"), [probe], ["@m"], emitMaps, options, this, actions ?? new ByteActions());
        session.Begin();
        return session;
    }
}

/// <summary>255 is exit(7), 254 throws, every other byte is an event with that text.</summary>
internal sealed class ByteActions : IRecordActions
{
    public const byte Exit = 255;
    public const byte Throw = 254;

    /// <summary>What happens while a map is read.</summary>
    public Action? Reading { get; init; }

    public void Execute(ReadOnlySpan<byte> record, RecordOutput output)
    {
        switch (record[0])
        {
            case Exit:
                output.RequestExit(7);
                break;
            case Throw:
                throw new InvalidDataException("a record of nonsense");
            default:
                output.Emit(new TextEvent(record[0].ToString(System.Globalization.CultureInfo.InvariantCulture)));
                break;
        }
    }

    public bool IsEnd(ReadOnlySpan<byte> record) => record[0] == Exit;

    public void Tick(RecordOutput output)
    {
    }

    public void EndEvents(RecordOutput output)
    {
    }

    public IEnumerable<ImmutableArray<MapEntry>> FinishMap(string name) => [[new MapEntry(name, null, 42L)]];

    public void WriteFinalMap(string name, RecordOutput output)
    {
    }

    public ImmutableArray<MapEntry> ReadMap(string name)
    {
        Reading?.Invoke();
        return [new MapEntry(name, null, 1L)];
    }

    public ImmutableArray<MapEntry> TakeMap(string name) => ReadMap(name);

    public MapReading.MapCursor? OpenMap(string name, bool take) => null;

    public TraceMapInfo MeasureMap(string name) => new(name, 1, 1);

    public void ClearMap(string name)
    {
    }

    public void Interrupt()
    {
    }
}
