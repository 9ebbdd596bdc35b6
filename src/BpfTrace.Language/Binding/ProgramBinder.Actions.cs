using System.Globalization;
using BpfTrace.Language.Probes;
using BpfTrace.Language.Symbols;
using BpfTrace.Language.Syntax;

namespace BpfTrace.Language.Binding;

internal sealed partial class ProgramBinder
{
    internal BoundExpression BindSignal(CallExpressionSyntax call)
    {
        if (_probe.Type is not (ProbeType.Kprobe or ProbeType.Kretprobe or ProbeType.Uprobe or ProbeType.Uretprobe or ProbeType.Usdt
            or ProbeType.Tracepoint or ProbeType.Profile or ProbeType.Fentry or ProbeType.Fexit or ProbeType.RawTracepoint))
        {
            Diagnostics.ReportNotInProbe(At(call), $"{call.Name}() can not be used for this probetype {ProbeTypeName}");
            return Unknown(call.Span);
        }
        BoundExpression signal = BindArgumentValue(call.Arguments[0]);
        if (IsUnknown(signal))
            return Unknown(call.Span);
        if (signal is BoundString text)
        {
            string name = ToText(text.Value);
            if (SignalNumbers.Find(name) is not { } number)
            {
                Diagnostics.ReportArgumentRange(At(call), $"Invalid string for signal: {name}");
                return Unknown(call.Span);
            }
            signal = MakeInteger(signal.Span, (ulong)number);
        }
        if (!TypeRules.IsInteger(signal.Type) || (signal is BoundConstant { Type: IntegerType } literal && literal.Value is < 1 or > 64))
        {
            Diagnostics.ReportArgumentRange(At(call), signal is BoundConstant
                ? $"{call.Name}() accepts a string literal or an integer between 1 and 64 (inclusive)"
                : $"{call.Name}() accepts a string literal or an integer");
            return Unknown(call.Span);
        }
        return AsEffect(MakeCall(call, IntegerType.Int64, Convert(signal, IntegerType.UInt32)));
    }

    /// <summary>A call for its effect only: a statement.</summary>
    private static BoundStatementExpression AsEffect(BoundCall call) => new(call.Span, [new BoundExpressionStatement(call.Span, call)]);

    /// <summary><c>debugf</c>: bpf_trace_printk, which takes three arguments of a few kinds.</summary>
    internal BoundExpression BindDebugf(CallExpressionSyntax call)
    {
        const int MaxArguments = 3;
        Diagnostics.ReportDebugf(At(call));
        string? text = StringLiteral(call, 0);
        BoundExpression[] arguments = [.. call.Arguments.Skip(1).Select(BindArgumentValue)];
        if (text is null || arguments.Any(IsUnknown))
            return Unknown(call.Span);
        if (arguments.Length > MaxArguments)
        {
            Diagnostics.ReportFormat(At(call), $"cannot use more than {MaxArguments} conversion specifiers");
            return Unknown(call.Span);
        }
        FormatString format = FormatParser.Parse(text);
        if (FormatParser.Check(format, [.. arguments.Select(static a => a.Type)]) is { } error)
        {
            Diagnostics.ReportFormat(At(call), error);
            return Unknown(call.Span);
        }
        int next = 0;
        foreach (FormatConversion conversion in format.Conversions)
        {
            BoundExpression argument = arguments[next++];
            if (conversion.Conversion is not ("d" or "u" or "x" or "p" or "s"))
                Diagnostics.ReportFormat(At(call.Arguments[0]), $"Invalid format specifier for `debugf`: {conversion.Conversion}");
            else if (conversion.Conversion == "s" ? argument.Type is not StringType : !TypeRules.IsInteger(argument.Type))
                Diagnostics.ReportFormat(At(call.Arguments[next]), $"Type does not match format specifier: {conversion.Conversion}");
        }
        return AsEffect(MakeCall(call.Span, call.Name, BpfType.Void, format, arguments));
    }

    internal BoundExpression BindOverride(CallExpressionSyntax call)
    {
        BoundExpression value = BindArgumentValue(call.Arguments[0]);
        if (_probe.Type != ProbeType.Kprobe)
        {
            Diagnostics.ReportNotInProbe(At(call), "override() can only be used inside kprobes");
            return Unknown(call.Span);
        }
        if (!TypeRules.IsInteger(value.Type))
        {
            if (!IsUnknown(value))
                Diagnostics.ReportArgumentType(At(call), $"override() only supports int arguments ({TypeRules.KindName(value.Type)} provided)");
            return Unknown(call.Span);
        }
        return AsEffect(MakeCall(call, BpfType.Void, Convert(value, IntegerType.UInt64)));
    }

    internal BoundExpression BindWriteUser(CallExpressionSyntax call)
    {
        BoundExpression target = BindArgumentValue(call.Arguments[0]), source = BindArgumentValue(call.Arguments[1]), length = BindArgumentValue(call.Arguments[2]);
        if (IsUnknown(target) || IsUnknown(source) || !RequireInteger(call, length))
            return Unknown(call.Span);
        return MakeCall(call, BpfType.Bool, ToAddress(target), source, Convert(length, IntegerType.UInt32));
    }

