using System.Buffers.Binary;
using BpfTrace.KernelTests.Support;
using BpfTrace.Language.Binding;
using BpfTrace.Language.Symbols;

namespace BpfTrace.KernelTests.Compiler;

[Collection(KernelCollection.Name)]
public class CompiledMapTests
{
    private static byte[] Key(long value)
    {
        byte[] key = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(key, value);
        return key;
    }

    private static BoundAggregate Aggregate(MapSymbol map, BoundExpression? key, BoundExpression? value) => new BoundAggregate(Bound.Span, map, key, value);

    [RequiresRootFact]
    public void Keys_of_every_kind_are_clean()
    {
        TupleType tupleType = TupleType.Create(IntegerType.UInt8, new StringType(16), IntegerType.Int64);
        MapSymbol numbers = Bound.Map("n", IntegerType.Int64, IntegerType.Int64);
        MapSymbol texts = Bound.Map("s", new StringType(64), IntegerType.Int64);
        MapSymbol tuples = Bound.Map("t", tupleType, IntegerType.Int64);
        BoundExpression tuple = Bound.Tuple(Bound.Constant(IntegerType.UInt8, 3), Bound.Call("comm", new StringType(16)), Bound.Int(5));
        using var trace = new CompiledTrace(
            Bound.Begin(
                Bound.Assign(numbers, Bound.Int(1), Bound.Int(10)),
                Bound.Assign(texts, Bound.Text("abc", 64), Bound.Int(20)),
                Bound.Assign(texts, Bound.Text("abc", 64), Bound.Int(21)),
                Bound.Assign(tuples, tuple, Bound.Int(30)),
                Bound.Assign(tuples, tuple, Bound.Binary(Bound.Read(tuples, tuple), BinaryOperator.Add, Bound.Int(1)))),
            [numbers, texts, tuples]);
        trace.Run();
        Assert.Equal(10, trace.LookupInt64(numbers, Key(1)));
        byte[] abc = new byte[64];
        "abc"u8.CopyTo(abc);
        Assert.Equal(21, trace.LookupInt64(texts, abc));
        Assert.Single(trace.Keys(texts));
        byte[] key = Assert.Single(trace.Keys(tuples));
        Assert.Equal(32, key.Length);
        Assert.Equal(31, trace.LookupInt64(tuples, key));
    }

    [RequiresRootFact]
    public void Increments_start_from_zero_and_give_old_or_new()
    {
        MapSymbol map = Bound.Map("m", IntegerType.Int64, IntegerType.Int64);
        MapSymbol seen = Bound.Map("seen", IntegerType.Int64, IntegerType.Int64);
        BoundExpression Bump(long delta, bool prefix) => new BoundIncrement(Bound.Span, IntegerType.Int64, Bound.Read(map, Bound.Int(1)), delta, prefix);
        using var trace = new CompiledTrace(
            Bound.Begin(
                Bound.Assign(seen, Bound.Int(1), Bump(1, false)),
                Bound.Assign(seen, Bound.Int(2), Bump(1, false)),
                Bound.Assign(seen, Bound.Int(3), Bump(1, true)),
                Bound.Assign(seen, Bound.Int(4), Bump(-1, true))),
            [map, seen]);
        trace.Run();
        Assert.Equal(0, trace.LookupInt64(seen, Key(1)));
        Assert.Equal(1, trace.LookupInt64(seen, Key(2)));
        Assert.Equal(3, trace.LookupInt64(seen, Key(3)));
        Assert.Equal(2, trace.LookupInt64(seen, Key(4)));
        Assert.Equal(2, trace.LookupInt64(map, Key(1)));
    }

