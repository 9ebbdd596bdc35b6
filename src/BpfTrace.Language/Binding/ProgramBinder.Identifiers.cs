using System.Globalization;
using BpfTrace.Language.Diagnostics;
using BpfTrace.Language.Symbols;
using BpfTrace.Language.Syntax;
using BpfTrace.Language.Text;

namespace BpfTrace.Language.Binding;

internal sealed partial class ProgramBinder
{
    private const string BuiltinPrefix = "__builtin_";

    /// <summary>A bare name: a macro's parameter, a macro, a builtin, a constant.</summary>
    private BoundExpression BindIdentifier(IdentifierExpressionSyntax syntax)
    {
        string name = syntax.Name;
        if (FindMacroArgument(name) is { } argument)
        {
            int reported = Diagnostics.Count;
            BoundExpression given = InFrameOf(argument, syntax.Span, () => BindExpression(argument.Expression));
            if (_expansion?.Place is null)
                Diagnostics.AddExpansionNote(reported, At(syntax));
            return given;
        }
        if (context.Macros.Named(name).Count > 0 && BindMacro(new CallExpressionSyntax(syntax.Span, name, syntax.Span, [])) is { } expanded)
            return expanded;
        if (name.StartsWith(BuiltinPrefix, StringComparison.Ordinal))
            name = name[BuiltinPrefix.Length..];
        if (TryGetNumber(name, "arg", out int index) || TryGetNumber(name, "sarg", out index))
        {
            return _subprogram is not null && !CheckOutsideProbe(syntax, name) ? Unknown(syntax.Span)
                : name[0] == 's' ? BindStackArgument(syntax, name, index) : BindArgument(syntax, name, index);
        }
        if (Functions.Find(name) is { IsValue: true } function)
            return CheckAvailable(syntax, name) ? function.Bind(this, new CallExpressionSyntax(syntax.Span, name, syntax.Span, [])) : Unknown(syntax.Span);
        if (context.C.FindValue(name) is { } evaluated)
            return MakeInteger(syntax.Span, evaluated);
        EnumConstant? value = null;
        // A macro's own name in its text is no macro: headers have `#define X X` beside an enumerator X.
        if (context.C.FindMacro(name) is { IsFunctionLike: false } macro && !(_expandingC.Contains(name) && (value = context.Types.FindConstant(name)) is not null))
            return ExpandC(macro, syntax, []);
        value ??= context.Types.FindConstant(name);
        if (value is not null)
            return new BoundConstant(syntax.Span, value.Type, value.Value);
        if (context.C.IncludesHeaders && KernelConstants.TryFind(name, out long known))
            return MakeInteger(syntax.Span, known);
        Diagnostics.ReportUnknownIdentifier(At(syntax), name, Suggestions.Closest(name, KnownNames()), IsHeaderName(name) ? context.C.Advice() : null);
        return Unknown(syntax.Span);
    }

    private IEnumerable<string> KnownNames() => Functions.Names.Concat(context.Macros.Names).Concat(context.C.Own.Keys);

    /// <summary>Headers write constants in capitals.</summary>
    private static bool IsHeaderName(string name) => !name.Any(char.IsAsciiLetterLower);

    private static bool TryGetNumber(string name, string prefix, out int number)
    {
        number = 0;
        return name.Length > prefix.Length && name.StartsWith(prefix, StringComparison.Ordinal)
            && int.TryParse(name.AsSpan(prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out number);
    }

    internal static BoundCall MakeCall(CallExpressionSyntax call, BpfType type, params BoundExpression[] arguments) =>
        MakeCall(call.Span, call.Name, type, null, arguments);

    private static BoundCall MakeCall(TextSpan span, string name, BpfType type, object? data, params BoundExpression[] arguments) =>
        new(span, type, Functions.Get(name), [.. arguments], data);

    /// <summary>Refuses a builtin in a probe that has no such thing.</summary>
    private bool CheckAvailable(SyntaxNode syntax, string name)
    {
        if (_subprogram is not null)
            return CheckOutsideProbe(syntax, name);
        bool available = name switch
        {
            "reg" => _probe.Type is Probes.ProbeType.Kprobe or Probes.ProbeType.Kretprobe or Probes.ProbeType.Uprobe or Probes.ProbeType.Uretprobe
                or Probes.ProbeType.Usdt or Probes.ProbeType.Profile or Probes.ProbeType.Interval or Probes.ProbeType.Software
                or Probes.ProbeType.Hardware or Probes.ProbeType.Watchpoint,
            "uaddr" => _probe.Type is Probes.ProbeType.Uprobe or Probes.ProbeType.Uretprobe or Probes.ProbeType.Usdt,
            "skboutput" or "socket_cookie" => _probe.Type is Probes.ProbeType.Fentry or Probes.ProbeType.Fexit or Probes.ProbeType.Iter or Probes.ProbeType.RawTracepoint,
            _ => true,
        };
        if (!available)
            Diagnostics.ReportNotInProbe(At(syntax), $"{name} can not be used with \"{_probe.TypeName}\" probes");
        return available;
    }
}