    /// <summary><c>skboutput</c>: the result is bpf_skb_output()'s; what was sent is a record of a site.</summary>
    internal BoundExpression BindSkbOutput(CallExpressionSyntax call)
    {
        string? file = StringLiteral(call, 0);
        BoundExpression buffer = BindArgumentValue(call.Arguments[1]), length = BindArgumentValue(call.Arguments[2]), offset = BindArgumentValue(call.Arguments[3]);
        if (file is null || IsUnknown(buffer) || !RequireInteger(call, length) || !RequireInteger(call, offset))
            return Unknown(call.Span);
        if (buffer.Type is not PointerType)
        {
            Diagnostics.ReportArgumentType(At(call), $"skboutput() only supports pointer arguments ({TypeRules.KindName(buffer.Type)} provided)");
            return Unknown(call.Span);
        }
        OutputSite site = _sites.Add(NewSite(OutputKind.Packet) with
        {
            Span = call.Span,
            Path = file,
            ValueTypes = [IntegerType.UInt32, IntegerType.UInt32],
            ValueNames = ["Length", "Offset"],
        });
        return MakeCall(call.Span, call.Name, IntegerType.UInt32, site, buffer, Convert(length, IntegerType.UInt32), Convert(offset, IntegerType.UInt32));
    }

    internal BoundExpression BindTypeTest(CallExpressionSyntax call)
    {
        _introspection++;
        BpfType type = BindExpression(call.Arguments[0]).Type;
        _introspection--;
        if (IsUnknown(type))
            return Unknown(call.Span);
        return MakeBoolean(call.Span, call.Name switch
        {
            "is_str" => type is StringType,
            "is_ptr" => type is PointerType,
            "is_array" => type is ArrayType,
            "is_integer" => TypeRules.IsInteger(type),
            _ => TypeRules.AsInteger(type) is { IsSigned: false },
        });
    }

    internal BoundExpression BindIsLiteral(CallExpressionSyntax call)
    {
        BoundExpression value = BindExpression(call.Arguments[0]);
        return IsUnknown(value) ? Unknown(call.Span) : MakeBoolean(call.Span, IsLiteral(value));
    }

    internal BoundExpression BindKernelFunctionExists(CallExpressionSyntax call)
    {
        if (BindExpression(call.Arguments[0]) is BoundString name)
            return MakeBoolean(call.Span, context.Types.FindFunction("vmlinux", ToText(name.Value)) is not null);
        Diagnostics.ReportLiteralRequired(At(call), "kfunc_exist() accepts a string literal only");
        return Unknown(call.Span);
    }

    internal BoundExpression BindKernelFunctionAllowed(CallExpressionSyntax call)
    {
        if (BindExpression(call.Arguments[0]) is BoundString name)
            return MakeBoolean(call.Span, context.Catalog.AllowsKernelCall(_probe.Type, ToText(name.Value)));
        Diagnostics.ReportLiteralRequired(At(call), "kfunc_allowed() accepts a string literal only");
        return Unknown(call.Span);
    }

    internal BoundExpression BindStaticAssert(CallExpressionSyntax call)
    {
        BoundExpression condition = BindCondition(call.Arguments[0]);
        if (IsUnknown(condition))
            return Unknown(call.Span);
        if (condition is not BoundConstant constant)
            Diagnostics.ReportComptime(At(call));
        else if (constant.Value == 0)
            Diagnostics.ReportFailed(At(call), StringLiteral(call, 1) ?? "");
        return new BoundStatementExpression(call.Span, []);
    }

    internal BoundExpression BindAssertString(CallExpressionSyntax call) =>
        IsUnknown(BindStringLike(call, 0)) ? Unknown(call.Span) : new BoundStatementExpression(call.Span, []);

    /// <summary><c>fail("…")</c>: an error of the script's own.</summary>
    internal BoundExpression BindFail(CallExpressionSyntax call)
    {
        BoundExpression[] arguments = [.. call.Arguments.Select(BindFormat)];
        if (arguments.Any(IsUnknown))
            return Unknown(call.Span);
        if (!arguments.All(IsLiteral) || arguments[0] is not BoundString format)
        {
            Diagnostics.ReportLiteralRequired(At(call), arguments[0] is BoundString ? "fail() arguments need to be literals" : "first argument to fail() must be a string literal");
            return Unknown(call.Span);
        }
        var message = new System.Text.StringBuilder();
        int next = 1;
        foreach (FormatPart part in FormatParser.Parse(ToText(format.Value)).Parts)
        {
            message.Append(part is FormatLiteral literal ? ToText(literal.Text) : next >= arguments.Length ? "" : arguments[next++] switch
            {
                BoundString text => ToText(text.Value),
                BoundConstant { Type: BoolType } flag when part is FormatConversion { Conversion: "s" } => flag.Value != 0 ? "true" : "false",
                BoundConstant number => ConstantFolder.ValueOf(number).ToString(CultureInfo.InvariantCulture),
                _ => "",
            });
        }
        Diagnostics.ReportFailed(At(call), message.ToString());
        return new BoundStatementExpression(call.Span, []);
    }
}
