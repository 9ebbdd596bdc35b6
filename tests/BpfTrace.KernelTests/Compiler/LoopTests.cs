using System.Buffers.Binary;
using BpfTrace.KernelTests.Support;
using BpfTrace.Language.Binding;
using BpfTrace.Language.Symbols;

namespace BpfTrace.KernelTests.Compiler;

[Collection(KernelCollection.Name)]
public class LoopTests
{
    private static readonly MapSymbol s_result = Bound.Map("r", null, IntegerType.Int64);

    private static BoundStatement Add(VariableSymbol variable, BoundExpression amount) =>
        Bound.Assign(variable, Bound.Binary(Bound.Read(variable), BinaryOperator.Add, amount));

    private static BoundStatement Keep(BoundExpression value) => Bound.Assign(s_result, null, value);

    private static long Run(params BoundStatement[] statements)
    {
        using var trace = new CompiledTrace(Bound.Begin(statements), [s_result]);
        trace.Run();
        return trace.LookupInt64(s_result);
    }

    [RequiresRootFact]
    public void While_runs_until_its_condition_fails()
    {
        VariableSymbol i = Bound.Variable("i", IntegerType.Int64), sum = Bound.Variable("sum", IntegerType.Int64);
        Assert.Equal(5050, Run(
            Bound.Assign(i, Bound.Int(1)),
            Bound.Assign(sum, Bound.Int(0)),
            new BoundWhile(
                Bound.Span,
                Bound.Binary(Bound.Read(i), BinaryOperator.LessOrEqual, Bound.Int(100)),
                Bound.Block(Add(sum, Bound.Read(i)), Add(i, Bound.Int(1)))),
            Keep(Bound.Read(sum))));
    }

    [RequiresRootFact]
    public void Break_continue_and_return_leave_what_they_should()
    {
        VariableSymbol i = Bound.Variable("i", IntegerType.Int64), sum = Bound.Variable("sum", IntegerType.Int64);
        BoundStatement Loop(BoundStatement special) => new BoundForRange(
            Bound.Span,
            i,
            Bound.Int(0),
            Bound.Int(10),
            Bound.Block(new BoundIf(Bound.Span, Bound.Binary(Bound.Read(i), BinaryOperator.Equal, Bound.Int(3)), special, null), Add(sum, Bound.Read(i))),
            [sum]);
        BoundStatement start = Bound.Assign(sum, Bound.Int(0));
        Assert.Equal(3, Run(start, Loop(new BoundBreak(Bound.Span)), Keep(Bound.Read(sum))));
        Assert.Equal(42, Run(start, Loop(new BoundContinue(Bound.Span)), Keep(Bound.Read(sum))));
        Assert.Equal(-1, Run(start, Keep(Bound.Int(-1)), Loop(new BoundReturn(Bound.Span, null)), Keep(Bound.Read(sum))));
    }

    [RequiresRootFact]
    public void Nested_loops_share_what_they_capture()
    {
        VariableSymbol i = Bound.Variable("i", IntegerType.Int64), j = Bound.Variable("j", IntegerType.Int64), sum = Bound.Variable("sum", IntegerType.Int64);
        BoundStatement inner = new BoundForRange(
            Bound.Span, j, Bound.Read(i), Bound.Int(4), Bound.Block(Add(sum, Bound.Binary(Bound.Read(i), BinaryOperator.Multiply, Bound.Read(j)))), [i, sum]);
        long expected = 0;
        for (int x = -2; x < 4; x++)
        {
            for (int y = x; y < 4; y++)
                expected += x * y;
        }

        Assert.Equal(expected, Run(
            Bound.Assign(sum, Bound.Int(0)),
            new BoundForRange(Bound.Span, i, Bound.Int(-2), Bound.Int(4), Bound.Block(inner), [sum]),
            Keep(Bound.Read(sum))));
    }

    [RequiresRootFact]
    public void A_return_leaves_nested_loops_too()
    {
        VariableSymbol i = Bound.Variable("i", IntegerType.Int64), j = Bound.Variable("j", IntegerType.Int64);
        BoundStatement inner = new BoundForRange(
            Bound.Span, j, Bound.Int(0), Bound.Int(4), Bound.Block(Keep(Bound.Int(5)), new BoundReturn(Bound.Span, null)), []);
        Assert.Equal(5, Run(
            new BoundForRange(Bound.Span, i, Bound.Int(0), Bound.Int(4), Bound.Block(inner, Keep(Bound.Int(6))), []),
            Keep(Bound.Int(7))));
    }

