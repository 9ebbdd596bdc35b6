using BpfTrace.Language.Probes;
using BpfTrace.Language.Symbols;
using BpfTrace.Language.Syntax;
using BpfTrace.Language.Text;

namespace BpfTrace.Language.Binding;

/// <summary>What stays the same while a program is bound.</summary>
/// <param name="Source">The script's text.</param>
/// <param name="Catalog">The machine.</param>
/// <param name="Options">What the script is bound with.</param>
/// <param name="Config">The configuration in force.</param>
/// <param name="Types">Types and constants the script can name.</param>
/// <param name="Macros">The script's macros.</param>
/// <param name="Constants">The script's <c>#define</c>s of literals.</param>
internal sealed record BindContext(
    SourceText Source,
    IKernelCatalog Catalog,
    BindOptions Options,
    TraceConfig Config,
    TypeCatalog Types,
    MacroTable Macros,
    IReadOnlyDictionary<string, ExpressionSyntax> Constants)
{
    /// <summary>Whether the script includes a header: it then may use constants of headers.</summary>
    public bool IncludesHeaders { get; init; }

    public TextLocation At(SyntaxNode node) => new(Source, node.Span);
}
