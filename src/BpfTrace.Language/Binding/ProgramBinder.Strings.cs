using System.Globalization;
using System.Text;
using BpfTrace.Language.Probes;
using BpfTrace.Language.Symbols;
using BpfTrace.Language.Syntax;

namespace BpfTrace.Language.Binding;

internal sealed partial class ProgramBinder
{
    private readonly List<string> _timeFormats = [];
    private readonly List<string> _cgroupFilters = [];

    internal BoundExpression BindStr(CallExpressionSyntax call)
    {
        BoundExpression? length = call.Arguments.Length == 2 ? BindArgumentValue(call.Arguments[1]) : null;
        BoundExpression source = BindStringSource(call.Arguments[0]);
        if (IsUnknown(source) || (length is not null && IsUnknown(length)))
            return Unknown(call.Span);
        if (length is BoundConstant { Type: IntegerType { IsSigned: true }, Value: < 0 } negative)
        {
            Diagnostics.ReportArgumentRange(At(call), $"{call.Name}cannot use negative length ({negative.Value})");
            return Unknown(call.Span);
        }
        if (FoldStr(call, source, length) is { } folded)
            return folded;
        int capacity = context.Config.MaxStrlen;
        if (length is not null && !RequireInteger(call, length))
            return Unknown(call.Span);
        if (length is not null && NonNegativeLiteral(length) is { } literal)
        {
            if (literal + 1 > capacity)
                Diagnostics.ReportLengthShortened(At(call), literal, capacity);
            else
                capacity = (int)literal + 1;
        }
        if (source.Type is not StringType && !TypeRules.IsInteger(source.Type) && source.Type is not PointerType)
        {
            Diagnostics.ReportArgumentType(At(call), $"str() expects a string, integer or a pointer type as first argument ({source.Type} provided)");
            return Unknown(call.Span);
        }

        // The length counts the NUL: one byte less of the text is read. Without one there is room for the NUL too.
        BoundExpression limit = length is null ? new BoundConstant(call.Span, IntegerType.UInt64, capacity + 1) : Convert(length, IntegerType.UInt64);
        return MakeCall(call, new StringType(capacity), ToStringPointer(source), limit);
    }

    /// <summary><c>str($1)</c> takes the parameter's text, also <c>str($1 + 2)</c>.</summary>
    private BoundExpression BindStringSource(ExpressionSyntax syntax) => syntax switch
    {
        PositionalParameterExpressionSyntax parameter => MakeString(parameter.Span, ArgumentText(parameter)),
        BinaryExpressionSyntax { Operator: BinaryOperatorKind.Add, Left: PositionalParameterExpressionSyntax parameter } sum =>
            MakeBinary(sum, MakeString(parameter.Span, ArgumentText(parameter)), BindExpression(sum.Right)),
        _ => BindArgumentValue(syntax),
    };

    private static BoundString? FoldStr(CallExpressionSyntax call, BoundExpression source, BoundExpression? length)
    {
        byte[]? text = source switch
        {
            BoundString literal => [.. literal.Value],
            BoundConstant { Type: IntegerType } number => Encoding.ASCII.GetBytes(ConstantFolder.ValueOf(number).ToString(CultureInfo.InvariantCulture)),
            _ => null,
        };
        if (text is null || (length is not null && NonNegativeLiteral(length) is null))
            return null;
        int limit = length is null ? text.Length : (int)Math.Min(NonNegativeLiteral(length)!.Value, text.Length);
        return MakeString(call.Span, [.. text[..limit]]);
    }

    /// <summary>A string value keeps its type; a number is an address in the probe's memory.</summary>
    private BoundExpression ToStringPointer(BoundExpression source) => source.Type switch
    {
        StringType or PointerType { Space: not AddressSpace.None } => source,
        _ => new BoundConversion(source.Span, new PointerType(IntegerType.Int8, SpaceOf(source.Type)), source),
    };

