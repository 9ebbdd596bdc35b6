using System.Collections.Immutable;
using System.Globalization;
using BpfTrace.Language.Binding.Inference;
using BpfTrace.Language.Symbols;
using BpfTrace.Language.Syntax;

namespace BpfTrace.Language.Binding;

internal sealed partial class ProgramBinder
{
    private const long MaxLinearBuckets = 1000;
    private const long MaxIntervals = 1_000_000;

    /// <summary><c>@m = count()</c> and its kin, also at the end of a block or out of a macro.</summary>
    private bool TryBindAggregate(AssignmentStatementSyntax syntax, MapSymbol map, BoundExpression? key, bool isScalar, ExpressionSyntax value, List<BoundStatement> bound)
    {
        if (value is BlockExpressionSyntax { Value: CallExpressionSyntax inner } block && AggregateFunctions.Contains(inner.Name))
        {
            _scope = new Scope(_scope);
            var statements = new List<BoundStatement>(BindStatements(block.Statements));
            BindAggregate(syntax, map, key, isScalar, inner, statements);
            CloseScope();
            bound.Add(new BoundBlock(block.Span, [.. statements]));
            return true;
        }
        if (value is not CallExpressionSyntax call || !AggregateFunctions.Contains(call.Name) || context.Macros.Named(call.Name).Count > 0 || _subprograms.ContainsKey(call.Name))
            return false;
        BindAggregate(syntax, map, key, isScalar, call, bound);
        return true;
    }

    private void BindAggregate(AssignmentStatementSyntax syntax, MapSymbol map, BoundExpression? key, bool isScalar, CallExpressionSyntax call, List<BoundStatement> bound)
    {
        (int least, int most) = call.Name switch
        {
            "count" => (0, 0),
            "hist" => (1, 2),
            "lhist" => (4, 4),
            "tseries" => (3, 4),
            _ => (1, 1),
        };
        if (!CheckArgumentCount(call, least, most))
            return;
        CauseMark before = MarkCauses();
        ImmutableArray<BoundExpression> arguments = [.. call.Arguments.Select(a => ReadAggregate(BindExpression(a)))];
        if (arguments.Any(IsUnknown))
        {
            Spoil(map, before);
            if (!arguments.Skip(1).Any(IsUnknown) && MakeAggregateType(call, arguments) is { } open)
                OpenAggregates.TryAdd(map.Name, open);
            return;
        }
        BoundExpression? sample = arguments.IsEmpty ? null : arguments[0];
        if (sample is not null && !TypeRules.IsInteger(sample.Type))
        {
            Diagnostics.ReportArgumentType(At(call), call.Name is "hist" or "lhist" or "tseries"
                ? $"{call.Name}() only supports int arguments ({TypeRules.KindName(sample.Type)} provided)"
                : $"{call.Name}() only supports integer arguments ({sample.Type} provided)");
            return;
        }
        if (MakeAggregateType(call, arguments) is not { } type || !LearnSample(map, call, sample, type))
            return;
        if (LearnAggregate(map, call, type) is not { } merged)
            return;
        if (sample is not null)
        {
            bool signed = merged.Kind is AggregateKind.Hist or AggregateKind.LHist or AggregateKind.TSeries ? TypeRules.IsSigned(sample.Type) : merged.IsSigned;
            sample = Convert(sample, signed ? IntegerType.Int64 : IntegerType.UInt64);
        }
        if (isScalar || key is not null)
            bound.Add(new BoundAggregate(syntax.Span, map, key, sample) { Time = type.Kind == AggregateKind.TSeries ? BindSampleTime(call) : null });
    }

    /// <summary>The map tseries takes the time from; null for the clock.</summary>
    private BoundExpression? BindSampleTime(CallExpressionSyntax call)
    {
        if (context.Options.TimeSeriesClockMap is not { } name)
            return null;
        BoundExpression time = BindScalarMap(new MapExpressionSyntax(call.Span, name));
        if (IsUnknown(time))
            return null;
        if (time.Type is IntegerType { IsSigned: false })
            return Convert(time, IntegerType.UInt64);
        Diagnostics.ReportArgumentType(At(call), $"the clock of tseries() must be an unsigned integer, {name} is {time.Type}");
        return null;
    }

    private AggregateType? MakeAggregateType(CallExpressionSyntax call, ImmutableArray<BoundExpression> arguments)
    {
        bool signed = !arguments.IsEmpty && TypeRules.IsSigned(arguments[0].Type);
        return call.Name switch
        {
            "count" => new AggregateType(AggregateKind.Count, false),
            "sum" => new AggregateType(AggregateKind.Sum, signed),
            "min" => new AggregateType(AggregateKind.Min, signed),
            "max" => new AggregateType(AggregateKind.Max, signed),
            "avg" => new AggregateType(AggregateKind.Avg, signed),
            "stats" => new AggregateType(AggregateKind.Stats, signed),
            "hist" => MakeHist(call, arguments),
            "lhist" => MakeLinearHist(call, arguments),
            _ => MakeTimeSeries(call, arguments),
        };
    }

    private AggregateType? MakeHist(CallExpressionSyntax call, ImmutableArray<BoundExpression> arguments)
    {
        long bits = 0;
        if (arguments.Length == 2)
        {
            if (NonNegativeLiteral(arguments[1]) is not { } literal)
            {
                Diagnostics.ReportLiteralRequired(At(call), $"hist() expects a int literal ({TypeRules.KindName(arguments[1].Type)} provided)");
                return null;
            }
            bits = literal;
            if (bits > 5)
            {
                Diagnostics.ReportArgumentRange(At(call), string.Create(CultureInfo.InvariantCulture, $"hist: bits {bits} must be 0..5"));
                return null;
            }
        }
        return new AggregateType(AggregateKind.Hist, true) { HistBits = (int)bits };
    }

