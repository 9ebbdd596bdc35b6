using System.Collections.Immutable;
using BpfTrace.Language.Text;

namespace BpfTrace.Language.Syntax;

/// <summary><c>sizeof(struct S)</c>, <c>sizeof($x)</c>.</summary>
/// <param name="Span">The whole.</param>
/// <param name="Type">The type; an <see cref="ExpressionTypeSyntax"/> where an expression (or a lone identifier) was written.</param>
public sealed record SizeofExpressionSyntax(TextSpan Span, TypeSyntax Type) : ExpressionSyntax(Span)
{
    /// <inheritdoc/>
    public override IEnumerable<SyntaxNode> Children => [Type];
}

/// <summary><c>offsetof(struct S, f.sub)</c>.</summary>
/// <param name="Span">The whole.</param>
/// <param name="Type">The type, as in <see cref="SizeofExpressionSyntax"/>.</param>
/// <param name="Fields">The path of fields; at least one.</param>
public sealed record OffsetofExpressionSyntax(TextSpan Span, TypeSyntax Type, ImmutableArray<string> Fields) : ExpressionSyntax(Span)
{
    /// <inheritdoc/>
    public override IEnumerable<SyntaxNode> Children => [Type];
}

/// <summary><c>typeinfo(e)</c> (unstable in bpftrace).</summary>
/// <param name="Span">The whole.</param>
/// <param name="Type">The type, as in <see cref="SizeofExpressionSyntax"/>.</param>
public sealed record TypeinfoExpressionSyntax(TextSpan Span, TypeSyntax Type) : ExpressionSyntax(Span)
{
    /// <inheritdoc/>
    public override IEnumerable<SyntaxNode> Children => [Type];
}

/// <summary><c>comptime e</c>: must fold to a constant.</summary>
/// <param name="Span">The whole.</param>
/// <param name="Expression">What must fold.</param>
public sealed record ComptimeExpressionSyntax(TextSpan Span, ExpressionSyntax Expression) : ExpressionSyntax(Span)
{
    /// <inheritdoc/>
    public override IEnumerable<SyntaxNode> Children => [Expression];
}

/// <summary><c>if c { … } else { … }</c>; a statement where its value is not used.</summary>
/// <param name="Span">The whole.</param>
/// <param name="Condition">The condition.</param>
/// <param name="Then">What runs when it holds.</param>
/// <param name="Else">A block, or another <c>if</c>; null without <c>else</c>.</param>
public sealed record IfExpressionSyntax(TextSpan Span, ExpressionSyntax Condition, BlockExpressionSyntax Then, ExpressionSyntax? Else) : ExpressionSyntax(Span)
{
    /// <inheritdoc/>
    public override IEnumerable<SyntaxNode> Children => Else is null ? [Condition, Then] : [Condition, Then, Else];
}

/// <summary><c>{ statements; value }</c>: a body, and an expression where it ends in one.</summary>
/// <param name="Span">The whole with its braces.</param>
/// <param name="Statements">The statements.</param>
/// <param name="Value">
/// The expression before the closing brace without a <c>;</c>; null where the block has no value. Bodies of probes,
/// loops and subprograms never have one: there a last expression is a statement.
/// </param>
public sealed record BlockExpressionSyntax(TextSpan Span, ImmutableArray<StatementSyntax> Statements, ExpressionSyntax? Value) : ExpressionSyntax(Span)
{
    /// <inheritdoc/>
    public override IEnumerable<SyntaxNode> Children => Value is null ? Statements : [.. Statements, Value];
}

/// <summary><c>a..b</c> in a <c>for</c>; the end is not included.</summary>
/// <param name="Span">From the <c>for</c> to the end of the range, as bpftrace draws it.</param>
/// <param name="Start">First value.</param>
/// <param name="End">One past the last value.</param>
public sealed record RangeExpressionSyntax(TextSpan Span, ExpressionSyntax Start, ExpressionSyntax End) : ExpressionSyntax(Span)
{
    /// <inheritdoc/>
    public override IEnumerable<SyntaxNode> Children => [Start, End];
}
