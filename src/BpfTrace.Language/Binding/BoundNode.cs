using BpfTrace.Language.Symbols;
using BpfTrace.Language.Text;

namespace BpfTrace.Language.Binding;

/// <summary>A node of the bound tree: names resolved, types settled, every conversion explicit. Immutable.</summary>
/// <param name="Span">The script text it stands for; diagnostics and BPF line information point there.</param>
public abstract record BoundNode(TextSpan Span);

/// <summary>An expression with its settled type.</summary>
public abstract record BoundExpression(TextSpan Span, BpfType Type) : BoundNode(Span);

/// <summary>A statement.</summary>
public abstract record BoundStatement(TextSpan Span) : BoundNode(Span);
