using System.Collections.Immutable;
using BpfTrace.Language.Text;

namespace BpfTrace.Language.Syntax;

/// <summary><c>pid</c>, <c>arg0</c>, <c>AF_INET</c>: a builtin, an enum constant, a macro or a type name; the binder decides.</summary>
/// <param name="Span">Where it is.</param>
/// <param name="Name">The identifier.</param>
public sealed record IdentifierExpressionSyntax(TextSpan Span, string Name) : ExpressionSyntax(Span)
{
    /// <inheritdoc/>
    public override IEnumerable<SyntaxNode> Children => [];
}

/// <summary><c>$x</c>.</summary>
/// <param name="Span">Where it is.</param>
/// <param name="Name">The name with its <c>$</c>.</param>
public sealed record VariableExpressionSyntax(TextSpan Span, string Name) : ExpressionSyntax(Span)
{
    /// <inheritdoc/>
    public override IEnumerable<SyntaxNode> Children => [];
}

/// <summary><c>@m</c> or the anonymous <c>@</c>, without a key.</summary>
/// <param name="Span">Where it is.</param>
/// <param name="Name">The name with its <c>@</c>.</param>
public sealed record MapExpressionSyntax(TextSpan Span, string Name) : ExpressionSyntax(Span)
{
    /// <inheritdoc/>
    public override IEnumerable<SyntaxNode> Children => [];
}

/// <summary><c>@m[k]</c>, <c>@m[k1, k2]</c>. Several keys mean the same as one tuple.</summary>
/// <param name="Span">Where it is.</param>
/// <param name="Map">The map.</param>
/// <param name="Keys">The keys as written; at least one.</param>
public sealed record MapAccessExpressionSyntax(TextSpan Span, MapExpressionSyntax Map, ImmutableArray<ExpressionSyntax> Keys) : ExpressionSyntax(Span)
{
    /// <inheritdoc/>
    public override IEnumerable<SyntaxNode> Children => [Map, .. Keys];
}

/// <summary><c>$1</c>.</summary>
/// <param name="Span">Where it is.</param>
/// <param name="Index">1-based index; may exceed the number of arguments given.</param>
public sealed record PositionalParameterExpressionSyntax(TextSpan Span, long Index) : ExpressionSyntax(Span)
{
    /// <inheritdoc/>
    public override IEnumerable<SyntaxNode> Children => [];
}

/// <summary><c>$#</c>: how many positional parameters were given.</summary>
/// <param name="Span">Where it is.</param>
public sealed record PositionalParameterCountExpressionSyntax(TextSpan Span) : ExpressionSyntax(Span)
{
    /// <inheritdoc/>
    public override IEnumerable<SyntaxNode> Children => [];
}