    private AggregateType? MakeLinearHist(CallExpressionSyntax call, ImmutableArray<BoundExpression> arguments)
    {
        if (NonNegativeLiteral(arguments[1]) is not { } min)
        {
            Diagnostics.ReportLiteralRequired(At(call), "lhist: invalid min value (must be non-negative literal)");
            return null;
        }
        if (NonNegativeLiteral(arguments[2]) is not { } max)
        {
            Diagnostics.ReportLiteralRequired(At(call), "lhist: invalid max value (must be non-negative literal)");
            return null;
        }
        if (NonNegativeLiteral(arguments[3]) is not { } step)
        {
            Diagnostics.ReportLiteralRequired(At(call), "lhist: invalid step value");
            return null;
        }
        string? error = step <= 0 ? string.Create(CultureInfo.InvariantCulture, $"lhist() step must be >= 1 ({step} provided)")
            : min > max ? string.Create(CultureInfo.InvariantCulture, $"lhist() min must be less than max (provided min {min} and max {max})")
            : (max - min) / step > MaxLinearBuckets
                ? string.Create(CultureInfo.InvariantCulture, $"lhist() too many buckets, must be <= {MaxLinearBuckets} (would need {(max - min) / step})")
            : max - min < step
                ? string.Create(CultureInfo.InvariantCulture, $"lhist() step is too large for the given range (provided step {step} for range {max - min})")
            : null;
        if (error is not null)
        {
            Diagnostics.ReportArgumentRange(At(call), error);
            return null;
        }
        return new AggregateType(AggregateKind.LHist, true) { Minimum = min, Maximum = max, Step = step };
    }

    private AggregateType? MakeTimeSeries(CallExpressionSyntax call, ImmutableArray<BoundExpression> arguments)
    {
        if (NonNegativeLiteral(arguments[1]) is not { } interval)
        {
            Diagnostics.ReportLiteralRequired(At(call), "tseries: invalid interval_ns value (must be non-negative literal)");
            return null;
        }
        if (NonNegativeLiteral(arguments[2]) is not { } count)
        {
            Diagnostics.ReportLiteralRequired(At(call), "tseries: invalid num_intervals value (must be non-negative literal)");
            return null;
        }
        string? error = interval <= 0 ? string.Create(CultureInfo.InvariantCulture, $"tseries() interval_ns must be >= 1 ({interval} provided)")
            : count <= 0 ? string.Create(CultureInfo.InvariantCulture, $"tseries() num_intervals must be >= 1 ({count} provided)")
            : count > MaxIntervals ? string.Create(CultureInfo.InvariantCulture, $"tseries() num_intervals must be < {MaxIntervals} ({count} provided)")
            : null;
        AggregateKind? function = null;
        if (error is null && arguments.Length == 4)
        {
            string name = arguments[3] is BoundString text ? System.Text.Encoding.UTF8.GetString(text.Value.AsSpan()) : "";
            function = name switch
            {
                "avg" => AggregateKind.Avg,
                "max" => AggregateKind.Max,
                "min" => AggregateKind.Min,
                "sum" => AggregateKind.Sum,
                _ => null,
            };
            if (function is null)
                error = $"tseries() expects one of the following aggregation functions: avg, max, min, sum (\"{name}\" provided)";
        }
        if (error is not null)
        {
            Diagnostics.ReportArgumentRange(At(call), error);
            return null;
        }
        CheckUnstable(call, "tseries", "unstable_tseries");
        return new AggregateType(AggregateKind.TSeries, TypeRules.IsSigned(arguments[0].Type))
        {
            IntervalNanoseconds = (ulong)interval,
            IntervalCount = (int)count,
            IntervalFunction = function,
        };
    }

    /// <summary>Samples of one map must be of compatible types.</summary>
    private bool LearnSample(MapSymbol map, CallExpressionSyntax call, BoundExpression? sample, AggregateType type)
    {
        if (sample is null || type.Kind is AggregateKind.Hist or AggregateKind.LHist or AggregateKind.TSeries)
            return true;
        MapTypes types = store.GetMap(map.Name);
        if (TypeRules.Promote(types.Sample, sample.Type) is not { } promoted)
        {
            Diagnostics.ReportSampleMismatch(At(call), call.Name, sample.Type, types.Sample!);
            return false;
        }
        types.Sample = promoted;
        return true;
    }

    private AggregateType? LearnAggregate(MapSymbol map, CallExpressionSyntax call, AggregateType type)
    {
        BpfType? current = store.GetMap(map.Name).Value;
        if (current is AggregateType known && known.Kind == type.Kind)
        {
            if (known.HasBuckets && (known with { IsSigned = type.IsSigned }) != type)
            {
                Diagnostics.ReportAggregateParameters(At(call), call.Name);
                return null;
            }
            type = known with { IsSigned = known.IsSigned || type.IsSigned };
        }
        else if (current is not null)
        {
            Diagnostics.ReportTypeMismatch(At(call), map.Name, "assign value", type, "map", current);
            return null;
        }
        store.SetMapValue(map.Name, type);
        map.ValueType = type;
        return type;
    }

    private static long? NonNegativeLiteral(BoundExpression expression) =>
        expression is BoundConstant { Type: IntegerType, Value: >= 0 } constant ? constant.Value : null;
}
