using BpfTrace.Language.Parsing;
using BpfTrace.Language.Symbols;
using BpfTrace.Language.Syntax;

namespace BpfTrace.Language.Binding;

internal sealed partial class ProgramBinder
{
    // Made with the first: few scripts have any, and each would pay for its code.
    private SortedDictionary<string, NamedParameter>? _parameters;

    /// <summary><c>getopt("name", default, "description")</c>: a named parameter, of the default's type; without one a flag.</summary>
    internal BoundExpression BindGetopt(CallExpressionSyntax call)
    {
        if (call.Arguments[0] is not StringLiteralExpressionSyntax && FindMacroArgument((call.Arguments[0] as IdentifierExpressionSyntax)?.Name ?? "") is null)
        {
            Diagnostics.ReportLiteralRequired(At(call.Arguments[0]), "First argument to 'getopt' must be a string literal.");
            return Unknown(call.Span);
        }
        if (StringLiteral(call, 0) is not { } name)
            return Unknown(call.Span);
        BoundExpression fallback = call.Arguments.Length > 1 ? BindExpression(call.Arguments[1]) : MakeBoolean(call.Span, false);
        if (IsUnknown(fallback))
            return Unknown(call.Span);
        if (!IsLiteral(fallback) || fallback is BoundTuple)
        {
            Diagnostics.ReportLiteralRequired(At(call.Arguments[1]), "Second argument to 'getopt' must be a string literal, integer literal, or a boolean literal.");
            return Unknown(call.Span);
        }
        string description = call.Arguments.Length > 2 ? StringLiteral(call, 2) ?? "" : "";
        if (!Register(call, name, fallback, description))
            return Unknown(call.Span);
        if (!context.Options.NamedArguments.TryGetValue(name, out string? text))
            return Typed(fallback);
        return ParseParameter(call, name, fallback, text) ?? Typed(fallback);
    }

    private bool Register(CallExpressionSyntax call, string name, BoundExpression fallback, string description)
    {
        _parameters ??= new SortedDictionary<string, NamedParameter>(StringComparer.Ordinal);
        if (!_parameters.TryGetValue(name, out NamedParameter? known))
        {
            _parameters.Add(name, new NamedParameter(fallback, description));
            return true;
        }
        if (ConstantFolder.AreEqual(known.Default, fallback) is not true)
        {
            Diagnostics.ReportNamedParameter(At(call), $"Command line option '{name}' needs to have the same default value in all places it is used. Previous default value: {Show(known.Default)}");
            return false;
        }
        if (description.Length > 0 && known.Description.Length > 0 && known.Description != description)
        {
            Diagnostics.ReportNamedParameter(At(call), $"Command line option '{name}' must have the same description in all places it's used. Hint: You can wrap it in a macro");
            return false;
        }
        if (known.Description.Length == 0)
            _parameters[name] = new NamedParameter(fallback, description);
        return true;
    }

    private sealed record NamedParameter(BoundExpression Default, string Description);

    private static string Show(BoundExpression literal) => literal switch
    {
        BoundString text => ToText(text.Value),
        BoundConstant { Type: BoolType } flag => flag.Value != 0 ? "true" : "false",
        _ => ConstantFolder.ValueOf((BoundConstant)literal).ToString(System.Globalization.CultureInfo.InvariantCulture),
    };

    /// <summary>A parameter's type does not depend on what was given: 64 bits, of the default's sign.</summary>
    private static BoundExpression Typed(BoundExpression value) => value switch
    {
        BoundConstant { Type: IntegerType } number => number with { Type = IsNegative(number) ? IntegerType.Int64 : IntegerType.UInt64 },
        _ => value,
    };

    private static bool IsNegative(BoundConstant literal) => ConstantFolder.ValueOf(literal) < 0;

    private BoundExpression? ParseParameter(CallExpressionSyntax call, string name, BoundExpression fallback, string text)
    {
        switch (fallback)
        {
            case BoundString:
                return MakeString(call.Span, text);
            case BoundConstant { Type: BoolType }:
                return ParseFlag(call, name, text);
            default:
                return ParseInteger(call, name, IsNegative((BoundConstant)fallback), text);
        }
    }

    private BoundConstant? ParseFlag(CallExpressionSyntax call, string name, string text)
    {
        if ((text.Length == 0 ? true : ConfigBinder.ParseBoolean(text)) is { } flag)
            return MakeBoolean(call.Span, flag);
        Diagnostics.ReportNamedParameterValue($"program command line option --{name} expects a boolean (e.g. 'true') (value: {text})");
        return null;
    }

    private BoundConstant? ParseInteger(CallExpressionSyntax call, string name, bool isSigned, string text)
    {
        bool isNegative = isSigned && text.StartsWith('-');
        string? problem = null;
        ulong number = 0;
        if (text.Length == 0)
            (problem, text) = ("expects an integer", "true"); // A parameter without a value is a flag that is set.
        else if (!IntegerLiteral.TryParse(isNegative ? text[1..] : text, out number, out _, out string error))
            problem = error.StartsWith("overflow", StringComparison.Ordinal) ? "value is out of range" : error[..error.IndexOf(':', StringComparison.Ordinal)];
        else if (isSigned && number > (ulong)long.MaxValue + (isNegative ? 1UL : 0))
            problem = "value is out of range";
        if (problem is null)
            return new BoundConstant(call.Span, isSigned ? IntegerType.Int64 : IntegerType.UInt64, unchecked(isNegative ? -(long)number : (long)number));
        Diagnostics.ReportNamedParameterValue($"program command line option --{name} {problem} (value: {text})");
        return null;
    }

    /// <summary>Named arguments the script does not ask for; <c>--help</c> lists those it does.</summary>
    private void CheckNamedArguments()
    {
        if (context.Options.NamedArguments.Count == 0)
            return;
        string[] unexpected = [.. context.Options.NamedArguments.Keys.Where(name => _parameters?.ContainsKey(name) != true).Order(StringComparer.Ordinal)];
        if (unexpected.Length == 0)
            return;
        bool isHelp = unexpected.Contains("help");
        string message = unexpected.Length == 1 && isHelp
            ? "nothing was traced: the program's options were asked for"
            : "unexpected program command line options: " + string.Join(", ", unexpected.Where(static n => n != "help").Select(static n => "--" + n));
        string hint = _parameters is null ? "no custom program options defined."
            : "expected program options:" + (isHelp ? "\n" : " ") + string.Join(isHelp ? "\n" : ": ", _parameters.Select(p =>
                "--" + p.Key + (isHelp && p.Value.Description.Length > 0 ? ": " + p.Value.Description : "")));
        Diagnostics.ReportUnexpectedNamedParameters(message, hint);
    }
}
