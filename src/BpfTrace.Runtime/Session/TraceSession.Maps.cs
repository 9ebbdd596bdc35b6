using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace BpfTrace;

public sealed partial class TraceSession
{
    // Written by the reader thread before it releases the kernel's maps, never after. Arrays, not structures: a generic type over a structure of ours
    // would have to be compiled at every start.
    private readonly Dictionary<string, MapEntry[]> _finalMaps = new(StringComparer.Ordinal);

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
            if (!_kernelReleased)
                return _actions.ReadMap(key);
        }

        return _finalMaps.TryGetValue(key, out MapEntry[]? entries) ? ImmutableCollectionsMarshal.AsImmutableArray(entries) : [];
    }

    /// <summary>Removes a running session's entries of a map; of an ended session nothing.</summary>
    /// <param name="name">The map's name, with or without its <c>@</c>.</param>
    /// <exception cref="KeyNotFoundException">The script has no such map.</exception>
    public void ClearMap(string name)
    {
        string key = FindMap(name);
        lock (_kernelLock)
        {
            if (!_kernelReleased)
                _actions.ClearMap(key);
        }
    }

    private string FindMap(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        string key = name.StartsWith('@') ? name : "@" + name;
        return MapNames.Contains(key) ? key : throw new KeyNotFoundException($"the script has no map {key}");
    }

    private void FinishMaps()
    {
        _actions.EndEvents(_output);
        foreach (string name in MapNames)
        {
            ImmutableArray<MapEntry> entries = _actions.FinishMap(name, _emitMaps ? _output : null);
            _finalMaps[name] = ImmutableCollectionsMarshal.AsArray(entries) ?? [];
        }

        _output.Flush();
    }

    /// <summary>The maps of a trace that was aborted, or failed, as they are now: nobody is told, but they can still be read.</summary>
    private void KeepMaps()
    {
        foreach (string name in MapNames)
        {
            if (_finalMaps.ContainsKey(name))
                continue;
            lock (_kernelLock)
                _finalMaps[name] = ImmutableCollectionsMarshal.AsArray(_actions.ReadMap(name)) ?? [];
        }
    }
}
