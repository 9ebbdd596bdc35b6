using BpfTrace.Language.Syntax;
using BpfTrace.Language.Text;

namespace BpfTrace.Language.Binding.Inference;

/// <summary>An expression given to a macro: evaluated where it is used, seeing what its giver sees.</summary>
/// <param name="Expression">The expression.</param>
/// <param name="Scope">The variables its giver sees.</param>
/// <param name="Frame">The macro that gives it, or null.</param>
/// <param name="Source">The text it is in.</param>
/// <param name="Loops">How many loops of its giver are around it.</param>
internal sealed record MacroArgument(ExpressionSyntax Expression, Scope Scope, MacroFrame? Frame, SourceText Source, int Loops)
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
    /// <summary>The macro; null for one of C.</summary>
    public MacroSyntax? Macro { get; init; }

    /// <summary>Parameters that stand for expressions.</summary>
    public Dictionary<string, MacroArgument> Arguments { get; } = new(StringComparer.Ordinal);

    /// <summary>Parameters that stand for variables: where the macro has them.</summary>
    public Dictionary<string, SyntaxNode> Variables { get; } = new(StringComparer.Ordinal);

    /// <summary>Parameters that stand for maps: the map's own name.</summary>
    public Dictionary<string, string> Maps { get; } = new(StringComparer.Ordinal);

    /// <summary>The names from a macro that is being expanded already to its use in this one; null when it is not.</summary>
    public string? ChainTo(MacroSyntax macro)
    {
        string chain = macro.Name;
        for (MacroFrame? frame = this; frame is not null; frame = frame.Parent)
        {
            chain = frame.Name + " > " + chain;
            if (frame.Macro == macro)
                return chain;
        }
        return null;
    }
}