    [RequiresRootFact]
    public void For_walks_a_maps_entries()
    {
        TupleType entry = TupleType.Create(new StringType(16), IntegerType.Int64);
        MapSymbol map = Bound.Map("m", entry.Fields[0].Type, IntegerType.Int64);
        VariableSymbol kv = Bound.Variable("kv", entry), sum = Bound.Variable("sum", IntegerType.Int64);
        OutputSite site = Bound.Site(0, OutputKind.Printf, new StringType(16), IntegerType.Int64);
        BoundExpression key = new BoundTupleElement(Bound.Span, entry.Fields[0].Type, Bound.Read(kv), entry.Fields[0]);
        BoundExpression value = new BoundTupleElement(Bound.Span, IntegerType.Int64, Bound.Read(kv), entry.Fields[1]);
        using var trace = new CompiledTrace(
            Bound.Begin(
                Bound.Assign(sum, Bound.Int(0)),
                Bound.Assign(map, Bound.Text("one", 16), Bound.Int(1)),
                Bound.Assign(map, Bound.Text("two", 16), Bound.Int(2)),
                new BoundForMap(Bound.Span, kv, map, Bound.Block(Add(sum, value), new BoundOutput(Bound.Span, site, [key, value])), [sum]),
                Keep(Bound.Read(sum))),
            [map, s_result],
            [site]);
        List<Record> records = trace.RunForRecords();
        Assert.Equal(3, trace.LookupInt64(s_result));
        Assert.Equal(["one 1", "two 2"], records.Select(r => $"{r.Text(0)} {r.Int(1)}").Order());
    }

    [RequiresRootFact]
    public void For_merges_the_cpus_of_an_aggregate()
    {
        var stats = new AggregateType(AggregateKind.Avg, true);
        TupleType entry = TupleType.Create(IntegerType.Int64, stats);
        MapSymbol map = Bound.Map("m", IntegerType.Int64, stats);
        VariableSymbol kv = Bound.Variable("kv", entry), sum = Bound.Variable("sum", IntegerType.Int64);
        BoundExpression value = Bound.Convert(new BoundTupleElement(Bound.Span, stats, Bound.Read(kv), entry.Fields[1]), IntegerType.Int64);
        using var trace = new CompiledTrace(
            Bound.Begin(
                Bound.Assign(sum, Bound.Int(0)),
                new BoundAggregate(Bound.Span, map, Bound.Int(1), Bound.Int(10)),
                new BoundAggregate(Bound.Span, map, Bound.Int(1), Bound.Int(20)),
                new BoundAggregate(Bound.Span, map, Bound.Int(2), Bound.Int(100)),
                new BoundForMap(Bound.Span, kv, map, Bound.Block(Add(sum, value)), [sum]),
                Keep(Bound.Read(sum))),
            [map, s_result]);
        trace.Run();
        Assert.Equal(115, trace.LookupInt64(s_result));
    }

    [RequiresRootFact]
    public void Strings_compare_up_to_their_end()
    {
        VariableSymbol a = Bound.Variable("a", new StringType(16)), b = Bound.Variable("b", new StringType(64)), n = Bound.Variable("n", IntegerType.Int64);
        BoundStatement Bump(BoundExpression condition, long weight) => new BoundIf(Bound.Span, condition, Add(n, Bound.Int(weight)), null);
        Assert.Equal(1 + 4 + 16 + 32, Run(
            Bound.Assign(n, Bound.Int(0)),
            Bound.Assign(a, Bound.Text("bash", 16)),
            Bound.Assign(b, Bound.Text("bash", 64)),
            Bump(Bound.Binary(Bound.Read(a), BinaryOperator.Equal, Bound.Read(b)), 1),
            Bump(Bound.Binary(Bound.Read(a), BinaryOperator.NotEqual, Bound.Read(b)), 2),
            Bump(Bound.Binary(Bound.Read(a), BinaryOperator.Equal, Bound.Text("bash")), 4),
            Bump(Bound.Binary(Bound.Read(a), BinaryOperator.Equal, Bound.Text("bas")), 8),
            Bump(Bound.Binary(Bound.Call("strncmp", IntegerType.UInt64, Bound.Read(b), Bound.Text("bazaar"), Bound.Int(2)), BinaryOperator.Equal, Bound.UInt(0)), 16),
            Bump(Bound.Binary(Bound.Call("strstr", IntegerType.Int64, Bound.Read(b), Bound.Text("sh", 8)), BinaryOperator.Equal, Bound.Int(2)), 32),
            Bump(Bound.Binary(Bound.Call("strstr", IntegerType.Int64, Bound.Read(b), Bound.Text("sa", 8)), BinaryOperator.GreaterOrEqual, Bound.Int(0)), 64),
            Keep(Bound.Read(n))));
    }

    [RequiresRootFact]
    public void A_stack_is_kept_under_its_hash()
    {
        var type = new StackType(false, StackMode.Bpftrace, 127);
        OutputSite site = Bound.Site(0, OutputKind.Printf, type);
        using var trace = new CompiledTrace(
            Bound.Begin(new BoundOutput(Bound.Span, site, [Bound.Call("kstack", type)])), sites: [site]);
        Record record = Assert.Single(trace.RunForRecords());
        byte[] id = record.Fixed(0)[..8].ToArray();
        int frames = BinaryPrimitives.ReadInt32LittleEndian(record.Fixed(0)[8..]);
        Assert.InRange(frames, 1, 127);
        byte[] stack = new byte[127 * 8];
        Assert.True(trace.KernelMap("stack_127").TryLookup(id, stack));
        Assert.All(Enumerable.Range(0, frames), i => Assert.True(BinaryPrimitives.ReadUInt64LittleEndian(stack.AsSpan(i * 8)) > 0xffff000000000000));
    }
}
