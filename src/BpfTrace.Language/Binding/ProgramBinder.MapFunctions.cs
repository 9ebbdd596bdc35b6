using BpfTrace.Language.Binding.Inference;
using BpfTrace.Language.Symbols;
using BpfTrace.Language.Syntax;

namespace BpfTrace.Language.Binding;

internal sealed partial class ProgramBinder
{
    /// <summary><c>delete(@m, k)</c>, <c>delete(@m)</c>, and the older <c>delete(@m[k])</c>.</summary>
    internal BoundExpression BindDelete(CallExpressionSyntax call)
    {
        bool isDiscarded = _isDiscarded;
        if (call.Arguments is [MapAccessExpressionSyntax access])
        {
            MapSymbol accessed = GetMap(access.Map);
            if (!CheckSingleEntries(call, accessed))
                return Unknown(call.Span);
            return BindKey(accessed, access.Keys, access.Span, access) is { } accessedKey
                ? new BoundDelete(call.Span, accessed, accessedKey, isDiscarded) : Unknown(call.Span);
        }
        if (GivenMap(call.Arguments[0]) is not { } syntax)
        {
            Diagnostics.ReportMapExpected(At(call.Arguments[0]), "delete() expects a map argument");
            return Unknown(call.Span);
        }
        MapSymbol map = GetMap(syntax);
        ReportIfUndefined(syntax, map);
        if (!CheckSingleEntries(call, map))
            return Unknown(call.Span);
        if (call.Arguments.Length == 2)
            return BindKeyOf(call, map, "delete() with two arguments") is { } key ? new BoundDelete(call.Span, map, key, isDiscarded) : Unknown(call.Span);
        if (store.GetMap(map.Name).IsScalar == false)
        {
            Diagnostics.ReportMapExpected(At(call), "call to delete() with a single argument expects a map without explicit keys (scalar map)");
            return Unknown(call.Span);
        }
        return new BoundDelete(call.Span, map, null, isDiscarded);
    }

    internal BoundExpression BindHasKey(CallExpressionSyntax call)
    {
        if (GivenMap(call.Arguments[0]) is not { } syntax)
        {
            Diagnostics.ReportMapExpected(At(call.Arguments[0]), "has_key() expects a map argument");
            return Unknown(call.Span);
        }
        MapSymbol map = GetMap(syntax);
        ReportIfUndefined(syntax, map);
        if (!CheckSingleEntries(call, map))
            return Unknown(call.Span);
        return BindKeyOf(call, map, "has_key()") is { } key ? new BoundHasKey(call.Span, map, key) : Unknown(call.Span);
    }

    /// <summary>A histogram or time series is spread over many entries of the kernel's map: no single one can be asked for or removed.</summary>
    private bool CheckSingleEntries(CallExpressionSyntax call, MapSymbol map)
    {
        if (store.GetMap(map.Name).Value is not AggregateType { HasBuckets: true } aggregate)
            return true;
        Diagnostics.ReportMapExpected(At(call), $"call to {call.Name}() does not work on a map of type {aggregate}; clear() removes all its entries");
        return false;
    }

    private BoundExpression? BindKeyOf(CallExpressionSyntax call, MapSymbol map, string function)
    {
        BoundExpression key = BindArgumentValue(call.Arguments[1]);
        if (store.GetMap(map.Name).IsScalar == true)
        {
            Diagnostics.ReportMapExpected(At(call), $"call to {function} expects a map with explicit keys (non-scalar map)");
            return null;
        }
        return IsUnknown(key) ? null : ConvertKey(map, key, call.Arguments[1]);
    }

    /// <summary><c>find(@m, k, $out)</c>: sets the variable and is true where the key exists.</summary>
    internal BoundExpression BindFind(CallExpressionSyntax call)
    {
        if (GivenMap(call.Arguments[0]) is not { } syntax || call.Arguments[2] is not VariableExpressionSyntax target)
        {
            Diagnostics.ReportMapExpected(At(call), "find() expects a map, a key and a variable");
            return Unknown(call.Span);
        }
        MapSymbol map = GetMap(syntax);
        BoundExpression? key = BindKeyOf(call, map, "find");
        if (key is null || store.GetMap(map.Name).Value is not { } type || IsUnknown(type))
        {
            ReportIfUndefined(syntax, map);
            return Unknown(call.Span);
        }
        VariableSymbol held = NewTemporary(call.Span, key.Type);
        var read = new BoundVariable(call.Span, held);
        map.ValueType = type;
        LocalVariable variable = _scope.Find(target.Name) ?? Declare(target.Name, target.Span, VariableOrigin.Assignment, target.Span);
        var assign = new List<BoundStatement>();
        AssignVariable(variable, ReadAggregate(new BoundMapValue(call.Span, map, read)), MarkCauses(), target, assign);
        VariableSymbol found = NewTemporary(call.Span, BpfType.Bool);
        return new BoundBlockExpression(call.Span, BpfType.Bool,
        [
            new BoundAssignVariable(call.Span, held, key),
            new BoundAssignVariable(call.Span, found, new BoundHasKey(call.Span, map, read)),
            new BoundIf(call.Span, new BoundVariable(call.Span, found), new BoundBlock(call.Span, [.. assign]), null),
        ], new BoundVariable(call.Span, found));
    }

    internal BoundExpression BindLen(CallExpressionSyntax call)
    {
        if (GivenMap(call.Arguments[0]) is { } syntax)
        {
            MapSymbol map = GetMap(syntax);
            MapTypes types = store.GetMap(map.Name);
            if (types.IsScalar == true)
            {
                Diagnostics.ReportMapExpected(At(call), "call to len() expects a map with explicit keys (non-scalar map)");
                return Unknown(call.Span);
            }
            types.IsScalar ??= false;
            ReportIfUndefined(syntax, map);
            return new BoundMapLength(call.Span, IntegerType.Int64, map);
        }
        BoundExpression stack = BindExpression(call.Arguments[0]);
        if (stack.Type is StackType)
            return MakeCall(call.Span, "stack_len", IntegerType.Int64, null, stack);
        if (!IsUnknown(stack))
            Diagnostics.ReportArgumentType(At(call), "call to len() expects a map, ustack, or kstack");
        return Unknown(call.Span);
    }

    internal BoundExpression BindIsScalar(CallExpressionSyntax call)
    {
        if (GivenMap(call.Arguments[0]) is not { } syntax)
        {
            Diagnostics.ReportMapExpected(At(call), "is_scalar() expects a map for the first argument");
            return Unknown(call.Span);
        }
        MapSymbol map = GetMap(syntax);
        if (store.GetMap(map.Name).IsScalar is { } isScalar)
            return MakeBoolean(call.Span, isScalar);
        Diagnostics.ReportUndefinedMap(At(call), map.Name);
        return Unknown(call.Span);
    }
}
