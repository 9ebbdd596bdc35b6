using BpfTrace.Language.Symbols;

namespace BpfTrace.Language.Binding.Inference;

/// <summary>A variable across passes: the same place of the same probe, reached through the same macro uses.</summary>
/// <param name="Probe">The probe's number.</param>
/// <param name="Expansion">The macro use it lies in; 0 for none.</param>
/// <param name="Position">Where the script introduces it.</param>
/// <param name="Name">Its name.</param>
internal sealed record VariableKey(int Probe, int Expansion, int Position, string Name);

/// <summary>What is known of a map so far.</summary>
internal sealed class MapTypes
{
    /// <summary>True for a map without keys; null before its first use.</summary>
    public bool? IsScalar { get; set; }

    /// <summary>The key's type; null when not known.</summary>
    public BpfType? Key { get; set; }

    /// <summary>The value's type; null when not known.</summary>
    public BpfType? Value { get; set; }

    /// <summary>The merged type of an aggregation's samples; null when there is none.</summary>
    public BpfType? Sample { get; set; }
}

/// <summary>
/// The types of variables and maps, kept from pass to pass: the program is bound again and again until a pass changes
/// none of them. Types only grow (see <see cref="TypeRules.Promote"/>), so that comes soon: between two passes the statements
/// that read something which changed are bound again by themselves (<see cref="Propagate"/>), and a pass finds all of it settled.
/// </summary>
internal sealed partial class InferenceStore
{
    private readonly Dictionary<VariableKey, BpfType> _variables = [];
    private readonly Dictionary<string, MapTypes> _maps = new(StringComparer.Ordinal);
    private readonly Dictionary<MacroUse, int> _expansions = [];
    private HashSet<string>? _hoisted;

    /// <summary>Whether something changed since <see cref="BeginPass"/>.</summary>
    public bool Changed { get; private set; }

    /// <summary>Starts a pass.</summary>
    public void BeginPass()
    {
        Changed = false;
        _undecided = [];
        ForgetRules();
    }

    /// <summary>A variable's type; null when not known.</summary>
    public BpfType? GetVariable(VariableKey key)
    {
        NoteRead(key);
        return _variables.GetValueOrDefault(key);
    }

    /// <summary>Sets a variable's type.</summary>
    public void SetVariable(VariableKey key, BpfType type)
    {
        bool changed = !_variables.TryGetValue(key, out BpfType? known) || !IsUnchanged(known, type);
        _variables[key] = type;
        if (changed)
            NoteChange(key);
    }

    /// <summary>
    /// Makes a variable one of the whole probe: it is used after the block that assigns it, as bpftrace 0.17 allowed.
    /// </summary>
    public void Hoist(int probe, string name) => Changed |= (_hoisted ??= []).Add($"{probe} {name}");

    /// <summary>Whether a variable is one of the whole probe.</summary>
    public bool IsHoisted(int probe, string name) => _hoisted is not null && _hoisted.Contains($"{probe} {name}");

    /// <summary>What is known of a map.</summary>
    public MapTypes GetMap(string name)
    {
        NoteRead(name);
        return FindMap(name);
    }

    private MapTypes FindMap(string name)
    {
        if (!_maps.TryGetValue(name, out MapTypes? types))
            _maps[name] = types = new MapTypes();
        return types;
    }

    /// <summary>Sets a map's value type.</summary>
    public void SetMapValue(string name, BpfType type)
    {
        MapTypes types = FindMap(name);
        bool changed = types.Value is null || !IsUnchanged(types.Value, type);
        types.Value = type;
        if (changed)
            NoteChange(name);
    }

    /// <summary>Sets a map's key type.</summary>
    public void SetMapKey(string name, BpfType type)
    {
        MapTypes types = FindMap(name);
        bool changed = types.Key is null || !IsUnchanged(types.Key, type);
        types.Key = type;
        if (changed)
            NoteChange(name);
    }

    /// <summary>A number for a macro use, the same in every pass.</summary>
    public int GetExpansion(int parent, int position, string name)
    {
        var use = new MacroUse(parent, position, name);
        if (!_expansions.TryGetValue(use, out int id))
            _expansions[use] = id = _expansions.Count + 1;
        return id;
    }

    /// <summary>
    /// Gives maps that nothing is assigned to, but that are read or changed in place (<c>@x++</c>), the type of a zero; those that aggregate what they
    /// hold themselves (<c>@x = max(@x)</c>) that of the aggregate.
    /// </summary>
    /// <returns>Whether there was one.</returns>
    public bool SeedUnresolvedMaps(ProgramBinder pass)
    {
        bool any = false;
        foreach (string name in pass.AccessedMaps)
        {
            if (GetMap(name).Value is not null)
                continue;
            if (pass.OpenAggregates.TryGetValue(name, out AggregateType? open))
                SetMapValue(name, open);
            else if (!pass.CausedMaps.Contains(name))
                SetMapValue(name, IntegerType.Int8);
            else
                continue;
            any = true;
        }
        return any;
    }

    private sealed record MacroUse(int Parent, int Position, string Name);

    private static bool IsUnchanged(BpfType known, BpfType type)
    {
        if (!TypeRules.Same(known, type))
            return false;
        if (known is IntegerType a && type is IntegerType b)
            return a.IsSignFlexible == b.IsSignFlexible && a.Space == b.Space;
        return known is not PointerType p || type is not PointerType q || p.Space == q.Space;
    }
}
