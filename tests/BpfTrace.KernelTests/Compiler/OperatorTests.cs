using System.Diagnostics;
using BpfTrace.Bpf;
using BpfTrace.Language.Binding;
using BpfTrace.Language.Symbols;
using BpfTrace.KernelTests.Support;

namespace BpfTrace.KernelTests.Compiler;

[Collection(KernelCollection.Name)]
public class OperatorTests
{
    private static long Evaluate(BoundExpression expression)
    {
        MapSymbol map = Bound.Map("r", null, IntegerType.Int64);

        // Through variables, so that nothing is folded before the kernel sees it.
        using var trace = new CompiledTrace(Bound.Begin(Bound.Assign(map, null, Bound.Convert(expression, IntegerType.Int64))), [map]);
        trace.Run();
        return trace.LookupInt64(map);
    }

    /// <summary>A value the optimiser cannot see: read from a map that another statement wrote.</summary>
    private static long EvaluateOpaque(long left, BinaryOperator op, long right, IntegerType type)
    {
        MapSymbol a = Bound.Map("a", null, type), b = Bound.Map("b", null, type), r = Bound.Map("r", null, IntegerType.Int64);
        using var trace = new CompiledTrace(
            Bound.Begin(
                Bound.Assign(a, null, Bound.Constant(type, left)),
                Bound.Assign(b, null, Bound.Constant(type, right)),
                Bound.Assign(r, null, Bound.Convert(Bound.Binary(Bound.Read(a), op, Bound.Read(b)), IntegerType.Int64))),
            [a, b, r]);
        trace.Run();
        return trace.LookupInt64(r);
    }

    [RequiresRootFact]
    public void Signed_division_truncates_towards_zero()
    {
        Assert.Equal(-3, EvaluateOpaque(-7, BinaryOperator.Divide, 2, IntegerType.Int64));
        Assert.Equal(-3, EvaluateOpaque(7, BinaryOperator.Divide, -2, IntegerType.Int64));
        Assert.Equal(3, EvaluateOpaque(-7, BinaryOperator.Divide, -2, IntegerType.Int64));
        Assert.Equal(-1, EvaluateOpaque(-7, BinaryOperator.Modulo, 2, IntegerType.Int64));
        Assert.Equal(1, EvaluateOpaque(7, BinaryOperator.Modulo, -2, IntegerType.Int64));
    }

    /// <summary>The CPUs' offsets are what lies at the second address; here it is a function's code, which can be read as well.</summary>
    [RequiresRootFact]
    public void Per_cpu_address_adds_the_offset_of_the_cpu()
    {
        ulong table = LinuxKernelCatalog.Shared.KernelSymbolAddress("vfs_read")!.Value;
        BoundExpression At(int cpu) => Bound.Call("percpu_kaddr", IntegerType.UInt64, Bound.UInt(0x10), Bound.UInt(table), Bound.Constant(IntegerType.UInt32, cpu));
        BoundExpression Word(int index) => new BoundDereference(Bound.Span, IntegerType.UInt64,
            Bound.Convert(Bound.UInt(table + ((ulong)index * 8)), new PointerType(IntegerType.UInt64, AddressSpace.Kernel)));
        Assert.NotEqual(0, Evaluate(Word(0)));
        Assert.Equal(Evaluate(Word(0)) + 0x10, Evaluate(At(0)));
        Assert.Equal(0, Evaluate(At(100_000)));
        if (Cpus.Possible.Length > 1)
            Assert.Equal(Evaluate(Word(1)) + 0x10, Evaluate(At(1)));
    }

    [RequiresRootFact]
    public void Unsigned_division_takes_all_bits()
    {
        Assert.Equal(0x7fffffffffffffff, EvaluateOpaque(-1, BinaryOperator.Divide, 2, IntegerType.UInt64));
        Assert.Equal(0x7fff, EvaluateOpaque(0xffff, BinaryOperator.Divide, 2, IntegerType.UInt16));
    }

