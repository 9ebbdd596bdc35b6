using System.Collections.Immutable;

namespace BpfTrace.Bpf.Dwarf;

/// <summary>A parameter of a function.</summary>
/// <param name="Name">Its name; empty for none. C++ methods have <c>this</c> first.</param>
/// <param name="Type">Its type; null where the file does not say.</param>
public sealed record DwarfParameter(string Name, DwarfType? Type);

/// <summary>A function of a binary.</summary>
public sealed class DwarfFunction
{
    internal DwarfFunction(string name, string linkageName, ImmutableArray<DwarfParameter> parameters, DwarfType? returnType, bool isVariadic, uint language, int unit)
    {
        Name = name;
        LinkageName = linkageName;
        Parameters = parameters;
        ReturnType = returnType;
        IsVariadic = isVariadic;
        IsGo = language == DwarfConstants.DW_LANG_Go;
        Unit = unit;
    }

    /// <summary>The name without namespace and parameters.</summary>
    public string Name { get; }

    /// <summary>The mangled name; empty in C.</summary>
    public string LinkageName { get; }

    /// <summary>The parameters in order.</summary>
    public ImmutableArray<DwarfParameter> Parameters { get; }

    /// <summary>What it returns; null for void.</summary>
    public DwarfType? ReturnType { get; }

    /// <summary>Whether further arguments follow (<c>...</c>).</summary>
    public bool IsVariadic { get; }

    /// <summary>Whether it is written in Go, whose calling convention is its own.</summary>
    public bool IsGo { get; }

    /// <summary>The unit it is in: types of equal name are looked for there first.</summary>
    internal int Unit { get; }
}
