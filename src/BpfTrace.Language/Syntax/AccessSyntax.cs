using System.Collections.Immutable;
using BpfTrace.Language.Text;

namespace BpfTrace.Language.Syntax;

/// <summary><c>f(a, b)</c>.</summary>
/// <param name="Span">Name and arguments.</param>
/// <param name="Name">The function's name.</param>
/// <param name="NameSpan">Where the name is.</param>
/// <param name="Arguments">The arguments; <c>typeof(x)</c> arguments are <see cref="TypeArgumentExpressionSyntax"/>.</param>
public sealed record CallExpressionSyntax(TextSpan Span, string Name, TextSpan NameSpan, ImmutableArray<ExpressionSyntax> Arguments) : ExpressionSyntax(Span)
{
    /// <inheritdoc/>
    public override IEnumerable<SyntaxNode> Children => Arguments;
}

/// <summary><c>typeof(x)</c> as an argument of a call.</summary>
/// <param name="Span">Where it is.</param>
/// <param name="Type">The type.</param>
public sealed record TypeArgumentExpressionSyntax(TextSpan Span, TypeSyntax Type) : ExpressionSyntax(Span)
{
    /// <inheritdoc/>
    public override IEnumerable<SyntaxNode> Children => [Type];
}

/// <summary><c>e.field</c>, <c>e->field</c>.</summary>
/// <param name="Span">Expression and field.</param>
/// <param name="Expression">What is accessed.</param>
/// <param name="Name">The field's name.</param>
/// <param name="NameSpan">Where the name is.</param>
/// <param name="IsArrow">Whether <c>-></c> was written. Both dereference pointers.</param>
public sealed record MemberAccessExpressionSyntax(TextSpan Span, ExpressionSyntax Expression, string Name, TextSpan NameSpan, bool IsArrow) : ExpressionSyntax(Span)
{
    /// <inheritdoc/>
    public override IEnumerable<SyntaxNode> Children => [Expression];
}

/// <summary><c>$t.0</c>.</summary>
/// <param name="Span">Expression and index.</param>
/// <param name="Expression">What is accessed.</param>
/// <param name="Index">0-based element.</param>
/// <param name="IndexSpan">Where the index is.</param>
public sealed record TupleAccessExpressionSyntax(TextSpan Span, ExpressionSyntax Expression, int Index, TextSpan IndexSpan) : ExpressionSyntax(Span)
{
    /// <inheritdoc/>
    public override IEnumerable<SyntaxNode> Children => [Expression];
}

/// <summary><c>e[i]</c>, where <c>e</c> is not a map.</summary>
/// <param name="Span">Expression and index.</param>
/// <param name="Expression">What is accessed.</param>
/// <param name="Index">The index.</param>
public sealed record ElementAccessExpressionSyntax(TextSpan Span, ExpressionSyntax Expression, ExpressionSyntax Index) : ExpressionSyntax(Span)
{
    /// <inheritdoc/>
    public override IEnumerable<SyntaxNode> Children => [Expression, Index];
}

/// <summary><c>(a, b)</c>, <c>(a,)</c>, <c>()</c>.</summary>
/// <param name="Span">The whole with its parentheses.</param>
/// <param name="Elements">The elements.</param>
public sealed record TupleExpressionSyntax(TextSpan Span, ImmutableArray<ExpressionSyntax> Elements) : ExpressionSyntax(Span)
{
    /// <inheritdoc/>
    public override IEnumerable<SyntaxNode> Children => Elements;
}

/// <summary><c>(x=1, y="s")</c>.</summary>
/// <param name="Span">The whole with its parentheses.</param>
/// <param name="Fields">The fields; names are distinct.</param>
public sealed record RecordExpressionSyntax(TextSpan Span, ImmutableArray<RecordFieldSyntax> Fields) : ExpressionSyntax(Span)
{
    /// <inheritdoc/>
    public override IEnumerable<SyntaxNode> Children => Fields;
}

/// <summary><c>x=1</c> in a record.</summary>
/// <param name="Span">Name and value.</param>
/// <param name="Name">The field's name.</param>
/// <param name="NameSpan">Where the name is.</param>
/// <param name="Value">Its value.</param>
public sealed record RecordFieldSyntax(TextSpan Span, string Name, TextSpan NameSpan, ExpressionSyntax Value) : SyntaxNode(Span)
{
    /// <inheritdoc/>
    public override IEnumerable<SyntaxNode> Children => [Value];
}
