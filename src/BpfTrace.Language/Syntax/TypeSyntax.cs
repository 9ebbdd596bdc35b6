using BpfTrace.Language.Text;

namespace BpfTrace.Language.Syntax;

/// <summary>A type as written.</summary>
/// <param name="Span">The whole type.</param>
public abstract record TypeSyntax(TextSpan Span) : SyntaxNode(Span);

/// <summary><c>uint64</c>, <c>string</c>, <c>size_t</c>: a builtin type or a typedef.</summary>
/// <param name="Span">Where it is.</param>
/// <param name="Name">The name.</param>
public sealed record NamedTypeSyntax(TextSpan Span, string Name) : TypeSyntax(Span)
{
    /// <inheritdoc/>
    public override IEnumerable<SyntaxNode> Children => [];
}

/// <summary>The keyword before a C type's name.</summary>
public enum TypeTag
{
    /// <summary><c>struct</c></summary>
    Struct,

    /// <summary><c>union</c></summary>
    Union,

    /// <summary><c>enum</c></summary>
    Enum,
}

/// <summary><c>struct task_struct</c>, <c>union U</c>, <c>enum e</c>.</summary>
/// <param name="Span">Keyword and name.</param>
/// <param name="Tag">The keyword.</param>
/// <param name="Name">The name without the keyword.</param>
public sealed record TaggedTypeSyntax(TextSpan Span, TypeTag Tag, string Name) : TypeSyntax(Span)
{
    /// <summary>Keyword and name: <c>struct task_struct</c>.</summary>
    public string FullName => $"{SyntaxFacts.GetText(Tag)} {Name}";

    /// <inheritdoc/>
    public override IEnumerable<SyntaxNode> Children => [];
}

/// <summary><c>T *</c>.</summary>
/// <param name="Span">The whole type.</param>
/// <param name="Element">What is pointed to.</param>
public sealed record PointerTypeSyntax(TextSpan Span, TypeSyntax Element) : TypeSyntax(Span)
{
    /// <inheritdoc/>
    public override IEnumerable<SyntaxNode> Children => [Element];
}

/// <summary><c>T[N]</c>, <c>T[]</c>; of <c>string</c>, <c>buffer</c> and <c>inet</c> the number is their capacity.</summary>
/// <param name="Span">The whole type.</param>
/// <param name="Element">The element.</param>
/// <param name="Length">The number of elements; 0 for <c>[]</c>.</param>
public sealed record ArrayTypeSyntax(TextSpan Span, TypeSyntax Element, ulong Length) : TypeSyntax(Span)
{
    /// <inheritdoc/>
    public override IEnumerable<SyntaxNode> Children => [Element];
}

/// <summary>
/// The type of an expression: <c>typeof(e)</c>, <c>sizeof(e)</c>. A lone identifier there is an
/// <see cref="IdentifierExpressionSyntax"/> that may name a type; the binder looks for a type first.
/// </summary>
/// <param name="Span">Where it is.</param>
/// <param name="Expression">The expression.</param>
public sealed record ExpressionTypeSyntax(TextSpan Span, ExpressionSyntax Expression) : TypeSyntax(Span)
{
    /// <inheritdoc/>
    public override IEnumerable<SyntaxNode> Children => [Expression];
}
