using System.Collections.Immutable;
using System.Text;
using BpfTrace.Language.Text;

namespace BpfTrace.Language.Syntax;

/// <summary>What follows an integer literal's digits.</summary>
public enum IntegerSuffix
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary><c>u</c></summary>
    U,

    /// <summary><c>l</c></summary>
    L,

    /// <summary><c>ul</c></summary>
    UL,

    /// <summary><c>ll</c></summary>
    LL,

    /// <summary><c>ull</c></summary>
    ULL,

    /// <summary><c>ns us ms s m h d</c>: the value is already in nanoseconds.</summary>
    Duration,
}

/// <summary><c>42</c>, <c>0x2a</c>, <c>052</c>, <c>1_000</c>, <c>1e6</c>, <c>10ms</c>, <c>1ull</c>.</summary>
/// <param name="Span">Where it is.</param>
/// <param name="Value">The value; of a duration in nanoseconds. A minus sign is a unary operator around it.</param>
/// <param name="Text">The literal as written, underscores included.</param>
/// <param name="Suffix">Its suffix.</param>
public sealed record IntegerLiteralExpressionSyntax(TextSpan Span, ulong Value, string Text, IntegerSuffix Suffix = IntegerSuffix.None) : ExpressionSyntax(Span)
{
    /// <inheritdoc/>
    public override IEnumerable<SyntaxNode> Children => [];
}

/// <summary><c>"text\n"</c>.</summary>
/// <param name="Span">Where it is, quotes included.</param>
/// <param name="Bytes">The bytes after escapes were resolved, without a terminating NUL. <c>\xff</c> is one byte.</param>
public sealed record StringLiteralExpressionSyntax(TextSpan Span, ImmutableArray<byte> Bytes) : ExpressionSyntax(Span)
{
    /// <summary>The bytes as UTF-8 text; invalid sequences become U+FFFD.</summary>
    public string Value => Encoding.UTF8.GetString(Bytes.AsSpan());

    /// <inheritdoc/>
    public override IEnumerable<SyntaxNode> Children => [];
}

/// <summary><c>true</c>, <c>false</c>.</summary>
/// <param name="Span">Where it is.</param>
/// <param name="Value">Which one.</param>
public sealed record BooleanLiteralExpressionSyntax(TextSpan Span, bool Value) : ExpressionSyntax(Span)
{
    /// <inheritdoc/>
    public override IEnumerable<SyntaxNode> Children => [];
}
