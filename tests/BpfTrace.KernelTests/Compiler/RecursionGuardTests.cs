using System.Buffers.Binary;
using System.Collections.Immutable;
using BpfTrace.Bpf;
using BpfTrace.Compiler;
using BpfTrace.KernelTests.Support;
using BpfTrace.Language.Binding;
using BpfTrace.Language.Probes;
using BpfTrace.Language.Symbols;
using AttachTarget = BpfTrace.Language.Probes.AttachTarget;

namespace BpfTrace.KernelTests.Compiler;

/// <summary>The guard of scripts that trace the functions maps take their locks with, put into programs that can run anywhere.</summary>
[Collection(KernelCollection.Name)]
public class RecursionGuardTests
{
    private static readonly CompileOptions s_guarded = new() { AlwaysGuardRecursion = true };
    private static readonly OutputSite s_site = Bound.Site(0, OutputKind.Printf, IntegerType.Int64, new StringType(400));

    private static BoundOutput Output => new(Bound.Span, s_site, [Bound.Int(7), Bound.Call("comm", new StringType(400))]);

    private static long Sum(CompiledTrace trace, string map)
    {
        BpfMap kernel = trace.KernelMap(map);
        byte[] values = new byte[kernel.ValueBufferSize];
        Assert.True(kernel.TryLookup(new byte[4], values));
        long sum = 0;
        for (int at = 0; at < values.Length; at += kernel.CpuValueStride)
            sum += BinaryPrimitives.ReadInt64LittleEndian(values.AsSpan(at));
        return sum;
    }

    private static void SetGuard(CompiledTrace trace, byte value)
    {
        BpfMap kernel = trace.KernelMap(KernelMaps.RecursionGuard);
        byte[] values = new byte[kernel.ValueBufferSize];
        for (int at = 0; at < values.Length; at += kernel.CpuValueStride)
            values[at] = value;
        kernel.Update(new byte[4], values);
    }

    [RequiresRootFact]
    public void A_run_takes_the_word_and_gives_it_back()
    {
        using var trace = new CompiledTrace(Bound.Begin(Output, new BoundReturn(Bound.Span, null), Output), sites: [s_site], options: s_guarded);
        for (int i = 0; i < 3; i++)
            Assert.Equal(7, Assert.Single(trace.RunForRecords()).Int(0));
        Assert.Equal(0, Sum(trace, KernelMaps.RecursionGuard));
        Assert.Equal(0, Sum(trace, KernelMaps.LossCounter));
    }

    [RequiresRootFact]
    public void A_run_within_another_is_counted_and_leaves_the_word_alone()
    {
        using var trace = new CompiledTrace(Bound.Begin(Output), sites: [s_site], options: s_guarded);
        SetGuard(trace, 1);
        long taken = Sum(trace, KernelMaps.RecursionGuard);
        Assert.Empty(trace.RunForRecords());
        Assert.Empty(trace.RunForRecords());
        Assert.Equal(2, Sum(trace, KernelMaps.LossCounter));
        Assert.Equal(taken, Sum(trace, KernelMaps.RecursionGuard));
        SetGuard(trace, 0);
        Assert.Single(trace.RunForRecords());
        Assert.Equal(2, Sum(trace, KernelMaps.LossCounter));
    }

    /// <summary>A run of another process than the one traced is not one that is missed.</summary>
    [RequiresRootFact]
    public void Other_processes_are_not_counted()
    {
        BoundProbe probe = Bound.Begin(Output) with { FilterProcessIds = [1] };
        using var trace = new CompiledTrace(probe, sites: [s_site], options: s_guarded);
        SetGuard(trace, 1);
        Assert.Empty(trace.RunForRecords());
        Assert.Equal(0, Sum(trace, KernelMaps.LossCounter));
    }

    [RequiresRootFact]
    public void Guarded_programs_of_every_kind_that_loads_here_pass_the_verifier()
    {
        MapSymbol map = Bound.Map("m", IntegerType.UInt32, IntegerType.Int64);
        foreach (ProbeType type in (ProbeType[])[ProbeType.RawTracepoint, ProbeType.Kprobe, ProbeType.Uprobe, ProbeType.Profile, ProbeType.Interval, ProbeType.End])
        {
            ImmutableArray<AttachTarget> targets = [new AttachTarget(type, "x") { Name = "sched_switch" }];
            BoundStatement assign = Bound.Assign(map, Bound.Call("pid", IntegerType.UInt32), Bound.Int(1));
            var probe = new BoundProbe(Bound.Span, "probe_0", type, targets, Bound.Block(assign, Output));
            CompilationResult result = ProgramCompiler.Compile(CompiledTrace.Program([probe], [map], [s_site]), s_guarded);
            Assert.Empty(result.Diagnostics);
            Assert.Contains(result.Collection!.Programs[0].MapReferences, reference => reference.MapName == KernelMaps.RecursionGuard);
            using BpfCollection collection = BpfCollection.Load(result.Collection);
            Assert.Single(collection.Programs);
        }
    }
}
