using System.Collections.Immutable;
using BpfTrace.Bpf.Syscalls;

namespace BpfTrace.Bpf;

/// <summary>
/// Programs and maps in the kernel. Owns every handle: disposing closes maps, programs and BTF. Links keep their programs
/// alive by themselves; dispose them first all the same.
/// </summary>
public sealed class BpfCollection : IDisposable
{
    private readonly CollectionSpec _spec;
    private readonly LoadOptions _options;
    private readonly Dictionary<string, BpfMap> _maps;
    private readonly List<BpfProgram> _programs = [];
    private readonly Lock _lock = new();
    private SafeBpfHandle? _btf;
    private bool _disposed;

    private BpfCollection(CollectionSpec spec, LoadOptions options)
    {
        _spec = spec;
        _options = options;
        _maps = new Dictionary<string, BpfMap>(spec.Maps.Length, StringComparer.Ordinal);
    }

    /// <summary>The maps by full name.</summary>
    public IReadOnlyDictionary<string, BpfMap> Maps => _maps;

    /// <summary>The programs loaded so far, in order of loading.</summary>
    public ImmutableArray<BpfProgram> Programs
    {
        get
        {
            lock (_lock)
                return [.. _programs];
        }
    }

    /// <summary>Creates the maps, fills and freezes those with contents, and loads the programs.</summary>
    /// <param name="spec">What to load.</param>
    /// <param name="options">How; null for <see cref="LoadOptions.Default"/>.</param>
    /// <exception cref="VerifierException">A program was refused.</exception>
    /// <exception cref="BpfException">Anything else failed. Nothing stays open.</exception>
    public static BpfCollection Load(CollectionSpec spec, LoadOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(spec);
        var collection = new BpfCollection(spec, options ?? LoadOptions.Default);
        try
        {
            foreach (MapSpec map in spec.Maps)
            {
                if (collection._maps.ContainsKey(map.Name))
                    throw new BpfException($"the collection has two maps named '{map.Name}'");
                collection._maps.Add(map.Name, BpfMap.Create(map, map.InnerMap is null ? null : collection.GetMap(map.InnerMap)));
            }

            Predicate<ProgramSpec>? filter = collection._options.ProgramFilter;
            foreach (ProgramSpec program in spec.Programs)
            {
                if (filter is null || filter(program))
                    collection.LoadProgram(program);
            }

            return collection;
        }
        catch
        {
            collection.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Loads one more program against this collection's maps and BTF: one left out by
    /// <see cref="LoadOptions.ProgramFilter"/>, or another instance of a body. Thread-safe.
    /// </summary>
    /// <exception cref="VerifierException">The program was refused.</exception>
    /// <exception cref="BpfException">The load failed otherwise, or the attach target has no BTF.</exception>
    public BpfProgram LoadProgram(ProgramSpec program, ProgramOverrides? overrides = null)
    {
        ArgumentNullException.ThrowIfNull(program);
        SafeBpfHandle? btf = program.FuncInfo.IsEmpty && program.LineInfo.IsEmpty ? null : LoadBtf();
        BpfProgram loaded = new BpfProgramLoader(_spec, _options, _maps, btf).Load(program, overrides);
        lock (_lock)
        {
            if (!_disposed)
            {
                _programs.Add(loaded);
                return loaded;
            }
        }

        loaded.Dispose();
        throw new ObjectDisposedException(nameof(BpfCollection));
    }

    /// <summary>The loaded program of a name; the first where several instances have it.</summary>
    /// <exception cref="KeyNotFoundException">No such program is loaded.</exception>
    public BpfProgram GetProgram(string name)
    {
        lock (_lock)
        {
            foreach (BpfProgram program in _programs)
            {
                if (program.Name == name)
                    return program;
            }
        }

        throw new KeyNotFoundException($"no program '{name}' is loaded");
    }

    /// <summary>The map of a name.</summary>
    /// <exception cref="KeyNotFoundException">No such map.</exception>
    public BpfMap GetMap(string name) =>
        _maps.TryGetValue(name, out BpfMap? map) ? map : throw new KeyNotFoundException($"the collection has no map '{name}'");

    /// <summary>
    /// Puts a new, empty map in the place of one that programs reach through a slot, an array of maps. When this returns nobody changes the old one any
    /// more, so it has everything that was ever written into it, and what is written from now on is in the new one.
    /// </summary>
    /// <param name="name">The map's name.</param>
    /// <param name="slot">The name of the array of maps.</param>
    /// <returns>The old map; the caller disposes it.</returns>
    /// <remarks>For one caller at a time, and none that reads the map of this name meanwhile.</remarks>
    /// <exception cref="BpfException">The kernel refused; the old map stays in its place.</exception>
    public BpfMap Swap(string name, string slot)
    {
        BpfMap old = GetMap(name);
        BpfMap fresh = BpfMap.Create(old.Spec);
        try
        {
            GetMap(slot).Put(fresh);
        }
        catch
        {
            fresh.Dispose();
            throw;
        }

        _maps[name] = fresh;
        return old;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock)
        {
            if (_disposed)
                return;
            _disposed = true;
        }

        foreach (BpfProgram program in _programs)
            program.Dispose();
        foreach (BpfMap map in _maps.Values)
            map.Dispose();
        _btf?.Dispose();
    }

    private SafeBpfHandle? LoadBtf()
    {
        if (_spec.Btf.IsEmpty)
            return null;
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _btf ??= BtfLoader.Load(_spec.Btf.Span);
        }
    }
}