    [RequiresRootFact]
    public void Delete_and_has_key_tell_whether_there_was_one()
    {
        MapSymbol map = Bound.Map("m", IntegerType.Int64, IntegerType.Int64);
        MapSymbol seen = Bound.Map("seen", IntegerType.Int64, IntegerType.Int64);
        BoundExpression AsInt(BoundExpression value) => Bound.Convert(value, IntegerType.Int64);
        using var trace = new CompiledTrace(
            Bound.Begin(
                Bound.Assign(map, Bound.Int(1), Bound.Int(7)),
                Bound.Assign(seen, Bound.Int(1), AsInt(new BoundHasKey(Bound.Span, map, Bound.Int(1)))),
                Bound.Assign(seen, Bound.Int(2), AsInt(new BoundDelete(Bound.Span, map, Bound.Int(1), false))),
                Bound.Assign(seen, Bound.Int(3), AsInt(new BoundDelete(Bound.Span, map, Bound.Int(1), false))),
                Bound.Assign(seen, Bound.Int(4), AsInt(new BoundHasKey(Bound.Span, map, Bound.Int(1)))),
                Bound.Assign(seen, Bound.Int(5), Bound.Read(map, Bound.Int(1))),
                Bound.Assign(seen, Bound.Int(6), new BoundMapLength(Bound.Span, IntegerType.Int64, seen)),
                Bound.Do(new BoundDelete(Bound.Span, map, Bound.Int(9), true))),
            [map, seen]);
        Record error = Assert.Single(trace.RunForRecords());
        Assert.Equal([1, 1, 0, 0, 0, 5], Enumerable.Range(1, 6).Select(i => trace.LookupInt64(seen, Key(i))));
        Assert.Equal("map_delete_elem", error.Layout.Site.Helper);
        Assert.Equal(-2, error.Int(0));
    }

    [RequiresRootFact]
    public void A_full_map_is_reported()
    {
        MapSymbol map = Bound.Map("m", IntegerType.Int64, IntegerType.Int64, entries: 1);
        using var trace = new CompiledTrace(
            Bound.Begin(Bound.Assign(map, Bound.Int(1), Bound.Int(1)), Bound.Assign(map, Bound.Int(2), Bound.Int(2))), [map]);
        Record error = Assert.Single(trace.RunForRecords());
        Assert.Equal("map_update_elem", error.Layout.Site.Helper);
        Assert.Equal(-7, error.Int(0));
    }

    [RequiresRootFact]
    public void Texts_and_tuples_are_values_too()
    {
        TupleType pair = TupleType.Create(IntegerType.Int64, new StringType(16));
        MapSymbol text = Bound.Map("text", null, new StringType(200));
        MapSymbol copy = Bound.Map("copy", IntegerType.Int64, new StringType(200));
        MapSymbol pairs = Bound.Map("pairs", IntegerType.Int64, pair);
        VariableSymbol variable = Bound.Variable("x", new StringType(200));
        using var trace = new CompiledTrace(
            Bound.Begin(
                Bound.Assign(text, null, Bound.Text("hello", 200)),
                Bound.Assign(variable, Bound.Read(text)),
                Bound.Assign(copy, Bound.Int(1), Bound.Read(variable)),
                Bound.Assign(copy, Bound.Int(2), Bound.Read(copy, Bound.Int(99))),
                Bound.Assign(pairs, Bound.Int(1), Bound.Tuple(Bound.Int(4), Bound.Text("four", 16)))),
            [text, copy, pairs]);
        trace.Run();
        Assert.Equal("hello\0"u8.ToArray(), trace.Lookup(copy, Key(1))![..6]);
        Assert.Equal(0, trace.Lookup(copy, Key(2))![0]);
        Assert.Equal("four\0"u8.ToArray(), trace.Lookup(pairs, Key(1))![8..13]);
    }

