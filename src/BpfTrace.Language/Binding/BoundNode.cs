using BpfTrace.Language.Symbols;
using BpfTrace.Language.Text;

namespace BpfTrace.Language.Binding;

/// <summary>A node of the bound tree: names resolved, types settled, every conversion explicit. Immutable.</summary>
/// <param name="Span">The script text it stands for; diagnostics and BPF line information point there.</param>
public abstract record BoundNode(TextSpan Span)
{
    /// <summary>The macros whose expansion this and what is in it come from; null where it is as for the node around it.</summary>
    public Expansion? Expansion { get; init; }
}

/// <summary>How a node came to be where macros are used.</summary>
/// <param name="Place">Where a C macro is used whose text this is: its own spans are not the script's. Null for text of the script.</param>
/// <param name="Uses">Where macros are used, the innermost first, and where their parameters stand for the text; empty in the script itself.</param>
public sealed record Expansion(TextLocation? Place, IReadOnlyList<TextSpan> Uses);

/// <summary>An expression with its settled type.</summary>
public abstract record BoundExpression(TextSpan Span, BpfType Type) : BoundNode(Span);

/// <summary>A statement.</summary>
public abstract record BoundStatement(TextSpan Span) : BoundNode(Span);
