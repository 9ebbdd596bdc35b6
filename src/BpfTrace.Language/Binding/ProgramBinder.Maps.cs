using System.Collections.Immutable;
using BpfTrace.Language.Binding.Inference;
using BpfTrace.Language.Symbols;
using BpfTrace.Language.Syntax;
using BpfTrace.Language.Text;

namespace BpfTrace.Language.Binding;

internal sealed partial class ProgramBinder
{
    private void BindMapDeclarations(ProgramSyntax program)
    {
        foreach (MapDeclarationSyntax declaration in program.MapDeclarations)
        {
            if (StorageOf(declaration.MapType) is null)
                Diagnostics.ReportInvalidMapType(At(declaration), declaration.MapType);
            if (!_mapDeclarations.TryAdd(declaration.Name, declaration))
                Diagnostics.ReportMapRedeclared(At(declaration), declaration.Name, At(_mapDeclarations[declaration.Name]));
        }
    }

    private static MapStorage? StorageOf(string name) => name switch
    {
        "hash" => MapStorage.Hash,
        "lruhash" => MapStorage.LruHash,
        "percpuhash" => MapStorage.PerCpuHash,
        "percpulruhash" => MapStorage.PerCpuLruHash,
        _ => null,
    };

    /// <summary>Settles every map's storage and says what is unused or does not fit its declaration.</summary>
    private void FinishMaps()
    {
        foreach (MapSymbol map in _mapOrder)
        {
            MapTypes types = store.GetMap(map.Name);
            bool isScalar = types.IsScalar ?? false;
            map.ValueType = types.Value ?? BpfType.Error;
            map.KeyType = isScalar ? null : types.Key ?? BpfType.Error;
            bool perCpu = map.ValueType is AggregateType;
            bool hasBuckets = map.ValueType is AggregateType { HasBuckets: true };
            // A scalar map is a hash of one entry, not an array: one that was never set, or was cleared, has no entry and is not printed.
            map.Storage = perCpu ? MapStorage.PerCpuHash : MapStorage.Hash;
            map.MaxEntries = isScalar && !hasBuckets ? 1 : context.Config.MaxMapKeys;
            if (_mapDeclarations.TryGetValue(map.Name, out MapDeclarationSyntax? declaration))
                ApplyDeclaration(map, declaration, perCpu);
        }
        foreach (MapDeclarationSyntax declaration in _mapDeclarations.Values)
        {
            if (!_usedMaps.Contains(declaration.Name))
                Diagnostics.ReportUnusedMap(At(declaration), declaration.Name);
        }
    }

    private void ApplyDeclaration(MapSymbol map, MapDeclarationSyntax declaration, bool perCpu)
    {
        map.MaxEntries = (int)Math.Min(declaration.MaxEntries, int.MaxValue);
        if (StorageOf(declaration.MapType) is not { } storage)
            return;
        if (map.ValueType is not ErrorType && perCpu != storage is MapStorage.PerCpuHash or MapStorage.PerCpuLruHash)
        {
            Diagnostics.ReportMapTypeConflict(At(map.Declaration), declaration.MapType, perCpu ? "percpuhash" : "hash");
            return;
        }
        map.Storage = storage;
    }

    private MapSymbol GetMap(MapExpressionSyntax syntax)
    {
        string name = syntax.Name;
        if (_frame is not null)
        {
            if (_frame.Maps.TryGetValue(name, out string? actual))
                name = actual;
            else
                Diagnostics.ReportForeignMap(At(syntax), name);
        }
        _usedMaps.Add(name);
        if (_maps.TryGetValue(name, out MapSymbol? symbol))
            return symbol;
        MapTypes types = store.GetMap(name);
        symbol = new MapSymbol(name, syntax.Span)
        {
            KeyType = types.IsScalar == true ? null : types.Key,
            ValueType = types.Value ?? BpfType.Error,
        };
        _maps.Add(name, symbol);
        _mapOrder.Add(symbol);
        return symbol;
    }

