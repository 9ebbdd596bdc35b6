using System.Collections.Immutable;
using BpfTrace.Language.Binding;
using BpfTrace.Language.Text;

namespace BpfTrace.Language.Symbols;

/// <summary>A function of the script, <c>fn name($a : int64) : int64 { … }</c>: a BPF subprogram. Compared by reference.</summary>
public sealed class SubprogramSymbol(string name, TextSpan declaration)
{
    /// <summary>The name.</summary>
    public string Name { get; } = name;

    /// <summary>Where it is declared: keyword and name.</summary>
    public TextSpan Declaration { get; } = declaration;

    /// <summary>The parameters, variables of the body.</summary>
    public ImmutableArray<VariableSymbol> Parameters { get; set; } = [];

    /// <summary>The type of its value; <see cref="VoidType"/> for none.</summary>
    public BpfType ReturnType { get; set; } = BpfType.Error;

    /// <summary>The code. A <see cref="BoundReturn"/> within has a value of <see cref="ReturnType"/>, or none.</summary>
    public BoundBlock? Body { get; set; }
}
