using System.Collections.Immutable;
using BpfTrace.Language.Probes;
using BpfTrace.Language.Symbols;
using BpfTrace.Language.Syntax;

namespace BpfTrace.Language.Binding;

internal sealed partial class ProgramBinder
{
    private static OutputSite NewSite(OutputKind kind) => new() { Id = 0, Kind = kind, Span = default };

    internal BoundExpression BindFormatted(CallExpressionSyntax call, OutputKind kind)
    {
        string? text = StringLiteral(call, 0);
        ImmutableArray<BoundExpression> arguments = [.. call.Arguments.Skip(1).Select(BindArgumentValue)];
        if (text is null || arguments.Any(IsUnknown))
            return Unknown(call.Span);
        FormatString format = FormatParser.Parse(text);
        if (FormatParser.Check(format, [.. arguments.Select(static a => a.Type)]) is { } error)
        {
            Diagnostics.ReportFormat(At(call), error);
            return Unknown(call.Span);
        }
        OutputSite site = NewSite(kind) with
        {
            Format = format,
            ValueNames = ValueNames.OfFormat(format, [.. call.Arguments.Skip(1)]),
            IsHeading = kind == OutputKind.Printf && _probe.Type is ProbeType.Begin or ProbeType.End && arguments.All(IsLiteral),
        };
        if (kind == OutputKind.System)
            site = site with { OwnValues = LiteralsOf(arguments) };
        return MakeOutput(call, site, arguments);
    }

    private static ulong LiteralsOf(ImmutableArray<BoundExpression> arguments)
    {
        ulong literals = 0;
        for (int i = 0; i < arguments.Length && i < 64; i++)
        {
            if (IsLiteral(arguments[i]))
                literals |= 1UL << i;
        }
        return literals;
    }

    internal BoundExpression BindPrint(CallExpressionSyntax call)
    {
        ExpressionSyntax what = call.Arguments[0];
        while (what is IdentifierExpressionSyntax name && FindMacroArgument(name.Name) is { Expression: MapExpressionSyntax or MapAccessExpressionSyntax } given)
            return InFrameOf(given, name.Span, () => BindPrint(call with { Arguments = call.Arguments.SetItem(0, given.Expression) }));
        if (what is MapExpressionSyntax map)
            return BindPrintMap(call, map);
        BoundExpression value = BindExpression(what);
        if (IsUnknown(value))
            return Unknown(call.Span);
        if (value.Type is AggregateType { HasBuckets: true })
        {
            Diagnostics.ReportPrint(At(call), $"Map type {value.Type} cannot print the value of individual keys. You must print the whole map.");
            return Unknown(call.Span);
        }
        if (value.Type is VoidType || (value.Type is PointerType { Space: AddressSpace.Context } && value is BoundContext))
        {
            Diagnostics.ReportPrint(At(call), $"{value.Type} type passed to print() is not printable");
            return Unknown(call.Span);
        }
        if (call.Arguments.Length != 1)
        {
            Diagnostics.ReportArgumentCount(At(call), $"Non-map print() only takes 1 argument, {call.Arguments.Length} found");
            return Unknown(call.Span);
        }
        if (value is BoundMapValue { Key: { } key } entry)
        {
            return MakeOutput(call, NewSite(OutputKind.PrintValue) with { Map = entry.Map, ValueNames = ["Key", "Value"] }, [key, ReadAggregate(value)]);
        }
        value = ReadAggregate(value);
        return MakeOutput(call, NewSite(OutputKind.PrintValue) with { ValueNames = [ValueNames.OfExpression(what) ?? "Value"] }, [value]);
    }

    private BoundStatementExpression BindPrintMap(CallExpressionSyntax call, MapExpressionSyntax syntax)
    {
        MapSymbol map = GetMap(syntax);
        ReportIfUndefined(syntax, map);
        if (_loopNesting > 0)
            Diagnostics.ReportPrintInLoop(At(call));
        var limits = ImmutableArray.CreateBuilder<BoundExpression>(2);
        for (int i = 1; i <= 2; i++)
        {
            long value = 0;
            if (i < call.Arguments.Length)
            {
                BoundExpression argument = BindArgumentValue(call.Arguments[i]);
                if (NonNegativeLiteral(argument) is { } literal)
                    value = literal;
                else if (!IsUnknown(argument))
                    Diagnostics.ReportLiteralRequired(At(call), $"print() expects a int literal ({TypeRules.KindName(argument.Type)} provided)");
            }
            limits.Add(new BoundConstant(call.Span, IntegerType.UInt64, value));
        }
        if (store.GetMap(map.Name).Value is AggregateType { Kind: AggregateKind.Stats } && call.Arguments.Length > 1)
            Diagnostics.ReportStatsLimits(At(call));
        return MakeOutput(call, NewSite(OutputKind.PrintMap) with { Map = map, ValueNames = ["Top", "Divisor"] }, limits.MoveToImmutable());
    }

