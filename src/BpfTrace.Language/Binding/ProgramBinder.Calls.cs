using System.Collections.Immutable;
using System.Text;
using BpfTrace.Language.Binding.Inference;
using BpfTrace.Language.Diagnostics;
using BpfTrace.Language.Symbols;
using BpfTrace.Language.Syntax;
using BpfTrace.Language.Text;

namespace BpfTrace.Language.Binding;

internal sealed partial class ProgramBinder
{
    private bool _isDiscarded;
    private bool _allowLongString;

    private BoundExpression BindCall(CallExpressionSyntax call, bool isDiscarded)
    {
        if (BindMacro(call) is { } expanded)
            return expanded;
        string name = call.Name.StartsWith(BuiltinPrefix, StringComparison.Ordinal) ? call.Name[BuiltinPrefix.Length..] : call.Name;
        if (_subprograms.TryGetValue(name, out BoundFunction? subprogram))
            return BindSubprogramCall(call, subprogram);
        if (AggregateFunctions.Contains(name))
        {
            Diagnostics.ReportNotAssignedToMap(At(call), name);
            return Unknown(call.Span);
        }
        if (Functions.Find(name) is not { } function)
        {
            if (context.CCode.Find(name) is { } compiled)
                return BindCFunctionCall(call, compiled);
            if (context.C.FindMacro(name) is { IsFunctionLike: true } macro)
                return ExpandC(macro, call, call.Arguments);
            Diagnostics.ReportUnknownFunction(At(call), name, Suggestions.Closest(name, Functions.Names.Concat(context.Macros.Names).Concat(_subprograms.Keys).Concat(context.CCode.Names).Concat(AggregateFunctions.Names)));
            foreach (ExpressionSyntax argument in call.Arguments)
                BindForErrors(argument);
            return Unknown(call.Span);
        }
        if (function.Symbol.IsUnsafe && !context.Options.AllowUnsafe)
            Diagnostics.ReportUnsafe(At(call), name);
        if (!CheckAvailable(call, name) || !CheckArgumentCount(call, function.Least, function.Most))
            return Unknown(call.Span);
        bool outer = _isDiscarded;
        _isDiscarded = isDiscarded;
        BoundExpression bound = function.Bind(this, name == call.Name ? call : call with { Name = name });
        _isDiscarded = outer;
        return bound;
    }

    /// <summary>Binds an argument whose function is unknown, for the errors within; names alone may be modes.</summary>
    private void BindForErrors(ExpressionSyntax argument)
    {
        if (argument is not (IdentifierExpressionSyntax or MapExpressionSyntax or TypeArgumentExpressionSyntax))
            BindExpression(argument);
    }

    private bool CheckArgumentCount(CallExpressionSyntax call, int least, int most)
    {
        int count = call.Arguments.Length;
        if (count >= least && count <= most)
            return true;
        string wanted = (least == most, count < least, least == most ? least : count < least ? least : most) switch
        {
            (true, _, 0) or (false, false, 0) => "requires no arguments",
            (true, _, 1) => "requires one argument",
            (true, _, var n) => $"requires {n} arguments",
            (false, true, 1) => "requires at least one argument",
            (false, true, var n) => $"requires at least {n} arguments",
            (false, false, 1) => "takes up to one argument",
            (false, false, var n) => $"takes up to {n} arguments",
        };
        Diagnostics.ReportArgumentCount(At(call), $"{call.Name}() {wanted} ({count} provided)");
        return false;
    }

    /// <summary>An argument's value; an aggregation reads as its number.</summary>
    private BoundExpression BindArgumentValue(ExpressionSyntax syntax) => ReadAggregate(BindExpression(syntax));

    /// <summary>An argument that must be a string literal; null after an error.</summary>
    private string? StringLiteral(CallExpressionSyntax call, int index)
    {
        BoundExpression argument = BindFormat(call.Arguments[index]);
        if (argument is BoundString text)
            return ToText(text.Value);
        if (IsUnknown(argument))
            return null;
        Diagnostics.ReportLiteralRequired(At(call), $"{call.Name}() expects a string literal ({TypeRules.KindName(argument.Type)} provided)");
        if (call.Arguments[index] is PositionalParameterExpressionSyntax parameter)
            Diagnostics.ReportLiteralRequired(At(parameter), $"Use str(${parameter.Index}) to treat ${parameter.Index} as a string");
        return null;
    }

    /// <summary>A format may be longer than a string value: it never is one.</summary>
    private BoundExpression BindFormat(ExpressionSyntax syntax)
    {
        bool outer = _allowLongString;
        _allowLongString = true;
        BoundExpression bound = BindExpression(syntax);
        _allowLongString = outer;
        return bound;
    }

    private bool RequireInteger(CallExpressionSyntax call, BoundExpression argument)
    {
        if (TypeRules.IsInteger(argument.Type))
            return true;
        if (!IsUnknown(argument))
            Diagnostics.ReportArgumentType(At(call), $"{call.Name}() only supports int arguments ({TypeRules.KindName(argument.Type)} provided)");
        return false;
    }

    private BoundStatementExpression MakeOutput(CallExpressionSyntax call, OutputSite site, ImmutableArray<BoundExpression> arguments)
    {
        site = _sites.Add(site with
        {
            Span = At(call).Span,
            ExpandedFrom = site.Kind is OutputKind.Errorf or OutputKind.Warnf && _expansion is { Uses.Count: > 0 } ? _expansion.Uses : null,
            ValueTypes = [.. arguments.Select(static a => a.Type)],
            ValueNames = ValueNames.MakeUnique(arguments.Select((_, i) => i < site.ValueNames.Length ? site.ValueNames[i] : "Value")),
        });
        return new BoundStatementExpression(call.Span, [new BoundOutput(call.Span, site, arguments)]);
    }

    private MacroArgument? FindMacroArgument(string name) =>
        _frame is not null && _frame.Arguments.TryGetValue(name, out MacroArgument? argument) ? argument : null;

    /// <summary>Binds something as its giver sees it.</summary>
    /// <param name="argument">What was given.</param>
    /// <param name="parameter">Where the macro has the parameter.</param>
    /// <param name="bind">Binds it.</param>
    private T InFrameOf<T>(MacroArgument argument, TextSpan parameter, Func<T> bind)
    {
        (Scope scope, MacroFrame? frame, SourceText source, int loops) = (_scope, _frame, _source, _breakable);
        Expansion? expansion = _expansion;
        IReadOnlyList<TextSpan> uses = expansion?.Uses ?? [];
        (_scope, _frame, _source, _breakable) = (argument.Scope, argument.Frame, argument.Source, argument.Loops);
        _expansion = new Expansion(argument.ExpansionPlace, expansion?.Place is null ? [parameter, .. uses] : uses);
        T result = bind();
        (_scope, _frame, _source, _breakable, _expansion) = (scope, frame, source, loops, expansion);
        return result;
    }

    /// <summary>The node, with the macros it comes from where there are any.</summary>
    private BoundExpression Expanded(BoundExpression bound)
    {
        if (_expansion is null || bound.Expansion is not null)
            return bound;
        return bound is BoundStatementExpression statements
            ? statements with { Statements = [.. statements.Statements.Select(Expanded)], Expansion = _expansion }
            : bound with { Expansion = _expansion };
    }

    private BoundStatement Expanded(BoundStatement bound) =>
        _expansion is null || bound.Expansion is not null ? bound : bound with { Expansion = _expansion };

    private static string ToText(ImmutableArray<byte> bytes) => Encoding.UTF8.GetString(bytes.AsSpan());
}
