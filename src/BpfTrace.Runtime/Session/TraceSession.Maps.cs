using System.Collections.Immutable;
using BpfTrace.MapReading;

namespace BpfTrace;

public sealed partial class TraceSession
{
    // Under the kernel's lock. Written by the reader thread before it releases the kernel's maps, and only emptied after. Entries are made when they are
    // asked for: traces that have ended are remembered, and a million entries are several hundred megabytes as objects.
    private readonly Dictionary<string, IEnumerable<ImmutableArray<MapEntry>>> _finalMaps = new(StringComparer.Ordinal);

    /// <summary>
    /// A map's entries in bpftrace's order: of a running session as they are now, of an ended one as they were at its end.
    /// </summary>
    /// <param name="name">The map's name, with or without its <c>@</c>.</param>
    /// <exception cref="KeyNotFoundException">The script has no such map.</exception>
    public ImmutableArray<MapEntry> ReadMap(string name)
    {
        string key = FindMap(name);
        lock (_kernelLock)
        {
            if (IsLive(key))
                return Mark(_actions.ReadMap(key));
            ImmutableArray<MapEntry>.Builder entries = ImmutableArray.CreateBuilder<MapEntry>();
            foreach (ImmutableArray<MapEntry> batch in _finalMaps.GetValueOrDefault(key, NoEntries()))
                entries.AddRange(batch);
            return Mark(entries.DrainToImmutable());
        }
    }

    /// <summary>
    /// A map's entries as <see cref="ReadMap"/> gives them, and the map is empty from then on. Nothing is counted twice and nothing lost: what programs
    /// write meanwhile is in these entries or stays for the next call. Of an ended session the entries it kept, once.
    /// </summary>
    /// <param name="name">The map's name, with or without its <c>@</c>.</param>
    /// <exception cref="KeyNotFoundException">The script has no such map.</exception>
    /// <exception cref="InvalidOperationException">The trace was not started with <see cref="TraceOptions.SwappableMaps"/>.</exception>
    public ImmutableArray<MapEntry> TakeMap(string name)
    {
        string key = FindMap(name);
        lock (_kernelLock)
        {
            if (IsLive(key))
                return Mark(_actions.TakeMap(key));
            ImmutableArray<MapEntry> kept = ReadMap(key);
            _finalMaps[key] = NoEntries();
            return kept;
        }
    }

    /// <summary>
    /// A map's entries in the kernel's order, a batch at a time: memory stays the same however many there are. Histograms and time series are gathered
    /// from the whole map, and come in one batch.
    /// </summary>
    /// <param name="name">The map's name, with or without its <c>@</c>.</param>
    /// <param name="take">Empty the map, as <see cref="TakeMap"/>.</param>
    /// <exception cref="KeyNotFoundException">The script has no such map.</exception>
    /// <exception cref="InvalidOperationException">
    /// It was emptied, or the trace ended, while it was read; or it is to be emptied and the trace was not started for that.
    /// </exception>
    public IEnumerable<ImmutableArray<MapEntry>> ReadMapInBatches(string name, bool take = false)
    {
        string key = FindMap(name);
        using MapCursor? cursor = OpenCursor(key, take);
        if (cursor is null)
        {
            foreach (ImmutableArray<MapEntry> batch in ReadMapInOrder(key, take))
                yield return batch;
            yield break;
        }

        while (true)
        {
            ImmutableArray<MapEntry> batch;
            try
            {
                batch = Mark(cursor.Next());
            }
            catch (ObjectDisposedException)
            {
                throw new InvalidOperationException($"{key} was emptied, or its trace ended, while it was read");
            }

            if (batch.IsEmpty)
                yield break;
            yield return batch;
        }
    }