    internal BoundExpression BindBuf(CallExpressionSyntax call)
    {
        const int HeaderSize = 4;
        int most = Math.Max(0, context.Config.MaxStrlen - HeaderSize);
        BoundExpression source = OwnBytes(BindArgumentValue(call.Arguments[0]));
        BoundExpression? length = call.Arguments.Length == 2 ? BindArgumentValue(call.Arguments[1]) : null;
        if (IsUnknown(source) || (length is not null && IsUnknown(length)))
            return Unknown(call.Span);
        if (!TypeRules.IsInteger(source.Type) && source.Type is not (StringType or PointerType or ArrayType))
        {
            Diagnostics.ReportArgumentType(At(call), $"buf() expects an integer, string, or array argument but saw {TypeRules.KindName(source.Type)}");
            return Unknown(call.Span);
        }
        if (length is null && source.Type is not ArrayType)
        {
            Diagnostics.ReportArgumentType(At(call), $"buf() expects a length argument for non-array type {TypeRules.KindName(source.Type)}");
            return Unknown(call.Span);
        }
        if (length is BoundConstant { Type: IntegerType { IsSigned: true }, Value: < 0 } negative)
        {
            Diagnostics.ReportArgumentRange(At(call), $"bufcannot use negative length ({negative.Value})");
            return Unknown(call.Span);
        }
        if (length is not null && !RequireInteger(call, length))
            return Unknown(call.Span);
        long capacity = length is null ? source.Type.Size : NonNegativeLiteral(length) ?? most;
        capacity = Math.Min(capacity, most);
        if (TypeRules.IsInteger(source.Type) || source.Type is PointerType { Space: AddressSpace.None })
            source = new BoundConversion(source.Span, new PointerType(IntegerType.UInt8, SpaceOf(source.Type)), source);
        BoundExpression limit = length is null || NonNegativeLiteral(length) is not null
            ? new BoundConstant(call.Span, IntegerType.UInt64, capacity)
            : Convert(length, IntegerType.UInt64);
        return MakeCall(call, new BufferType((int)capacity), source, limit);
    }

    internal BoundExpression BindStrncmp(CallExpressionSyntax call)
    {
        BoundExpression left = BindArgumentValue(call.Arguments[0]), right = BindArgumentValue(call.Arguments[1]), count = BindArgumentValue(call.Arguments[2]);
        if (IsUnknown(left) || IsUnknown(right) || IsUnknown(count))
            return Unknown(call.Span);
        if (NonNegativeLiteral(count) is not { } number)
        {
            Diagnostics.ReportLiteralRequired(At(call), "Builtin strncmp requires a non-negative literal");
            return Unknown(call.Span);
        }
        return RequireString(call, left) && RequireString(call, right)
            ? MakeCall(call, IntegerType.UInt64, left, right, new BoundConstant(count.Span, IntegerType.UInt64, number))
            : Unknown(call.Span);
    }

    private bool RequireString(CallExpressionSyntax call, BoundExpression argument)
    {
        if (argument.Type is StringType)
            return true;
        Diagnostics.ReportArgumentType(At(call), $"{call.Name}() only supports string arguments ({TypeRules.KindName(argument.Type)} provided)");
        return false;
    }

    internal BoundExpression BindStrstr(CallExpressionSyntax call)
    {
        BoundExpression haystack = BindStringLike(call, 0), needle = BindStringLike(call, 1);
        return IsUnknown(haystack) || IsUnknown(needle) ? Unknown(call.Span) : MakeCall(call.Span, "strstr", IntegerType.Int64, null, haystack, needle);
    }

    internal BoundExpression BindStrcontains(CallExpressionSyntax call)
    {
        BoundExpression position = BindStrstr(call);
        return IsUnknown(position) ? position
            : new BoundBinary(call.Span, BpfType.Bool, position, BinaryOperator.GreaterOrEqual, new BoundConstant(call.Span, IntegerType.Int64, 0));
    }

    /// <summary>A string; an array of or a pointer to characters is read as one.</summary>
    private BoundExpression BindStringLike(CallExpressionSyntax call, int index)
    {
        BoundExpression argument = BindArgumentValue(call.Arguments[index]);
        switch (argument.Type)
        {
            case ErrorType or StringType:
                return argument;
            case PointerType { Target: IntegerType { Bits: 8 } }:
                return MakeCall(call.Span, "str", new StringType(context.Config.MaxStrlen), null, ToStringPointer(argument),
                    new BoundConstant(call.Span, IntegerType.UInt64, context.Config.MaxStrlen + 1));
            case ArrayType { Element: IntegerType { Bits: 8 } } array:
                return new BoundConversion(argument.Span, new StringType(array.Count), argument);
            case ArrayType:
                Diagnostics.ReportArgumentType(At(call), "string-like arrays must contain a char-like type");
                return Unknown(call.Span);
            case PointerType:
                Diagnostics.ReportArgumentType(At(call), "string-like pointers must point to a char-like type");
                return Unknown(call.Span);
            default:
                Diagnostics.ReportArgumentType(At(call), "string-like values must be either strings, arrays or pointers");
                return Unknown(call.Span);
        }
    }

    internal BoundExpression BindStrlen(CallExpressionSyntax call)
    {
        BoundExpression text = BindStringLike(call, 0);
        return IsUnknown(text) ? text : MakeCall(call, IntegerType.UInt64, text);
    }

