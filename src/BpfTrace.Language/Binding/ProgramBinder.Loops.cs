using System.Collections.Immutable;
using BpfTrace.Language.Binding.Inference;
using BpfTrace.Language.Symbols;
using BpfTrace.Language.Syntax;

namespace BpfTrace.Language.Binding;

internal sealed partial class ProgramBinder
{
    private const int MaxUnroll = 100;

    // Two loops of the maximum. More within them would be a program no compiler comes to the end of.
    private const int MaxNestedUnroll = MaxUnroll * MaxUnroll;

    private int _unrolled = 1;

    private void BindWhile(WhileStatementSyntax syntax, List<BoundStatement> bound)
    {
        Diagnostics.ReportDeprecatedWhile(At(syntax));
        BoundExpression condition = Unknown(syntax.Condition.Span);
        Learn(() => condition = BindCondition(syntax.Condition));
        bound.Add(new BoundWhile(syntax.Span, condition, BindLoopBody(syntax.Body)));
    }

    private void BindUnroll(UnrollStatementSyntax syntax, List<BoundStatement> bound)
    {
        BoundExpression count = BindExpression(syntax.Count);
        long times = 1;
        if (count is BoundConstant { Type: IntegerType, Value: >= 0 } constant)
        {
            times = constant.Value;
            if (times > MaxUnroll)
                Diagnostics.ReportUnrollRange(At(syntax), $"unroll maximum value is {MaxUnroll}");
            else if (times < 1)
                Diagnostics.ReportUnrollRange(At(syntax), "unroll minimum value is 1");
        }
        else if (!IsUnknown(count))
        {
            Diagnostics.ReportUnrollRange(At(syntax), "invalid unroll value");
        }
        int repeated = (int)Math.Clamp(times, 1, MaxUnroll);
        int outer = _unrolled;
        _unrolled *= repeated;
        if (_unrolled > MaxNestedUnroll)
        {
            Diagnostics.ReportUnrollRange(At(syntax), $"unroll within unroll repeats its body more than {MaxNestedUnroll} times");
            (repeated, _unrolled) = (1, outer);
        }

        bound.Add(new BoundUnroll(syntax.Span, repeated, BindBlock(syntax.Body)));
        _unrolled = outer;
    }

    private BoundBlock BindLoopBody(BlockExpressionSyntax body)
    {
        _loopNesting++;
        _breakable++;
        BoundBlock bound = BindBlock(body);
        _breakable--;
        _loopNesting--;
        return bound;
    }

    private void BindFor(ForStatementSyntax syntax, List<BoundStatement> bound)
    {
        string name = syntax.Variable.Name;
        if (_scope.Find(name) is { } shadowed)
            Diagnostics.ReportLoopShadows(At(syntax.Variable), name, NoteOf(shadowed));
        if (syntax.Iterable is RangeExpressionSyntax range)
            BindForRange(syntax, range, bound);
        else if (syntax.Iterable is MapExpressionSyntax map)
            BindForMap(syntax, map, bound);
    }

    private void BindForRange(ForStatementSyntax syntax, RangeExpressionSyntax range, List<BoundStatement> bound)
    {
        BoundExpression start = Unknown(range.Start.Span), end = Unknown(range.End.Span);
        BpfType type = BpfType.Error;
        Learn(() =>
        {
            start = BindExpression(range.Start);
            end = BindExpression(range.End);
            type = RangeType(range, start, end);
        });
        if (type is not ErrorType)
            (start, end) = (Convert(start, type), Convert(end, type));
        ForBody loop = BindForBody(syntax, () => type);
        bound.Add(new BoundForRange(syntax.Span, loop.Variable, start, end, loop.Body, loop.Captured));
    }

