using System.Collections.Immutable;
using BpfTrace.Bpf;
using BpfTrace.Decoding;
using BpfTrace.MapReading;

namespace BpfTrace;

/// <content>Maps as they are now: for the script's own functions, and for callers on other threads.</content>
internal sealed partial class RecordActions
{
    private readonly Func<string, BpfMap>? _swapMap;

    // A map that is being read must not be swapped and closed. Held while a map is read, never while records are handed over.
    private readonly Lock _mapLock = new();

    // The reader thread's decoder is in use; callers from outside share one of their own, one at a time.
    private readonly Lock _outsideLock = new();
    private EventDecoder? _outsideDecoder;

    /// <inheritdoc/>
    public IEnumerable<ImmutableArray<MapEntry>> FinishMap(string name) =>
        MapSnapshot.IsPlain(_layouts[name]) ? ReadOrdered(name, take: false) : Copies(Snapshot(name).GetEntries());

    /// <inheritdoc/>
    public void WriteFinalMap(string name, RecordOutput output)
    {
        MapSnapshot snapshot = Snapshot(name);
        if (IsJson)
            snapshot.WriteJson(output.Text);
        else
            snapshot.WriteText(output.Text, escape: _options.EscapeControlCharacters);
        output.Flush();
        RecordMap(output, output.IsRecording ? snapshot.GetEntries() : [], isPrinted: false);
    }

    /// <inheritdoc/>
    public ImmutableArray<MapEntry> ReadMap(string name)
    {
        lock (_outsideLock)
            return OutsideSnapshot(name, old: null).GetEntries();
    }

    /// <inheritdoc/>
    public ImmutableArray<MapEntry> TakeMap(string name)
    {
        using BpfMap old = Swap(name);
        lock (_outsideLock)
            return OutsideSnapshot(name, old).GetEntries();
    }

    /// <inheritdoc/>
    public IEnumerable<ImmutableArray<MapEntry>> ReadOrdered(string name, bool take)
    {
        using BpfMap? old = take ? Swap(name) : null;
        lock (_outsideLock)
        {
            MapSnapshot snapshot = OutsideSnapshot(name, old);
            return MapSnapshot.IsPlain(snapshot.Layout) ? Batches(snapshot) : [snapshot.GetEntries()];
        }
    }

    /// <inheritdoc/>
    public MapCursor? OpenMap(string name, bool take)
    {
        // Buckets of one key are anywhere in the map.
        if (_layouts[name].BucketOffset >= 0)
            return null;
        BpfMap map = take ? Swap(name) : KernelMap(name);
        return new MapCursor(map, ownsMap: take, _layouts[name], Decode);

        ImmutableArray<MapEntry> Decode(MapSnapshotBuilder builder)
        {
            lock (_outsideLock)
                return builder.ToSnapshot(OutsideDecoder.Context).GetEntries();
        }
    }

    /// <inheritdoc/>
    public TraceMapInfo MeasureMap(string name)
    {
        lock (_mapLock)
        {
            BpfMap map = KernelMap(name);
            return new TraceMapInfo(name, map.IsArray ? (int)map.MaxEntries : map.ForEach(static (_, _) => { }), map.MaxEntries);
        }
    }

    /// <inheritdoc/>
    public void ClearMap(string name)
    {
        if (_swapMap is not null)
        {
            Swap(name).Dispose();
            return;
        }

        lock (_mapLock)
            MapReader.Clear(KernelMap(name));
    }

    private EventDecoder OutsideDecoder => _outsideDecoder ??= new EventDecoder(_program, _resolver);

    private MapReader OutsideReader => new(OutsideDecoder);

    private void ZeroMap(string name)
    {
        lock (_mapLock)
            MapReader.Zero(KernelMap(name));
    }

    private IEnumerable<ImmutableArray<MapEntry>> Batches(MapSnapshot snapshot)
    {
        for (int start = 0; start < snapshot.Count; start += MapSnapshot.BatchEntries)
        {
            ImmutableArray<MapEntry> batch;
            lock (_outsideLock)
                batch = snapshot.GetEntries(start, Math.Min(start + MapSnapshot.BatchEntries, snapshot.Count), 0);
            yield return batch;
        }
    }

    // What PowerShell adds to an object (Add-Member, the mark of one that is shown escaped) it adds for all who have that object, now and later.
    private static IEnumerable<ImmutableArray<MapEntry>> Copies(ImmutableArray<MapEntry> entries)
    {
        for (int start = 0; start < entries.Length; start += MapSnapshot.BatchEntries)
            yield return [.. entries.Skip(start).Take(MapSnapshot.BatchEntries).Select(static e => e.Copy())];
    }

    /// <summary>A map as it is now, or one that was taken out of the programs' way.</summary>
    private MapSnapshot OutsideSnapshot(string name, BpfMap? old)
    {
        if (old is not null)
            return OutsideReader.Read(old, _layouts[name]);
        lock (_mapLock)
            return OutsideReader.Read(KernelMap(name), _layouts[name]);
    }

    private MapSnapshot Snapshot(string name)
    {
        lock (_mapLock)
            return _maps.Read(KernelMap(name), _layouts[name]);
    }

    private BpfMap Swap(string name)
    {
        if (_swapMap is null)
            throw new InvalidOperationException($"the trace was not started so that {name} can be read and emptied in one");
        lock (_mapLock)
            return _swapMap(_layouts[name].KernelName);
    }

    private BpfMap KernelMap(string name) =>
        _findMap(_layouts[name].KernelName) ?? throw new InvalidOperationException($"the compiler made no map for {name}");
}