    /// <summary>Notes whether a map is used with a key or without; the first use decides.</summary>
    private bool CheckScalar(MapSymbol map, bool isScalar, TextSpan span)
    {
        MapTypes types = store.GetMap(map.Name);
        types.IsScalar ??= isScalar;
        if (types.IsScalar == isScalar)
            return true;
        Diagnostics.ReportScalarMismatch(At(span), map.Name, isScalar);
        return false;
    }

    private void ReportIfUndefined(MapExpressionSyntax syntax, MapSymbol map)
    {
        if (store.GetMap(map.Name).Value is null)
            Diagnostics.ReportUndefinedMap(At(syntax), map.Name);
    }

    /// <summary><c>@m</c> where a value is wanted.</summary>
    private BoundExpression BindScalarMap(MapExpressionSyntax syntax)
    {
        MapSymbol map = GetMap(syntax);
        if (!CheckScalar(map, isScalar: true, syntax.Span))
            return Unknown(syntax.Span);
        return ReadMap(syntax, map, null, syntax.Span);
    }

    private BoundExpression BindMapAccess(MapAccessExpressionSyntax syntax)
    {
        MapSymbol map = GetMap(syntax.Map);
        BoundExpression? key = BindKey(map, syntax.Keys, syntax.Span, syntax);
        return key is null ? Unknown(syntax.Span) : ReadMap(syntax.Map, map, key, syntax.Span);
    }

    private BoundExpression ReadMap(MapExpressionSyntax syntax, MapSymbol map, BoundExpression? key, TextSpan span)
    {
        AccessedMaps.Add(map.Name);
        if (store.GetMap(map.Name).Value is not { } type || IsUnknown(type))
        {
            if (CausedMaps.Contains(map.Name))
                _spoiltReads++;
            ReportIfUndefined(syntax, map);
            return Unknown(span);
        }
        map.ValueType = type;
        return new BoundMapValue(span, map, key);
    }

    /// <summary>Several keys are one tuple.</summary>
    private BoundExpression? BindKey(MapSymbol map, ImmutableArray<ExpressionSyntax> keys, TextSpan span, SyntaxNode node)
    {
        BoundExpression key = BindKeyValue(keys, span);
        if (!CheckScalar(map, isScalar: false, span))
            return null;
        return IsUnknown(key) ? null : ConvertKey(map, key, node);
    }

    private BoundExpression BindKeyValue(ImmutableArray<ExpressionSyntax> keys, TextSpan span)
    {
        if (keys.Length == 1)
            return ReadAggregate(BindExpression(keys[0]));
        var elements = ImmutableArray.CreateBuilder<BoundExpression>(keys.Length);
        foreach (ExpressionSyntax key in keys)
            elements.Add(ReadAggregate(BindExpression(key)));
        return elements.Any(IsUnknown) ? Unknown(span) : MakeTuple(span, elements.MoveToImmutable());
    }

    /// <summary>Learns a map's key type and converts a key to it; null after an error.</summary>
    private BoundExpression? ConvertKey(MapSymbol map, BoundExpression key, SyntaxNode node)
    {
        MapTypes types = store.GetMap(map.Name);
        AccessedMaps.Add(map.Name);
        if (!IsValidKey(key, node))
            return null;
        if (TypeRules.Promote(types.Key, key.Type) is not { } promoted)
        {
            Diagnostics.ReportKeyMismatch(At(node), map.Name, key.Type, types.Key!);
            return null;
        }
        if (!KeepsLock(store.KeyLockOf(map.Name), promoted, map.Name, key.Type, node))
            return null;
        store.SetMapKey(map.Name, promoted);
        map.KeyType = promoted;
        if (TryConvert(key, promoted) is { } converted)
            return converted;
        Diagnostics.ReportTypeMismatch(At(node), map.Name, "assign key", key.Type, "map", promoted, "key ");
        return null;
    }

