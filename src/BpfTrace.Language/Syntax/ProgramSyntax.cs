using System.Collections.Immutable;
using BpfTrace.Language.Imports;
using BpfTrace.Language.Text;

namespace BpfTrace.Language.Syntax;

/// <summary>A whole script.</summary>
/// <param name="Span">The whole text.</param>
/// <param name="Source">The text all spans of the tree refer to.</param>
/// <param name="Header">The <c>#!</c> line with its line break, where there is one.</param>
/// <param name="CDefinitions">The C part on top, in source order.</param>
/// <param name="Config">The <c>config = { }</c> block.</param>
/// <param name="Imports">The imports, in source order.</param>
/// <param name="Members">Probes, macros, subprograms and map declarations, in source order.</param>
public sealed record ProgramSyntax(
    TextSpan Span,
    SourceText Source,
    string? Header,
    ImmutableArray<CDefinitionSyntax> CDefinitions,
    ConfigSyntax? Config,
    ImmutableArray<ImportSyntax> Imports,
    ImmutableArray<MemberSyntax> Members) : SyntaxNode(Span)
{
    /// <summary>The comments between the tokens, in source order; C definitions keep theirs in their text.</summary>
    public ImmutableArray<CommentSyntax> Comments { get; init; } = [];

    /// <summary>Files imported that are no scripts; their imports were followed (<see cref="ImportResolver"/>).</summary>
    public ImmutableArray<ImportedFile> ImportedFiles { get; init; } = [];

    /// <summary>The probes, in source order.</summary>
    public IEnumerable<ProbeSyntax> Probes => Members.OfType<ProbeSyntax>();

    /// <summary>The macros, in source order.</summary>
    public IEnumerable<MacroSyntax> Macros => Members.OfType<MacroSyntax>();

    /// <summary>The subprograms, in source order.</summary>
    public IEnumerable<SubprogramSyntax> Subprograms => Members.OfType<SubprogramSyntax>();

    /// <summary>The map declarations, in source order.</summary>
    public IEnumerable<MapDeclarationSyntax> MapDeclarations => Members.OfType<MapDeclarationSyntax>();

    /// <inheritdoc/>
    public override IEnumerable<SyntaxNode> Children =>
        Config is null ? [.. CDefinitions, .. Imports, .. Members] : [.. CDefinitions, Config, .. Imports, .. Members];

    /// <summary>The location of a node of this tree.</summary>
    public TextLocation LocationOf(SyntaxNode node) => new(Source, node.Span);
}

/// <summary>What a <see cref="CDefinitionSyntax"/> is.</summary>
public enum CDefinitionKind
{
    /// <summary>A line of the preprocessor: <c>#include</c>, <c>#define</c>, <c>#ifdef</c> …</summary>
    Preprocessor,

    /// <summary>A <c>struct</c>, <c>union</c> or <c>enum</c> definition.</summary>
    Type,

    /// <summary>The whole text of an imported C header.</summary>
    Header,
}

/// <summary>C text before the probes, for a C front end to read.</summary>
/// <param name="Span">Where it is.</param>
/// <param name="Kind">Preprocessor line, definition or header.</param>
/// <param name="Text">The C text; a definition ends in <c>;</c> whether written or not.</param>
public sealed record CDefinitionSyntax(TextSpan Span, CDefinitionKind Kind, string Text) : SyntaxNode(Span)
{
    /// <inheritdoc/>
    public override IEnumerable<SyntaxNode> Children => [];
}

/// <summary><c>config = { key = value; … }</c>.</summary>
/// <param name="Span">The whole.</param>
/// <param name="Entries">The settings, in source order.</param>
public sealed record ConfigSyntax(TextSpan Span, ImmutableArray<ConfigEntrySyntax> Entries) : SyntaxNode(Span)
{
    /// <inheritdoc/>
    public override IEnumerable<SyntaxNode> Children => Entries;
}

/// <summary><c>key = value</c> in a config block.</summary>
/// <param name="Span">Key and value.</param>
/// <param name="Key">The key.</param>
/// <param name="KeySpan">Where the key is.</param>
/// <param name="Value">An integer, string or boolean literal, or an <see cref="IdentifierExpressionSyntax"/> such as <c>ignore</c>.</param>
public sealed record ConfigEntrySyntax(TextSpan Span, string Key, TextSpan KeySpan, ExpressionSyntax Value) : SyntaxNode(Span)
{
    /// <inheritdoc/>
    public override IEnumerable<SyntaxNode> Children => [Value];
}

/// <summary><c>import "stdlib/x.bt";</c> before the probes.</summary>
/// <param name="Span">The whole, without the <c>;</c>.</param>
/// <param name="Path">What is imported.</param>
public sealed record ImportSyntax(TextSpan Span, string Path) : SyntaxNode(Span)
{
    /// <inheritdoc/>
    public override IEnumerable<SyntaxNode> Children => [];
}