    [RequiresRootFact]
    public void Aggregates_of_every_kind()
    {
        MapSymbol Make(string name, AggregateKind kind, BpfType? key = null, bool signed = true) => Bound.Map(name, key, new AggregateType(kind, signed));
        MapSymbol count = Make("count", AggregateKind.Count, IntegerType.Int64), sum = Make("sum", AggregateKind.Sum), min = Make("min", AggregateKind.Min),
            max = Make("max", AggregateKind.Max), stats = Make("stats", AggregateKind.Stats), avg = Make("avg", AggregateKind.Avg);
        MapSymbol read = Bound.Map("read", IntegerType.Int64, IntegerType.Int64);
        var statements = new List<BoundStatement>();
        foreach (long sample in new long[] { 5, -20, 3 })
        {
            statements.Add(Aggregate(count, Bound.Int(1), null));
            foreach (MapSymbol map in new[] { sum, min, max, stats, avg })
                statements.Add(Aggregate(map, null, Bound.Int(sample)));
        }

        int index = 0;
        foreach (MapSymbol map in new[] { sum, min, max, stats, avg })
            statements.Add(Bound.Assign(read, Bound.Int(index++), Bound.Convert(Bound.Read(map), IntegerType.Int64)));
        statements.Add(Bound.Assign(read, Bound.Int(index), Bound.Convert(Bound.Read(count, Bound.Int(1)), IntegerType.Int64)));
        using var trace = new CompiledTrace(Bound.Begin([.. statements]), [count, sum, min, max, stats, avg, read]);
        trace.Run();
        Assert.Equal(3, trace.Sum(count, Key(1)));
        Assert.Equal(-12, trace.Sum(sum, new byte[4]));
        Assert.Equal(3, trace.Sum(stats, new byte[4]));
        Assert.Equal(-12, trace.Sum(stats, new byte[4], 8));
        Assert.Equal([-12, -20, 5, -4, -4, 3], Enumerable.Range(0, 6).Select(i => trace.LookupInt64(read, Key(i))));
    }

    [RequiresRootFact]
    public void Histograms_put_samples_into_bpftraces_buckets()
    {
        MapSymbol hist = Bound.Map("hist", null, new AggregateType(AggregateKind.Hist, true), 1000);
        MapSymbol fine = Bound.Map("fine", IntegerType.UInt32, new AggregateType(AggregateKind.Hist, true) { HistBits = 2 }, 1000);
        MapSymbol linear = Bound.Map("linear", null, new AggregateType(AggregateKind.LHist, true) { Minimum = 10, Maximum = 100, Step = 10 }, 1000);
        long[] samples = [-1, 0, 1, 2, 3, 4, 225, 1L << 40, long.MaxValue];
        var statements = new List<BoundStatement>();
        foreach (long sample in samples)
        {
            statements.Add(Aggregate(hist, null, Bound.Int(sample)));
            statements.Add(Aggregate(fine, Bound.Constant(IntegerType.UInt32, 7), Bound.Int(sample)));
            statements.Add(Aggregate(linear, null, Bound.Int(sample)));
        }

        using var trace = new CompiledTrace(Bound.Begin([.. statements]), [hist, fine, linear]);
        trace.Run();

        // 1 + bit length, 225 with k = 2: 28 (bpftrace codegen_llvm.cpp, createLog2Function).
        Assert.Equal([0, 1, 2, 3, 4, 9, 42, 64], Buckets(trace, hist));
        Assert.Equal(2, trace.Sum(hist, Key(3)));
        Assert.Contains(28, Buckets(trace, fine));
        Assert.Equal(16, trace.Keys(fine)[0].Length);
        Assert.Equal([0, 10], Buckets(trace, linear));
        Assert.Equal(6, trace.Sum(linear, Key(0)));
    }

    [RequiresRootFact]
    public void A_linear_bucket_starts_at_its_lower_bound()
    {
        MapSymbol linear = Bound.Map("linear", null, new AggregateType(AggregateKind.LHist, true) { Minimum = 10, Maximum = 100, Step = 10 }, 1000);
        using var trace = new CompiledTrace(
            Bound.Begin([.. new long[] { 9, 10, 19, 20, 100, 101 }.Select(sample => Aggregate(linear, null, Bound.Int(sample)))]), [linear]);
        trace.Run();
        Assert.Equal([0, 1, 2, 10], Buckets(trace, linear));
        Assert.Equal(2, trace.Sum(linear, Key(1)));
        Assert.Equal(2, trace.Sum(linear, Key(10)));
    }

    private static IEnumerable<long> Buckets(CompiledTrace trace, MapSymbol map) =>
        trace.Keys(map).Select(key => BinaryPrimitives.ReadInt64LittleEndian(key.AsSpan(key.Length - 8))).Order();
}