    internal BoundExpression BindMapOutput(CallExpressionSyntax call, OutputKind kind)
    {
        if (GivenMap(call.Arguments[0]) is not { } syntax)
        {
            Diagnostics.ReportMapExpected(At(call.Arguments[0]), $"{call.Name}() expects a map argument");
            return Unknown(call.Span);
        }
        MapSymbol map = GetMap(syntax);
        ReportIfUndefined(syntax, map);
        return MakeOutput(call, NewSite(kind) with { Map = map }, []);
    }

    /// <summary>The map an argument is, also through a macro's expression parameter; null when it is something else.</summary>
    private MapExpressionSyntax? GivenMap(ExpressionSyntax syntax) => syntax switch
    {
        MapExpressionSyntax map => map,
        IdentifierExpressionSyntax name when FindMacroArgument(name.Name) is { Expression: MapExpressionSyntax map } given =>
            InFrameOf(given, name.Span, () => map with { Name = GetMap(map).Name }),
        _ => null,
    };

    internal BoundExpression BindTime(CallExpressionSyntax call)
    {
        string? format = call.Arguments.IsEmpty ? "%H:%M:%S\n" : StringLiteral(call, 0);
        return format is null ? Unknown(call.Span) : MakeOutput(call, NewSite(OutputKind.Time) with { TimeFormat = format }, []);
    }

    /// <summary>Bytes of the joined strings: at most 16, of 1024 bytes each, as bpftrace.</summary>
    private const int JoinCapacity = 16 * 1024;

    internal BoundExpression BindJoin(CallExpressionSyntax call)
    {
        string? separator = call.Arguments.Length == 2 ? StringLiteral(call, 1) : " ";
        BoundExpression array = BindArgumentValue(call.Arguments[0]);
        if (separator is null || IsUnknown(array))
            return Unknown(call.Span);
        if (!TypeRules.IsInteger(array.Type) && array.Type is not PointerType)
        {
            Diagnostics.ReportArgumentType(At(call), $"join() only supports int or pointer arguments ({TypeRules.KindName(array.Type)} provided)");
            return Unknown(call.Span);
        }
        var text = new PointerType(IntegerType.Int8, SpaceOf(array.Type));
        BoundExpression strings = new BoundConversion(array.Span, new PointerType(text, SpaceOf(array.Type)), array);
        BoundCall joined = MakeCall(call.Span, "join", new BufferType(JoinCapacity), null, strings);
        return MakeOutput(call, NewSite(OutputKind.Join) with { Separator = separator, ValueNames = [ValueNames.OfExpression(call.Arguments[0]) ?? "Value"] }, [joined]);
    }

    internal BoundExpression BindExit(CallExpressionSyntax call)
    {
        BoundExpression code = new BoundConstant(call.Span, IntegerType.UInt8, 0);
        if (!call.Arguments.IsEmpty)
        {
            code = BindArgumentValue(call.Arguments[0]);
            if (IsUnknown(code) || !RequireInteger(call, code))
                return Unknown(call.Span);
            code = Convert(code, IntegerType.UInt8);
        }
        return MakeExit(call, code);
    }

    /// <summary>Nothing of the program runs after an <c>exit()</c>.</summary>
    private BoundStatementExpression MakeExit(CallExpressionSyntax call, BoundExpression code)
    {
        BoundStatementExpression output = MakeOutput(call, NewSite(OutputKind.Exit), [code]);
        return output with { Statements = [.. output.Statements, new BoundReturn(call.Span, null)] };
    }

    /// <summary><c>unwatch(address)</c>: a number, as for bpftrace, or a pointer, as its documentation has it.</summary>
    internal BoundExpression BindUnwatch(CallExpressionSyntax call)
    {
        BoundExpression address = BindArgumentValue(call.Arguments[0]);
        if (address.Type is PointerType)
            address = ToAddress(address);
        else if (!RequireInteger(call, address))
            return Unknown(call.Span);
        return MakeOutput(call, NewSite(OutputKind.Unwatch) with { ValueNames = ["Address"] }, [Convert(address, IntegerType.UInt64)]);
    }

    /// <summary><c>assert(condition, message)</c>: an error message and <c>exit(1)</c> where the condition does not hold.</summary>
    internal BoundExpression BindAssert(CallExpressionSyntax call)
    {
        BoundExpression condition = BindCondition(call.Arguments[0]);
        BoundExpression message = BindArgumentValue(call.Arguments[1]);
        if (IsUnknown(condition) || IsUnknown(message))
            return Unknown(call.Span);
        BoundStatementExpression error = MakeOutput(call, NewSite(OutputKind.Errorf) with { Format = FormatParser.Parse("assert failed: %s"), ValueNames = ["Message"] }, [message]);
        BoundStatementExpression exit = MakeExit(call, new BoundConstant(call.Span, IntegerType.UInt8, 1));
        return new BoundStatementExpression(call.Span,
            [new BoundIf(call.Span, condition, new BoundBlock(call.Span, []), new BoundBlock(call.Span, [.. error.Statements, .. exit.Statements]))]);
    }
}
