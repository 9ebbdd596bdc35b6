using System.Collections.Immutable;
using System.Text;
using BpfTrace.Language.Binding;
using BpfTrace.Language.Probes;
using BpfTrace.Language.Symbols;
using BpfTrace.Language.Text;

namespace BpfTrace.KernelTests.Compiler;

/// <summary>Makes bound trees by hand, so that the compiler is tested without the parser and binder.</summary>
internal static class Bound
{
    public static TextSpan Span => new(0, 1);

    public static BoundExpression Int(long value) => new BoundConstant(Span, IntegerType.Int64, value);

    public static BoundExpression UInt(ulong value) => new BoundConstant(Span, IntegerType.UInt64, (long)value);

    public static BoundExpression Constant(IntegerType type, long value) => new BoundConstant(Span, type, value);

    public static BoundExpression Bool(bool value) => new BoundConstant(Span, BpfType.Bool, value ? 1 : 0);

    public static BoundExpression Text(string value, int? capacity = null)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(value);
        return new BoundString(Span, new StringType(capacity ?? bytes.Length + 1), [.. bytes]);
    }

    public static BoundExpression Binary(BoundExpression left, BinaryOperator op, BoundExpression right, BpfType? type = null) =>
        new BoundBinary(Span, type ?? (op >= BinaryOperator.Equal ? BpfType.Bool : left.Type), left, op, right);

    public static BoundExpression Convert(BoundExpression value, BpfType type) => new BoundConversion(Span, type, value);

    public static BoundExpression Tuple(params ReadOnlySpan<BoundExpression> elements)
    {
        ImmutableArray<BoundExpression> items = [.. elements];
        return new BoundTuple(Span, TupleType.Create(items.Select(e => e.Type)), items);
    }

    public static BoundExpression Call(string name, BpfType type, params ReadOnlySpan<BoundExpression> arguments) =>
        new BoundCall(Span, type, new FunctionSymbol(name), [.. arguments]);

    public static VariableSymbol Variable(string name, BpfType type) => new("$" + name, Span) { Type = type };

    public static BoundExpression Read(VariableSymbol variable) => new BoundVariable(Span, variable);

    public static BoundStatement Assign(VariableSymbol variable, BoundExpression value) => new BoundAssignVariable(Span, variable, value);

    public static MapSymbol Map(string name, BpfType? key, BpfType value, int entries = 64)
    {
        bool buckets = value is AggregateType { HasBuckets: true };
        return new MapSymbol("@" + name, Span)
        {
            KeyType = key,
            ValueType = value,
            MaxEntries = key is null && !buckets ? 1 : entries,
            Storage = value is AggregateType
                ? key is null && !buckets ? MapStorage.PerCpuArray : MapStorage.PerCpuHash
                : key is null ? MapStorage.Array : MapStorage.Hash,
        };
    }

    public static BoundStatement Assign(MapSymbol map, BoundExpression? key, BoundExpression value) => new BoundAssignMap(Span, map, key, value);

    public static BoundExpression Read(MapSymbol map, BoundExpression? key = null) => new BoundMapValue(Span, map, key);

    public static BoundStatement Do(BoundExpression expression) => new BoundExpressionStatement(Span, expression);

    public static BoundBlock Block(params ReadOnlySpan<BoundStatement> statements) => new(Span, [.. statements]);

    public static OutputSite Site(int id, OutputKind kind, params ReadOnlySpan<BpfType> types) =>
        new() { Id = id, Kind = kind, Span = Span, ValueTypes = [.. types] };

    public static BoundProbe Begin(params ReadOnlySpan<BoundStatement> statements) => new(
        Span, "begin_0", ProbeType.Begin, [new AttachTarget(ProbeType.Begin, "begin")], Block(statements));
}
