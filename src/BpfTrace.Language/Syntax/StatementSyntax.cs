using BpfTrace.Language.Text;

namespace BpfTrace.Language.Syntax;

/// <summary><c>printf("x");</c>, <c>@x++;</c>, <c>if c { }</c>.</summary>
/// <param name="Span">The expression (its block's span for a last expression without <c>;</c>, as bpftrace).</param>
/// <param name="Expression">The expression; its value is not used.</param>
public sealed record ExpressionStatementSyntax(TextSpan Span, ExpressionSyntax Expression) : StatementSyntax(Span)
{
    /// <inheritdoc/>
    public override IEnumerable<SyntaxNode> Children => [Expression];
}

/// <summary><c>$x = e</c>, <c>@m = e</c>, <c>@m[k] = e</c>, <c>$x += e</c>.</summary>
/// <param name="Span">Target and value, without the <c>;</c>.</param>
/// <param name="Target">A <see cref="VariableExpressionSyntax"/>, <see cref="MapExpressionSyntax"/> or <see cref="MapAccessExpressionSyntax"/>.</param>
/// <param name="Operator">The operator of a compound assignment; null for <c>=</c>.</param>
/// <param name="OperatorSpan">Where the <c>=</c> or <c>+=</c> is.</param>
/// <param name="Value">The right-hand side.</param>
public sealed record AssignmentStatementSyntax(TextSpan Span, ExpressionSyntax Target, BinaryOperatorKind? Operator, TextSpan OperatorSpan, ExpressionSyntax Value) : StatementSyntax(Span)
{
    /// <inheritdoc/>
    public override IEnumerable<SyntaxNode> Children => [Target, Value];
}

/// <summary><c>let $x;</c>, <c>let $x : uint16 = e;</c>.</summary>
/// <param name="Span">The whole, without the <c>;</c>.</param>
/// <param name="DeclarationSpan">From <c>let</c> through the variable's name, as bpftrace draws the declaration.</param>
/// <param name="Variable">The variable.</param>
/// <param name="Type">Its type, where written.</param>
/// <param name="Initializer">Its first value, where written.</param>
public sealed record VariableDeclarationStatementSyntax(TextSpan Span, TextSpan DeclarationSpan, VariableExpressionSyntax Variable, TypeSyntax? Type, ExpressionSyntax? Initializer) : StatementSyntax(Span)
{
    /// <inheritdoc/>
    public override IEnumerable<SyntaxNode> Children
    {
        get
        {
            yield return Variable;
            if (Type is not null)
                yield return Type;
            if (Initializer is not null)
                yield return Initializer;
        }
    }
}

/// <summary><c>_ = e;</c>: the value is thrown away on purpose.</summary>
/// <param name="Span">The whole, without the <c>;</c>.</param>
/// <param name="Expression">The expression.</param>
public sealed record DiscardStatementSyntax(TextSpan Span, ExpressionSyntax Expression) : StatementSyntax(Span)
{
    /// <inheritdoc/>
    public override IEnumerable<SyntaxNode> Children => [Expression];
}

/// <summary><c>while (c) { }</c>.</summary>
/// <param name="Span">The whole.</param>
/// <param name="Condition">The condition.</param>
/// <param name="Body">The body.</param>
public sealed record WhileStatementSyntax(TextSpan Span, ExpressionSyntax Condition, BlockExpressionSyntax Body) : StatementSyntax(Span)
{
    /// <inheritdoc/>
    public override IEnumerable<SyntaxNode> Children => [Condition, Body];
}

/// <summary><c>unroll (5) { }</c>.</summary>
/// <param name="Span">The whole.</param>
/// <param name="Count">How often.</param>
/// <param name="Body">The body.</param>
public sealed record UnrollStatementSyntax(TextSpan Span, ExpressionSyntax Count, BlockExpressionSyntax Body) : StatementSyntax(Span)
{
    /// <inheritdoc/>
    public override IEnumerable<SyntaxNode> Children => [Count, Body];
}

/// <summary><c>for ($kv : @map) { }</c>, <c>for ($i : 0..10) { }</c>.</summary>
/// <param name="Span">The whole.</param>
/// <param name="Variable">The loop variable.</param>
/// <param name="Iterable">A <see cref="MapExpressionSyntax"/> or a <see cref="RangeExpressionSyntax"/>.</param>
/// <param name="Body">The body.</param>
public sealed record ForStatementSyntax(TextSpan Span, VariableExpressionSyntax Variable, ExpressionSyntax Iterable, BlockExpressionSyntax Body) : StatementSyntax(Span)
{
    /// <inheritdoc/>
    public override IEnumerable<SyntaxNode> Children => [Variable, Iterable, Body];
}

/// <summary><c>break;</c>.</summary>
/// <param name="Span">Where it is.</param>
public sealed record BreakStatementSyntax(TextSpan Span) : StatementSyntax(Span)
{
    /// <inheritdoc/>
    public override IEnumerable<SyntaxNode> Children => [];
}

/// <summary><c>continue;</c>.</summary>
/// <param name="Span">Where it is.</param>
public sealed record ContinueStatementSyntax(TextSpan Span) : StatementSyntax(Span)
{
    /// <inheritdoc/>
    public override IEnumerable<SyntaxNode> Children => [];
}

/// <summary><c>return;</c>, <c>return e;</c>.</summary>
/// <param name="Span">Where it is.</param>
/// <param name="Value">The value, where written.</param>
public sealed record ReturnStatementSyntax(TextSpan Span, ExpressionSyntax? Value) : StatementSyntax(Span)
{
    /// <inheritdoc/>
    public override IEnumerable<SyntaxNode> Children => Value is null ? [] : [Value];
}

/// <summary><c>import "x.bt";</c> inside a block (unstable in bpftrace).</summary>
/// <param name="Span">The whole, without the <c>;</c>.</param>
/// <param name="Path">What is imported.</param>
public sealed record ImportStatementSyntax(TextSpan Span, string Path) : StatementSyntax(Span)
{
    /// <inheritdoc/>
    public override IEnumerable<SyntaxNode> Children => [];
}
