using BpfTrace.Language.Symbols;
using BpfTrace.Language.Text;

namespace BpfTrace.Language.Binding.Inference;

/// <summary>How a variable came into being, for the note of a diagnostic.</summary>
internal enum VariableOrigin
{
    Assignment,
    Declaration,
    Parameter,
    Loop,
}

/// <summary>A variable within one pass.</summary>
internal sealed class LocalVariable(VariableSymbol symbol, VariableKey key, VariableOrigin origin, TextLocation location)
{
    public VariableSymbol Symbol { get; } = symbol;

    public VariableKey Key { get; } = key;

    public VariableOrigin Origin { get; } = origin;

    /// <summary>Where it was introduced.</summary>
    public TextLocation Location { get; } = location;

    public bool WasAssigned { get; set; }

    /// <summary>Its declaration gave a type with a size: assignments do not change it.</summary>
    public bool HasFixedType { get; init; }

    /// <summary>How many loops with a callback body enclose its introduction.</summary>
    public int LoopDepth { get; init; }
}

/// <summary>A block's variables. A macro's outermost scope has no parent: its body does not see its user's variables.</summary>
internal sealed class Scope(Scope? parent)
{
    private Dictionary<string, LocalVariable>? _variables;

    public Scope? Parent { get; } = parent;

    public IEnumerable<LocalVariable> Variables => _variables is null ? [] : _variables.Values;

    public LocalVariable? Find(string name)
    {
        for (Scope? scope = this; scope is not null; scope = scope.Parent)
        {
            if (scope._variables is not null && scope._variables.TryGetValue(name, out LocalVariable? variable))
                return variable;
        }
        return null;
    }

    /// <summary>Enters a variable; a macro's parameter is entered under its own name.</summary>
    public void Add(string name, LocalVariable variable) => (_variables ??= new(StringComparer.Ordinal))[name] = variable;
}
