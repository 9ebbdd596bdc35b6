using BpfTrace.Language.CDefinitions;
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
/// <param name="C">What its C part defines besides types.</param>
/// <param name="CCode">The C functions it imports.</param>
internal sealed record BindContext(
    SourceText Source,
    IKernelCatalog Catalog,
    BindOptions Options,
    TraceConfig Config,
    TypeCatalog Types,
    MacroTable Macros,
    CSymbols C,
    CCodeBinder CCode)
{
    public TextLocation At(SyntaxNode node) => new(Source, node.Span);
}
