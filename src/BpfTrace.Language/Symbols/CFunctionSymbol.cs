using System.Collections.Immutable;

namespace BpfTrace.Language.Symbols;

/// <summary>A function compiled from C, for a script to call.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Parameters">Its parameters: numbers, <c>bool</c>, enums and pointers.</param>
/// <param name="ReturnType">The type of its value, of the same kinds; <see cref="VoidType"/> for none.</param>
public sealed record CFunctionSymbol(string Name, ImmutableArray<CParameter> Parameters, BpfType ReturnType)
{
    /// <summary>Why a script cannot call it; null when it can.</summary>
    public string? WhyNot { get; init; }
}

/// <summary>A parameter of a C function.</summary>
/// <param name="Name">Its name; may be empty.</param>
/// <param name="Type">Its type.</param>
public sealed record CParameter(string Name, BpfType Type);