    private BpfType RangeType(RangeExpressionSyntax range, BoundExpression start, BoundExpression end)
    {
        if (IsUnknown(start) || IsUnknown(end))
            return BpfType.Error;
        if (!TypeRules.IsInteger(start.Type))
            Diagnostics.ReportLoopRange(At(range), "start");
        if (!TypeRules.IsInteger(end.Type))
            Diagnostics.ReportLoopRange(At(range), "end");
        return TypeRules.AsInteger(start.Type) is not { } a || TypeRules.AsInteger(end.Type) is not { } b ? BpfType.Error
            : a.Bits == b.Bits ? a : TypeRules.PromoteIntegers(a, b);
    }

    private void BindForMap(ForStatementSyntax syntax, MapExpressionSyntax map, List<BoundStatement> bound)
    {
        MapSymbol symbol = GetMap(map);
        MapTypes types = store.GetMap(symbol.Name);
        if (types.IsScalar == true)
            Diagnostics.ReportScalarMapLoop(At(map), symbol.Name);
        types.IsScalar ??= false;
        if (types.Key is null || types.Value is null)
            ReportIfUndefined(map, symbol);
        else if (types.Value is AggregateType && !TypeRules.IsCastableAggregate(types.Value))
            Diagnostics.ReportLoopMapType(At(map), types.Value);
        ForBody loop = BindForBody(syntax, () => store.GetMap(symbol.Name) is { Key: { } key, Value: { } value } ? TupleType.Create(key, value) : BpfType.Error);
        bound.Add(new BoundForMap(syntax.Span, loop.Variable, symbol, loop.Body, loop.Captured));
    }

    private sealed record ForBody(VariableSymbol Variable, BoundBlock Body, ImmutableArray<VariableSymbol> Captured);

    /// <summary>Binds a loop's body with its variable.</summary>
    /// <param name="syntax">The loop.</param>
    /// <param name="typeOf">The type of what the loop goes over, as far as it is known.</param>
    private ForBody BindForBody(ForStatementSyntax syntax, Func<BpfType> typeOf)
    {
        var frame = new LoopFrame();
        _loops.Add(frame);
        _scope = new Scope(_scope);
        LocalVariable variable = Declare(syntax.Variable.Name, syntax.Variable.Span, VariableOrigin.Loop, syntax.Variable.Span);
        variable.WasAssigned = true;
        BpfType given = BpfType.Error;
        Learn(() =>
        {
            // The body may assign it, too: its type is then that of both.
            given = typeOf();
            if (given is ErrorType || TypeRules.Promote(IsUnknown(TypeOf(variable)) ? null : TypeOf(variable), given) is not { } type)
                return;
            store.SetVariable(variable.Key, type);
            variable.Symbol.Type = type;
        });
        BoundBlock body = BindLoopBody(syntax.Body);
        _scope = _scope.Parent!;
        _loops.RemoveAt(_loops.Count - 1);
        if (given is IntegerType or ErrorType || TypeRules.Same(given, TypeOf(variable)))
            return new ForBody(variable.Symbol, body, [.. frame.Captured]);

        // The kernel hands out entries in the map's types.
        VariableSymbol element = NewTemporary(syntax.Variable.Span, given);
        if (TryConvert(new BoundVariable(syntax.Variable.Span, element), variable.Symbol.Type) is not { } converted)
        {
            Diagnostics.ReportTypeMismatch(At(syntax.Variable), variable.Symbol.Name, "assign value", given, "variable", variable.Symbol.Type);
            converted = Unknown(syntax.Variable.Span);
        }

        body = new BoundBlock(body.Span, [new BoundAssignVariable(syntax.Variable.Span, variable.Symbol, converted), body]);
        return new ForBody(element, body, [.. frame.Captured]);
    }

    /// <summary>Notes that a loop's body uses a variable from outside of it.</summary>
    private void Capture(LocalVariable variable)
    {
        for (int depth = variable.LoopDepth; depth < _loops.Count; depth++)
        {
            if (!_loops[depth].Captured.Contains(variable.Symbol))
                _loops[depth].Captured.Add(variable.Symbol);
        }
    }
}
