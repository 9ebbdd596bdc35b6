using BpfTrace.Language.Text;

namespace BpfTrace.Language.Syntax;

/// <summary>Binary operators. Precedence and text are in <see cref="SyntaxFacts"/>.</summary>
public enum BinaryOperatorKind
{
    /// <summary><c>||</c></summary>
    LogicalOr,

    /// <summary><c>&amp;&amp;</c></summary>
    LogicalAnd,

    /// <summary><c>|</c></summary>
    BitwiseOr,

    /// <summary><c>^</c></summary>
    BitwiseXor,

    /// <summary><c>&amp;</c></summary>
    BitwiseAnd,

    /// <summary><c>==</c></summary>
    Equal,

    /// <summary><c>!=</c></summary>
    NotEqual,

    /// <summary><c>&lt;</c></summary>
    Less,

    /// <summary><c>&lt;=</c></summary>
    LessOrEqual,

    /// <summary><c>&gt;</c></summary>
    Greater,

    /// <summary><c>&gt;=</c></summary>
    GreaterOrEqual,

    /// <summary><c>&lt;&lt;</c></summary>
    ShiftLeft,

    /// <summary><c>&gt;&gt;</c></summary>
    ShiftRight,

    /// <summary><c>+</c></summary>
    Add,

    /// <summary><c>-</c></summary>
    Subtract,

    /// <summary><c>*</c></summary>
    Multiply,

    /// <summary><c>/</c></summary>
    Divide,

    /// <summary><c>%</c></summary>
    Modulo,
}

/// <summary>Operators with one operand.</summary>
public enum UnaryOperatorKind
{
    /// <summary><c>!e</c></summary>
    LogicalNot,

    /// <summary><c>~e</c></summary>
    BitwiseNot,

    /// <summary><c>-e</c></summary>
    Negate,

    /// <summary><c>*e</c></summary>
    Dereference,

    /// <summary><c>++e</c>; the operand is a variable, a map or a map access.</summary>
    PreIncrement,

    /// <summary><c>--e</c>; the operand is a variable, a map or a map access.</summary>
    PreDecrement,

    /// <summary><c>e++</c>; the operand is a variable, a map or a map access.</summary>
    PostIncrement,

    /// <summary><c>e--</c>; the operand is a variable, a map or a map access.</summary>
    PostDecrement,

    /// <summary><c>&amp;e</c>; the operand is a variable or a map without key.</summary>
    AddressOf,
}

/// <summary><c>a + b</c>.</summary>
/// <param name="Span">From the left operand to the right one.</param>
/// <param name="Left">Left operand.</param>
/// <param name="Operator">The operator.</param>
/// <param name="OperatorSpan">Where the operator is.</param>
/// <param name="Right">Right operand.</param>
public sealed record BinaryExpressionSyntax(TextSpan Span, ExpressionSyntax Left, BinaryOperatorKind Operator, TextSpan OperatorSpan, ExpressionSyntax Right) : ExpressionSyntax(Span)
{
    /// <inheritdoc/>
    public override IEnumerable<SyntaxNode> Children => [Left, Right];
}

/// <summary><c>-e</c>, <c>*p</c>, <c>@x++</c>, <c>&amp;$x</c>.</summary>
/// <param name="Span">Operator and operand.</param>
/// <param name="Operator">The operator.</param>
/// <param name="Operand">The operand.</param>
public sealed record UnaryExpressionSyntax(TextSpan Span, UnaryOperatorKind Operator, ExpressionSyntax Operand) : ExpressionSyntax(Span)
{
    /// <inheritdoc/>
    public override IEnumerable<SyntaxNode> Children => [Operand];
}

/// <summary><c>c ? a : b</c>, <c>c ?: b</c>.</summary>
/// <param name="Span">The whole.</param>
/// <param name="Condition">The condition.</param>
/// <param name="WhenTrue">The value when the condition holds; null in the short form <c>?:</c>, which gives the condition's value.</param>
/// <param name="WhenFalse">The value when it does not.</param>
public sealed record ConditionalExpressionSyntax(TextSpan Span, ExpressionSyntax Condition, ExpressionSyntax? WhenTrue, ExpressionSyntax WhenFalse) : ExpressionSyntax(Span)
{
    /// <inheritdoc/>
    public override IEnumerable<SyntaxNode> Children => WhenTrue is null ? [Condition, WhenFalse] : [Condition, WhenTrue, WhenFalse];
}

/// <summary><c>(struct task_struct *)e</c>, <c>(uint8[8])e</c>, <c>(typeof(x))e</c>.</summary>
/// <param name="Span">The parenthesised type, up to the operand, as bpftrace draws it.</param>
/// <param name="Type">The type.</param>
/// <param name="Operand">What is cast.</param>
public sealed record CastExpressionSyntax(TextSpan Span, TypeSyntax Type, ExpressionSyntax Operand) : ExpressionSyntax(Span)
{
    /// <inheritdoc/>
    public override IEnumerable<SyntaxNode> Children => [Type, Operand];
}