    [RequiresRootFact]
    public void Shifts_and_comparisons_follow_the_sign()
    {
        Assert.Equal(-2, EvaluateOpaque(-8, BinaryOperator.ShiftRight, 2, IntegerType.Int64));
        Assert.Equal(0x3ffffffffffffffe, EvaluateOpaque(-8, BinaryOperator.ShiftRight, 2, IntegerType.UInt64));
        Assert.Equal(1, EvaluateOpaque(-1, BinaryOperator.Less, 1, IntegerType.Int32));
        Assert.Equal(0, EvaluateOpaque(-1, BinaryOperator.Less, 1, IntegerType.UInt32));
    }

    [RequiresRootFact]
    public void Narrow_arithmetic_wraps_at_its_width()
    {
        Assert.Equal(-128, EvaluateOpaque(127, BinaryOperator.Add, 1, IntegerType.Int8));
        Assert.Equal(0, EvaluateOpaque(255, BinaryOperator.Add, 1, IntegerType.UInt8));
    }

    [RequiresRootFact]
    public void Division_by_zero_is_reported_and_gives_one()
    {
        MapSymbol a = Bound.Map("a", null, IntegerType.Int64), r = Bound.Map("r", null, IntegerType.Int64);
        using var trace = new CompiledTrace(
            Bound.Begin(
                Bound.Assign(r, null, Bound.Binary(Bound.Int(42), BinaryOperator.Divide, Bound.Read(a)))),
            [a, r]);
        Record error = Assert.Single(trace.RunForRecords());
        Assert.Equal(1, trace.LookupInt64(r));
        Assert.Equal(OutputKind.RuntimeError, error.Layout.Site.Kind);
        Assert.Equal(RuntimeErrorKind.DivideByZero, error.Layout.Site.RuntimeError);
    }

    [RequiresRootFact]
    public void Logical_operators_do_not_evaluate_the_right_side_in_vain()
    {
        MapSymbol a = Bound.Map("a", null, IntegerType.Int64), r = Bound.Map("r", null, IntegerType.Int64);
        BoundExpression bump = Bound.Convert(new BoundIncrement(Bound.Span, IntegerType.Int64, Bound.Read(a), 1, true), BpfType.Bool);
        using var trace = new CompiledTrace(
            Bound.Begin(
                Bound.Assign(r, null, Bound.Convert(Bound.Binary(Bound.Bool(false), BinaryOperator.LogicalAnd, bump), IntegerType.Int64)),
                Bound.Assign(r, null, Bound.Convert(Bound.Binary(Bound.Bool(true), BinaryOperator.LogicalOr, bump), IntegerType.Int64))),
            [a, r]);
        trace.Run();
        Assert.Equal(0, trace.LookupInt64(a));
        Assert.Equal(1, trace.LookupInt64(r));
    }

    [RequiresRootFact]
    public void Conversions_extend_by_the_operands_sign()
    {
        Assert.Equal(-1, Evaluate(Bound.Constant(IntegerType.Int8, -1)));
        Assert.Equal(255, Evaluate(Bound.Convert(Bound.Constant(IntegerType.Int8, -1), IntegerType.UInt8)));
        Assert.Equal(0x34, Evaluate(Bound.Convert(Bound.Int(0x1234), IntegerType.Int8)));
    }

    [RequiresRootFact]
    public void Builtins_of_the_running_task()
    {
        Assert.Equal(Environment.ProcessId, Evaluate(Bound.Call("pid", IntegerType.UInt32)));
        Assert.Equal(0, Evaluate(Bound.Call("uid", IntegerType.UInt64)));
        long before = Stopwatch.GetTimestamp();
        long now = Evaluate(new BoundCall(Bound.Span, IntegerType.UInt64, new FunctionSymbol("nsecs"), [], ClockMode.Monotonic));
        Assert.InRange(now, before, Stopwatch.GetTimestamp());
    }
}