    internal BoundExpression BindStrcap(CallExpressionSyntax call)
    {
        BoundExpression text = BindExpression(call.Arguments[0]);
        return text.Type switch
        {
            StringType type => MakeInteger(call.Span, (ulong)type.Capacity),
            ArrayType array => MakeInteger(call.Span, (ulong)array.Count),
            _ => BindStrlen(call),
        };
    }

    internal BoundExpression BindMemcmp(CallExpressionSyntax call)
    {
        BoundExpression left = BindArgumentValue(call.Arguments[0]), right = BindArgumentValue(call.Arguments[1]);
        BoundExpression count = BindArgumentValue(call.Arguments[2]);
        if (IsUnknown(left) || IsUnknown(right) || !RequireInteger(call, count))
            return Unknown(call.Span);
        return MakeCall(call, IntegerType.Int32, left, right, Convert(count, IntegerType.UInt64));
    }

    internal BoundExpression BindConcatenation(CallExpressionSyntax call)
    {
        // bpftrace's size (strings.bt). Room for just both would have no end in $s = str_concat($s, "x").
        const int Capacity = 1024;
        BoundExpression first = BindArgumentValue(call.Arguments[0]), second = BindArgumentValue(call.Arguments[1]);
        if (IsUnknown(first) || IsUnknown(second))
            return Unknown(call.Span);
        if (first.Type is StringType && second.Type is StringType)
            return MakeCall(call, new StringType(Capacity), first, second);
        Diagnostics.ReportArgumentType(At(call), "str_concat() expects two strings");
        return Unknown(call.Span);
    }

    /// <summary>A function that has a text for each number: of an error, a signal, a system call.</summary>
    internal BoundExpression BindNumberName(CallExpressionSyntax call)
    {
        const int Capacity = 64;
        BoundExpression number = BindArgumentValue(call.Arguments[0]);
        return RequireInteger(call, number) ? MakeCall(call, new StringType(Capacity), Convert(number, IntegerType.Int32)) : Unknown(call.Span);
    }

    internal BoundExpression BindPath(CallExpressionSyntax call)
    {
        if (_probe.Type is not (ProbeType.Fentry or ProbeType.Fexit or ProbeType.Iter))
        {
            Diagnostics.ReportNotInProbe(At(call), "The path function can only be used with 'fentry', 'fexit', 'iter' probes");
            return Unknown(call.Span);
        }
        BoundExpression path = BindArgumentValue(call.Arguments[0]);
        long capacity = context.Config.MaxStrlen;
        if (call.Arguments.Length == 2)
        {
            if (NonNegativeLiteral(BindArgumentValue(call.Arguments[1])) is not { } size)
            {
                Diagnostics.ReportLiteralRequired(At(call), "path: invalid size value, need non-negative literal");
                return Unknown(call.Span);
            }
            capacity = size;
        }
        if (IsUnknown(path))
            return path;
        if (path.Type is StructType)
            path = new BoundAddressOf(path.Span, new PointerType(path.Type, SpaceOfPlace(path)), path);
        if (path.Type is PointerType)
            return MakeCall(call, new StringType((int)capacity), path);
        Diagnostics.ReportArgumentType(At(call), $"path() only supports pointer or C type argument ({TypeRules.KindName(path.Type)} provided)");
        return Unknown(call.Span);
    }

    internal BoundExpression BindStrftime(CallExpressionSyntax call)
    {
        string? format = StringLiteral(call, 0);
        BoundExpression time = BindArgumentValue(call.Arguments[1]);
        if (format is null || IsUnknown(time) || !RequireInteger(call, time))
            return Unknown(call.Span);
        if (time is BoundConstant { Type: IntegerType { IsSigned: true }, Value: < 0 })
        {
            Diagnostics.ReportArgumentRange(At(call), "strftime() does not accept negative timestamps");
            return Unknown(call.Span);
        }
        ClockMode mode = ClockOf(time);
        if (mode == ClockMode.Monotonic)
        {
            Diagnostics.ReportArgumentRange(At(call), "strftime() can not take a monotonic timestamp");
            return Unknown(call.Span);
        }
        return MakeCall(call.Span, call.Name, new TimestampType(), (IndexOf(_timeFormats, format), mode), Convert(time, IntegerType.UInt64));
    }

    private static int IndexOf(List<string> texts, string text)
    {
        int index = texts.IndexOf(text);
        if (index < 0)
        {
            index = texts.Count;
            texts.Add(text);
        }
        return index;
    }
}