    private bool IsValidKey(BoundExpression key, SyntaxNode access)
    {
        switch (key.Type)
        {
            case VoidType or AggregateType:
                Diagnostics.ReportInvalidKey(At(access), $"Value '{key.Type}' cannot be used as a map key.");
                return false;
            case PointerType { Space: AddressSpace.Context }:
                Diagnostics.ReportInvalidKey(At(key.Span), "context cannot be part of a map key");
                return false;
            case TupleType tuple when tuple.Fields.Any(static f => f.Type is PointerType { Space: AddressSpace.Context }):
                Diagnostics.ReportInvalidKey(At(key.Span), "context cannot be part of a map key");
                return false;
            case TupleType tuple when tuple.Fields.FirstOrDefault(static f => f.Type is AggregateType) is { } bad:
                Diagnostics.ReportInvalidKey(At(key.Span), $"{bad.Type} cannot be part of a map key");
                return false;
            default:
                return true;
        }
    }

    private void BindAssignment(AssignmentStatementSyntax syntax, List<BoundStatement> bound)
    {
        ExpressionSyntax value = syntax.Operator is { } op
            ? new BinaryExpressionSyntax(syntax.Span, syntax.Target, op, syntax.OperatorSpan, syntax.Value)
            : syntax.Value;
        switch (syntax.Target)
        {
            case VariableExpressionSyntax variable:
                BindVariableAssignment(syntax, variable, value, bound);
                break;
            case MapExpressionSyntax map:
                BindMapAssignment(syntax, GetMap(map), default, value, bound);
                break;
            case MapAccessExpressionSyntax access:
                BindMapAssignment(syntax, GetMap(access.Map), access.Keys, value, bound);
                break;
        }
    }

    private void BindMapAssignment(AssignmentStatementSyntax syntax, MapSymbol map, ImmutableArray<ExpressionSyntax> keys, ExpressionSyntax value, List<BoundStatement> bound)
    {
        if (_introspection > 0)
            Diagnostics.ReportMapAssignmentInType(At(syntax), _introspector);
        bool isScalar = keys.IsDefault;
        BoundExpression? key = null;
        if (isScalar)
        {
            if (!CheckScalar(map, isScalar: true, syntax.Target.Span))
                return;
        }
        else
        {
            key = BindKey(map, keys, syntax.Target.Span, syntax.Target);
        }
        if (syntax.Operator is not null)
            AccessedMaps.Add(map.Name);
        if (TryBindAggregate(syntax, map, key, isScalar, value, bound))
            return;
        CauseMark before = MarkCauses();
        BoundExpression assigned = BindExpression(value);
        if (IsUnknown(assigned) || !LearnMapValue(map, assigned, syntax, value))
        {
            Spoil(map, before);
            return;
        }
        BpfType type = store.GetMap(map.Name).Value!;
        if (TryConvert(assigned, type) is not { } converted)
        {
            Diagnostics.ReportTypeMismatch(At(syntax), map.Name, "assign value", assigned.Type, "map", type, "value ");
            return;
        }
        if (isScalar || key is not null)
            bound.Add(new BoundAssignMap(syntax.Span, map, key, converted));
    }

    /// <summary>Learns a map's value type from an assignment; false after an error.</summary>
    private bool LearnMapValue(MapSymbol map, BoundExpression value, SyntaxNode node, ExpressionSyntax? valueSyntax)
    {
        BpfType? current = store.GetMap(map.Name).Value;
        if (!IsAssignable(value.Type, current, isMap: true))
        {
            if (value.Type is AggregateType aggregate)
                Diagnostics.ReportAggregateCopy(At(node), map.Name, aggregate, valueSyntax is MapExpressionSyntax or MapAccessExpressionSyntax ? MapNameOf(valueSyntax) : null);
            else
                Diagnostics.ReportNotAssignable(At(node), value.Type, "a map");
            return false;
        }
        if (current is AggregateType || TypeRules.Promote(current, value.Type) is not { } promoted)
        {
            Diagnostics.ReportTypeMismatch(At(node), map.Name, "assign value", value.Type, "map", current!);
            return false;
        }
        if (!KeepsLock(store.ValueLockOf(map.Name), promoted, map.Name, value.Type, node))
            return false;
        store.SetMapValue(map.Name, promoted);
        map.ValueType = promoted;
        return true;
    }

    private static string MapNameOf(ExpressionSyntax syntax) => syntax switch
    {
        MapAccessExpressionSyntax access => access.Map.Name,
        MapExpressionSyntax map => map.Name,
        _ => "",
    };
}
