using System.Collections.Immutable;
using BpfTrace.Language.Binding.Inference;
using BpfTrace.Language.CDefinitions;
using BpfTrace.Language.Syntax;

namespace BpfTrace.Language.Binding;

/// <content>Macros of the C preprocessor, in the script's expressions.</content>
internal sealed partial class ProgramBinder
{
    /// <summary>Macros within macros: each is an expression in another, and those have a limit of depth too.</summary>
    private const int MaxCMacros = 32;

    private readonly List<string> _expandingC = [];

    /// <summary>
    /// A macro's text stands where its name does, as one expression. It sees what the place sees; a function-like one's parameters are what it is
    /// given. Everything wrong with it is wrong at the place where it is used.
    /// </summary>
    private BoundExpression ExpandC(CMacro macro, ExpressionSyntax use, ImmutableArray<ExpressionSyntax> arguments)
    {
        if (_expandingC.Count == MaxCMacros || _expandingC.Contains(macro.Name))
        {
            Diagnostics.ReportCMacroRecursion(At(use), string.Join("->", _expandingC.Append(macro.Name)));
            return Unknown(use.Span);
        }
        if (!CountExpansion(use, macro.Name))
            return Unknown(use.Span);
        if (context.C.ParseMacro(macro) is not { } body)
        {
            Diagnostics.ReportCMacroNoExpression(At(use), macro.Text);
            return Unknown(use.Span);
        }
        if (macro.IsFunctionLike && macro.Parameters.Length != arguments.Length)
        {
            Diagnostics.ReportArgumentCount(At(use), $"macro {macro.Name}() takes {macro.Parameters.Length} arguments ({arguments.Length} provided)");
            return Unknown(use.Span);
        }

        (MacroFrame? frame, Expansion? outer) = (_frame, _expansion);
        if (macro.IsFunctionLike)
        {
            var expansion = new MacroFrame(macro.Name, At(use), _frame, _frame?.Expansion ?? 0, _source);
            for (int i = 0; i < arguments.Length; i++)
                expansion.Arguments[macro.Parameters[i]] = Given(arguments[i]);
            _frame = expansion;
        }
        _expansion = new Expansion(At(use), _expansion?.Uses ?? []);
        _expandingC.Add(macro.Name);
        BoundExpression bound = BindExpression(body) with { Span = use.Span };
        _expandingC.RemoveAt(_expandingC.Count - 1);
        (_frame, _expansion) = (frame, outer);
        return bound;
    }
}
