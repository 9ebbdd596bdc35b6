using System.Collections.Immutable;
using BpfTrace.Language.Text;

namespace BpfTrace.Language.Syntax;

/// <summary><c>kprobe:f, tracepoint:a:b /pid == 1/ { … }</c>.</summary>
/// <param name="Span">The attach points, as bpftrace draws a probe.</param>
/// <param name="AttachPoints">Where it is attached; at least one.</param>
/// <param name="Predicate">The <c>/condition/</c>, where written.</param>
/// <param name="Body">What runs.</param>
public sealed record ProbeSyntax(TextSpan Span, ImmutableArray<AttachPointSyntax> AttachPoints, PredicateSyntax? Predicate, BlockExpressionSyntax Body) : MemberSyntax(Span)
{
    /// <inheritdoc/>
    public override IEnumerable<SyntaxNode> Children => Predicate is null ? [.. AttachPoints, Body] : [.. AttachPoints, Predicate, Body];
}

/// <summary><c>/condition/</c> before a probe's body.</summary>
/// <param name="Span">The condition with its slashes.</param>
/// <param name="Condition">The condition.</param>
public sealed record PredicateSyntax(TextSpan Span, ExpressionSyntax Condition) : SyntaxNode(Span)
{
    /// <inheritdoc/>
    public override IEnumerable<SyntaxNode> Children => [Condition];
}

/// <summary><c>macro name($v, @m, e) { … }</c>.</summary>
/// <param name="Span">Keyword and name.</param>
/// <param name="Name">The name.</param>
/// <param name="Parameters">
/// <see cref="VariableExpressionSyntax"/>, <see cref="MapExpressionSyntax"/> or, for any expression,
/// <see cref="IdentifierExpressionSyntax"/>.
/// </param>
/// <param name="Body">What a use expands to.</param>
public sealed record MacroSyntax(TextSpan Span, string Name, ImmutableArray<ExpressionSyntax> Parameters, BlockExpressionSyntax Body) : MemberSyntax(Span)
{
    /// <inheritdoc/>
    public override IEnumerable<SyntaxNode> Children => [.. Parameters, Body];
}

/// <summary><c>fn name($a : int64) : int64 { … }</c> (experimental in bpftrace).</summary>
/// <param name="Span">Keyword and name.</param>
/// <param name="Name">The name.</param>
/// <param name="Parameters">The parameters.</param>
/// <param name="ReturnType">The type it returns.</param>
/// <param name="Body">The body.</param>
public sealed record SubprogramSyntax(TextSpan Span, string Name, ImmutableArray<SubprogramParameterSyntax> Parameters, TypeSyntax ReturnType, BlockExpressionSyntax Body) : MemberSyntax(Span)
{
    /// <inheritdoc/>
    public override IEnumerable<SyntaxNode> Children => [.. Parameters, ReturnType, Body];
}

/// <summary><c>$a : int64</c> of a subprogram.</summary>
/// <param name="Span">The whole.</param>
/// <param name="Variable">The variable.</param>
/// <param name="Type">Its type.</param>
public sealed record SubprogramParameterSyntax(TextSpan Span, VariableExpressionSyntax Variable, TypeSyntax Type) : SyntaxNode(Span)
{
    /// <inheritdoc/>
    public override IEnumerable<SyntaxNode> Children => [Variable, Type];
}

/// <summary><c>let @m = lruhash(1000);</c>.</summary>
/// <param name="Span">The whole.</param>
/// <param name="Name">The map's name with its <c>@</c>.</param>
/// <param name="MapType">The map type as written: <c>hash</c>, <c>lruhash</c>, <c>percpuhash</c>, <c>percpulruhash</c>.</param>
/// <param name="MapTypeSpan">Where the map type is.</param>
/// <param name="MaxEntries">The capacity in entries.</param>
public sealed record MapDeclarationSyntax(TextSpan Span, string Name, string MapType, TextSpan MapTypeSpan, ulong MaxEntries) : MemberSyntax(Span)
{
    /// <inheritdoc/>
    public override IEnumerable<SyntaxNode> Children => [];
}
