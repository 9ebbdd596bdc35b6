using BpfTrace.Language.Symbols;

namespace BpfTrace.Language.Binding.Inference;

/// <content>
/// Branches that are chosen while binding (<c>if comptime</c>). A condition about inferred types is decided only when all types outside of such
/// branches have settled, once, and what it asked about keeps its type from then on (bpftrace <c>docs/type_resolution.md</c>).
/// </content>
internal sealed partial class InferenceStore
{
    private readonly Dictionary<VariableKey, bool> _decisions = [];
    private readonly Dictionary<object, BpfType> _locks = [];
    private HashSet<VariableKey> _undecided = [];
    private HashSet<VariableKey> _decidable = [];
    private List<object>? _watched;

    /// <summary>Whether the pass left out branches whose conditions are not decided yet.</summary>
    public bool HasUndecided => _undecided.Count > 0;

    /// <summary>Whether this pass may decide conditions the one before left open.</summary>
    public bool IsDeciding { get; private set; }

    /// <summary>Lets the next pass decide what this one left open.</summary>
    public void DecideNext()
    {
        IsDeciding = true;
        _decidable = _undecided;
    }

    /// <summary>Ends deciding: the branches taken have to settle first.</summary>
    public void DecideNoMore() => IsDeciding = false;

    /// <summary>The value of a condition; null while it is open.</summary>
    /// <param name="key">The condition's place.</param>
    /// <param name="evaluate">Evaluates it with the types known so far; null where that cannot be done.</param>
    public bool? Decide(VariableKey key, Func<bool?> evaluate)
    {
        List<object>? outer = _watched;
        List<object> reads = _watched = [];
        bool? value = evaluate();
        _watched = outer;
        outer?.AddRange(reads);
        if (_decisions.TryGetValue(key, out bool decided))
            return decided;
        if (reads.Count == 0)
            return value;
        if (!IsDeciding || value is null || !_decidable.Contains(key))
        {
            _undecided.Add(key);
            return null;
        }
        _decisions.Add(key, value.Value);
        foreach (object read in reads)
            Lock(read);
        Changed = true;
        return value;
    }

    /// <summary>The type a variable has to keep; null when it is free.</summary>
    public BpfType? LockOf(VariableKey key) => _locks.GetValueOrDefault(key);

    /// <summary>The type a map's values have to keep; null when they are free.</summary>
    public BpfType? ValueLockOf(string map) => _locks.GetValueOrDefault(map + " value");

    /// <summary>The type a map's keys have to keep; null when they are free.</summary>
    public BpfType? KeyLockOf(string map) => _locks.GetValueOrDefault(map + " key");

    private void Lock(object source)
    {
        if (source is not string map)
        {
            if (_variables.TryGetValue((VariableKey)source, out BpfType? type))
                _locks[source] = type;
            return;
        }
        MapTypes types = FindMap(map);
        if (types.Value is { } value)
            _locks[map + " value"] = value;
        if (types.Key is { } key)
            _locks[map + " key"] = key;
    }
}
