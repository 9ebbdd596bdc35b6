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
            Span = call.Span,
            ExpandedFrom = site.Kind is OutputKind.Errorf or OutputKind.Warnf ? Uses(_frame) : null,
            ValueTypes = [.. arguments.Select(static a => a.Type)],
            ValueNames = ValueNames.MakeUnique(arguments.Select((_, i) => i < site.ValueNames.Length ? site.ValueNames[i] : "Value")),
        });
        return new BoundStatementExpression(call.Span, [new BoundOutput(call.Span, site, arguments)]);
    }

    private static List<TextSpan>? Uses(MacroFrame? frame)
    {
        if (frame is null)
            return null;
        var uses = new List<TextSpan>();
        for (; frame is not null; frame = frame.Parent)
            uses.Add(frame.Use.Span);
        return uses;
    }

    private MacroArgument? FindMacroArgument(string name) =>
        _frame is not null && _frame.Arguments.TryGetValue(name, out MacroArgument? argument) ? argument : null;

    /// <summary>Binds something as its giver sees it.</summary>
    private T InFrameOf<T>(MacroArgument argument, Func<T> bind)
    {
        (Scope scope, MacroFrame? frame, SourceText source, int loops) = (_scope, _frame, _source, _breakable);
        TextLocation? place = _expansionPlace;
        (_scope, _frame, _source, _breakable, _expansionPlace) = (argument.Scope, argument.Frame, argument.Source, argument.Loops, argument.ExpansionPlace);
        T result = bind();
        (_scope, _frame, _source, _breakable, _expansionPlace) = (scope, frame, source, loops, place);
        return result;
    }

    private static string ToText(ImmutableArray<byte> bytes) => Encoding.UTF8.GetString(bytes.AsSpan());
}