    /// <summary>
    /// A map's entries as <see cref="ReadMap"/> or <see cref="TakeMap"/> gives them, in bpftrace's order: read in one, and made into objects a batch at a time.
    /// What is in memory of them is the bytes of their keys and values; only where those hold symbols or buckets they come in one batch.
    /// </summary>
    /// <param name="name">The map's name, with or without its <c>@</c>.</param>
    /// <param name="take">Empty the map, as <see cref="TakeMap"/>.</param>
    /// <exception cref="KeyNotFoundException">The script has no such map.</exception>
    /// <exception cref="InvalidOperationException">The map is to be emptied, and the trace was not started with <see cref="TraceOptions.SwappableMaps"/>.</exception>
    public IEnumerable<ImmutableArray<MapEntry>> ReadMapInOrder(string name, bool take = false)
    {
        foreach (ImmutableArray<MapEntry> batch in OpenInOrder(FindMap(name), take))
            yield return Mark(batch);
    }

    /// <summary>Removes a session's entries of a map; of an ended one those it kept.</summary>
    /// <param name="name">The map's name, with or without its <c>@</c>.</param>
    /// <exception cref="KeyNotFoundException">The script has no such map.</exception>
    public void ClearMap(string name)
    {
        string key = FindMap(name);
        lock (_kernelLock)
        {
            if (IsLive(key))
                _actions.ClearMap(key);
            else
                _finalMaps[key] = NoEntries();
        }
    }

    /// <summary>Reads a map for the last time. Whoever takes it meanwhile has its entries before, or finds them kept here: never both.</summary>
    private IEnumerable<ImmutableArray<MapEntry>> KeepMap(string name)
    {
        lock (_kernelLock)
        {
            if (!_finalMaps.TryGetValue(name, out IEnumerable<ImmutableArray<MapEntry>>? kept))
                _finalMaps.Add(name, kept = _actions.FinishMap(name));
            return kept;
        }
    }

    /// <summary>Whether a map is still the kernel's; asked under the lock.</summary>
    private bool IsLive(string key) => !_kernelReleased && !_finalMaps.ContainsKey(key);

    // Not an empty array: one of structures would have to be compiled at every start.
    private static IEnumerable<ImmutableArray<MapEntry>> NoEntries()
    {
        yield break;
    }

    private MapCursor? OpenCursor(string key, bool take)
    {
        lock (_kernelLock)
            return IsLive(key) ? _actions.OpenMap(key, take) : null;
    }

    private IEnumerable<ImmutableArray<MapEntry>> OpenInOrder(string key, bool take)
    {
        lock (_kernelLock)
        {
            if (IsLive(key))
                return _actions.ReadOrdered(key, take);
            IEnumerable<ImmutableArray<MapEntry>> kept = _finalMaps.GetValueOrDefault(key, NoEntries());
            if (take)
                _finalMaps[key] = NoEntries();
            return kept;
        }
    }

    private ImmutableArray<MapEntry> Mark(ImmutableArray<MapEntry> entries)
    {
        foreach (MapEntry entry in entries)
            entry.SessionId = Id;
        return entries;
    }

    private string FindMap(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        string key = name.StartsWith('@') ? name : "@" + name;
        return MapNames.Contains(key) ? key : throw new KeyNotFoundException($"the script has no map {key}");
    }

    private void EmitMaps()
    {
        foreach (string name in MapNames)
        {
            if (_options.Form != EventForm.Objects)
                _actions.WriteFinalMap(name, _output);
            else if (ReadMap(name) is { Length: > 0 } entries)
                _output.Send(new MapRecord(entries));
        }

        _output.Flush();
    }

    private void FinishMaps()
    {
        _actions.EndEvents(_output);
        foreach (string name in MapNames)
        {
            if (!_emitMaps)
                continue;
            if (_options.Form == EventForm.Objects)
                _output.SendBatches(KeepMap(name));
            else
                _actions.WriteFinalMap(name, _output);
        }

        _output.Flush();
    }

    /// <summary>The maps as they are now, in whatever way the trace ended: they can still be read.</summary>
    private void KeepMaps()
    {
        if (!_options.KeepResults)
            return;
        foreach (string name in MapNames)
            KeepMap(name);
    }
}
