using BpfTrace.Language.Text;

namespace BpfTrace.Language.Symbols;

/// <summary>A scratch variable <c>$x</c>, also a loop's variable. Compared by reference.</summary>
public sealed class VariableSymbol(string name, TextSpan declaration)
{
    /// <summary>The name with its <c>$</c>.</summary>
    public string Name { get; } = name;

    /// <summary>Where it was first assigned or declared.</summary>
    public TextSpan Declaration { get; } = declaration;

    /// <summary>Its type; settled when binding has seen every assignment.</summary>
    public BpfType Type { get; set; } = BpfType.Error;
}

/// <summary>How a map is kept in the kernel.</summary>
public enum MapStorage
{
    /// <summary>BPF_MAP_TYPE_HASH.</summary>
    Hash,

    /// <summary>BPF_MAP_TYPE_LRU_HASH.</summary>
    LruHash,

    /// <summary>BPF_MAP_TYPE_PERCPU_HASH.</summary>
    PerCpuHash,

    /// <summary>BPF_MAP_TYPE_LRU_PERCPU_HASH.</summary>
    PerCpuLruHash,

    /// <summary>BPF_MAP_TYPE_ARRAY of one entry: a scalar map.</summary>
    Array,

    /// <summary>BPF_MAP_TYPE_PERCPU_ARRAY of one entry: a scalar aggregate.</summary>
    PerCpuArray,
}

/// <summary>A map <c>@name</c>. Compared by reference.</summary>
public sealed class MapSymbol(string name, TextSpan declaration)
{
    /// <summary>The name with its <c>@</c>; just <c>@</c> for the anonymous one.</summary>
    public string Name { get; } = name;

    /// <summary>Where it was first used or declared.</summary>
    public TextSpan Declaration { get; } = declaration;

    /// <summary>The key's type (several keys are one tuple); null for a scalar map.</summary>
    public BpfType? KeyType { get; set; }

    /// <summary>The value's type; an <see cref="AggregateType"/> for an aggregating map.</summary>
    public BpfType ValueType { get; set; } = BpfType.Error;

    /// <summary>How it is kept.</summary>
    public MapStorage Storage { get; set; } = MapStorage.Hash;

    /// <summary>The most entries: its declaration's, else <c>max_map_keys</c>; 1 for a scalar map.</summary>
    public int MaxEntries { get; set; }

    /// <summary>True when it has no key.</summary>
    public bool IsScalar => KeyType is null;

    /// <summary>True when the kernel keeps one value per CPU.</summary>
    public bool IsPerCpu => Storage is MapStorage.PerCpuHash or MapStorage.PerCpuLruHash or MapStorage.PerCpuArray;

    /// <summary>The aggregation, or null.</summary>
    public AggregateType? Aggregate => ValueType as AggregateType;
}
