using BpfTrace.Language.Binding.Inference;
using BpfTrace.Language.Symbols;
using BpfTrace.Language.Syntax;

namespace BpfTrace.Language.Binding;

internal sealed partial class ProgramBinder
{
    private const int MaxUnroll = 100;

    private void BindWhile(WhileStatementSyntax syntax, List<BoundStatement> bound)
    {
        Diagnostics.ReportDeprecatedWhile(At(syntax));
        BoundExpression condition = BindCondition(syntax.Condition);
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
        bound.Add(new BoundUnroll(syntax.Span, (int)Math.Clamp(times, 1, MaxUnroll), BindBlock(syntax.Body)));
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
        BoundExpression start = BindExpression(range.Start);
        BoundExpression end = BindExpression(range.End);
        BpfType type = BpfType.Error;
        if (!IsUnknown(start) && !IsUnknown(end))
        {
            if (!TypeRules.IsInteger(start.Type))
                Diagnostics.ReportLoopRange(At(range), "start");
            if (!TypeRules.IsInteger(end.Type))
                Diagnostics.ReportLoopRange(At(range), "end");
            if (TypeRules.AsInteger(start.Type) is { } a && TypeRules.AsInteger(end.Type) is { } b)
            {
                type = a.Bits == b.Bits ? a : TypeRules.PromoteIntegers(a, b);
                start = Convert(start, type);
                end = Convert(end, type);
            }
        }
        (LocalVariable variable, BoundBlock body, LoopFrame frame) = BindForBody(syntax, type);
        bound.Add(new BoundForRange(syntax.Span, variable.Symbol, start, end, body, [.. frame.Captured]));
    }

    private void BindForMap(ForStatementSyntax syntax, MapExpressionSyntax map, List<BoundStatement> bound)
    {
        MapSymbol symbol = GetMap(map);
        MapTypes types = store.GetMap(symbol.Name);
        if (types.IsScalar == true)
            Diagnostics.ReportScalarMapLoop(At(map), symbol.Name);
        types.IsScalar ??= false;
        BpfType type = BpfType.Error;
        if (types.Key is { } key && types.Value is { } value)
        {
            if (value is AggregateType && !TypeRules.IsCastableAggregate(value))
                Diagnostics.ReportLoopMapType(At(map), value);
            type = TupleType.Create(key, value);
        }
        else
        {
            ReportIfUndefined(map, symbol);
        }
        (LocalVariable variable, BoundBlock body, LoopFrame frame) = BindForBody(syntax, type);
        bound.Add(new BoundForMap(syntax.Span, variable.Symbol, symbol, body, [.. frame.Captured]));
    }

    private (LocalVariable Variable, BoundBlock Body, LoopFrame Frame) BindForBody(ForStatementSyntax syntax, BpfType type)
    {
        var frame = new LoopFrame();
        _loops.Add(frame);
        _scope = new Scope(_scope);
        LocalVariable variable = Declare(syntax.Variable.Name, syntax.Variable.Span, VariableOrigin.Loop, syntax.Variable.Span);
        variable.WasAssigned = true;
        if (type is not ErrorType)
        {
            // A counter takes what the body assigns to it, too.
            if (type is IntegerType && variable.Symbol.Type is not ErrorType && TypeRules.Promote(variable.Symbol.Type, type) is { } wider)
                type = wider;
            store.SetVariable(variable.Key, type);
            variable.Symbol.Type = type;
        }
        BoundBlock body = BindLoopBody(syntax.Body);
        _scope = _scope.Parent!;
        _loops.RemoveAt(_loops.Count - 1);
        return (variable, body, frame);
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
