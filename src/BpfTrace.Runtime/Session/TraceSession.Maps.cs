using System.Collections.Immutable;

namespace BpfTrace;

public sealed partial class TraceSession
{
    private ImmutableDictionary<string, ImmutableArray<MapEntry>> _finalMaps = ImmutableDictionary<string, ImmutableArray<MapEntry>>.Empty;

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

        return _finalMaps.TryGetValue(key, out ImmutableArray<MapEntry> entries) ? entries : [];
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
        var maps = ImmutableDictionary.CreateBuilder<string, ImmutableArray<MapEntry>>();
        foreach (string name in MapNames)
            maps[name] = _actions.FinishMap(name, _emitMaps ? _output : null);
        _output.Flush();
        _finalMaps = maps.ToImmutable();
    }
}
