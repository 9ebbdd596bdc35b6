using BpfTrace.Language.Syntax;
using BpfTrace.Language.Text;

namespace BpfTrace.Language.Binding.Inference;

/// <summary>An expression given to a macro: evaluated where it is used, seeing what its giver sees.</summary>
internal sealed record MacroArgument(ExpressionSyntax Expression, Scope Scope, MacroFrame? Frame, SourceText Source)
{
    /// <summary>Where the C macro is used whose text this is a part of; null when it is the script's own text.</summary>
    public TextLocation? ExpansionPlace { get; init; }
}

/// <summary>A macro being expanded.</summary>
/// <param name="Name">The macro's name.</param>
/// <param name="Use">Where it is used.</param>
/// <param name="Parent">The macro whose body uses it, or null.</param>
/// <param name="Expansion">The use's number.</param>
/// <param name="Source">The text the macro is in.</param>
internal sealed record MacroFrame(string Name, TextLocation Use, MacroFrame? Parent, int Expansion, SourceText Source)
{
    /// <summary>Parameters that stand for expressions.</summary>
    public Dictionary<string, MacroArgument> Arguments { get; } = new(StringComparer.Ordinal);

    /// <summary>Parameters that stand for maps: the map's own name.</summary>
    public Dictionary<string, string> Maps { get; } = new(StringComparer.Ordinal);

    /// <summary>Whether a macro is being expanded already.</summary>
    public bool IsExpanding(string name)
    {
        for (MacroFrame? frame = this; frame is not null; frame = frame.Parent)
        {
            if (frame.Name == name)
                return true;
        }
        return false;
    }
}
