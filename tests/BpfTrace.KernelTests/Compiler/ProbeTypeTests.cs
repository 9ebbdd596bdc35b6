using System.Collections.Immutable;
using BpfTrace.Bpf;
using BpfTrace.Compiler;
using BpfTrace.KernelTests.Support;
using BpfTrace.Language.Binding;
using BpfTrace.Language.Probes;
using BpfTrace.Language.Symbols;
using AttachTarget = BpfTrace.Language.Probes.AttachTarget;

namespace BpfTrace.KernelTests.Compiler;

/// <summary>Every kind of program the compiler makes passes the verifier of this kernel.</summary>
[Collection(KernelCollection.Name)]
public class ProbeTypeTests
{
    private static readonly OutputSite s_site = Bound.Site(0, OutputKind.Printf, IntegerType.UInt32, new StringType(16), IntegerType.UInt64, new StackType(true, StackMode.Bpftrace, 127));

    private static void Verify(ProbeType type, BoundExpression value, string name = "")
    {
        BoundStatement output = new BoundOutput(
            Bound.Span,
            s_site,
            [
                Bound.Call("pid", IntegerType.UInt32), Bound.Call("comm", new StringType(16)), Bound.Convert(value, IntegerType.UInt64),
                Bound.Call("ustack", new StackType(true, StackMode.Bpftrace, 127)),
            ]);
        ImmutableArray<AttachTarget> targets = [new AttachTarget(type, "x") { Name = name }, new AttachTarget(type, "y") { Name = name }];
        var probe = new BoundProbe(Bound.Span, "probe_0", type, targets, Bound.Block(output));
        CompilationResult result = ProgramCompiler.Compile(CompiledTrace.Program([probe], sites: [s_site]));
        Assert.Empty(result.Diagnostics);
        using BpfCollection collection = BpfCollection.Load(result.Collection!);
        Assert.Equal(result.Collection!.Programs[0].Type, collection.Programs[0].Type);
    }

    [RequiresRootFact]
    public void Kprobes_and_uprobes_read_registers()
    {
        foreach (ProbeType type in new[] { ProbeType.Kprobe, ProbeType.Uprobe })
        {
            Verify(type, new BoundArgument(Bound.Span, IntegerType.UInt64, 1));
            Verify(type, new BoundArgument(Bound.Span, IntegerType.UInt64, 8));
            Verify(type, Bound.Call("func", new KernelSymbolType()));
        }

        foreach (ProbeType type in new[] { ProbeType.Kretprobe, ProbeType.Uretprobe })
        {
            Verify(type, new BoundReturnValue(Bound.Span, IntegerType.UInt64, 0));
            Verify(type, Bound.Call("func", new KernelSymbolType()));
        }
    }

    [RequiresRootFact]
    public void Raw_tracepoints_read_their_arguments() =>
        Verify(ProbeType.RawTracepoint, new BoundArgument(Bound.Span, IntegerType.UInt64, 1));

    [RequiresRootFact]
    public void Timers_and_events_read_registers() =>
        Verify(ProbeType.Profile, new BoundCall(Bound.Span, IntegerType.UInt64, new FunctionSymbol("reg"), [], "ip"));

    [RequiresRootFact]
    public void Tracepoints_read_their_record()
    {
        StructField[] fields =
        [
            new("id", IntegerType.Int64, 64, 0), new("odd", IntegerType.Int32, 144, 0), new("bits", IntegerType.UInt32, 133, 6),
            new("loc", IntegerType.Int64, 64, 0) { IsDataLoc = true },
        ];
        var record = new StructType("args", false, 64, () => [.. fields], "tracepoint");
        foreach (StructField field in fields)
            Verify(ProbeType.Tracepoint, new BoundFieldAccess(Bound.Span, field.Type, new BoundArgs(Bound.Span, record), field));
    }

    [RequiresRootFact]
    public void Members_are_read_through_pointers()
    {
        var task = new StructType("task", false, 9000, () => [], "vmlinux");
        var pointer = new PointerType(task, AddressSpace.Kernel);
        var parent = new StructField("parent", pointer, 1000 * 8, 0);
        var pid = new StructField("pid", IntegerType.Int32, 2000 * 8, 0);
        var names = new StructField("names", new ArrayType(IntegerType.Int32, 8), 3000 * 8, 0);
        BoundExpression task1 = new BoundDereference(Bound.Span, task, Bound.Call("curtask", pointer));
        BoundExpression task2 = new BoundDereference(Bound.Span, task, new BoundFieldAccess(Bound.Span, pointer, task1, parent));
        Verify(ProbeType.Tracepoint, new BoundFieldAccess(Bound.Span, IntegerType.Int32, task2, pid));
        Verify(ProbeType.Tracepoint, new BoundElementAccess(
            Bound.Span,
            IntegerType.Int32,
            new BoundFieldAccess(Bound.Span, names.Type, task2, names),
            Bound.Convert(Bound.Call("cpu", IntegerType.UInt32), IntegerType.Int64)));
    }

    [RequiresRootFact(KernelNeed.Fentry)]
    public void Fentry_reads_its_argument_array() =>
        Verify(ProbeType.Fentry, new BoundFieldAccess(
            Bound.Span,
            IntegerType.UInt32,
            new BoundArgs(Bound.Span, new StructType("args", false, 32, () => [], "function")),
            new StructField("count", IntegerType.UInt32, 128, 0)), "vfs_read");
}
