using System.Collections.Immutable;
using BpfTrace.Compiler;
using BpfTrace.Language.Diagnostics;
using BpfTrace.Language.Syntax;
using BpfTrace.Language.Text;

namespace BpfTrace;

/// <summary>What a stage of the compiler takes.</summary>
/// <param name="Name">The stage, or <c>total</c>.</param>
/// <param name="TotalNanoseconds">The processor time of all runs together.</param>
/// <param name="Count">How often it was run.</param>
/// <param name="MeanNanoseconds">The processor time of one run.</param>
/// <param name="ErrorNanoseconds">Half of the 95 % confidence interval of the mean.</param>
public sealed record StageTiming(string Name, long TotalNanoseconds, int Count, long MeanNanoseconds, long ErrorNanoseconds);

/// <summary>Measures the stages of the compiler on a script, each run again and again (bpftrace's <c>--mode compiler-bench</c>, src/benchmark.cpp).</summary>
public static class CompilerBenchmark
{
    // As bpftrace: three runs and a tenth of a second at least, ten thousand runs at most.
    private const long LeastNanoseconds = 100_000_000;
    private const int LeastCount = 3;
    private const int MostCount = 10_000;

    // Of a normal distribution, between these multiples of the standard error lie 95 %.
    private const double Confidence = 1.96;

    /// <summary>Measures. The command of the options is started once, and ended.</summary>
    /// <param name="source">The script.</param>
    /// <param name="options">As for <see cref="TraceCompiler.Compile"/>; null for none.</param>
    /// <param name="diagnostics">Those of the first compilation. With an error among them nothing is measured.</param>
    /// <returns>The stages in order, and <c>total</c>: one run of each, counted as many times as there are stages.</returns>
    public static ImmutableArray<StageTiming> Run(SourceText source, TraceOptions? options, out ImmutableArray<Diagnostic> diagnostics)
    {
        // The first compilation says whether there is something to measure, and pays for what is loaded once.
        using CompiledTrace trace = TraceCompiler.Compile(source, options);
        diagnostics = trace.Diagnostics;
        if (trace.HasErrors)
            return [];

        var stages = new List<Samples> { Measure("parse", () => TraceCompiler.Parse(trace)) };
        ProgramSyntax script = trace.Syntax!;
        stages.Add(Measure("import", () =>
        {
            trace.Syntax = script;
            TraceCompiler.Import(trace);
        }));
        stages.Add(Measure("bind", () => TraceCompiler.Bind(trace)));
        stages.AddRange(MeasureGeneration(trace));

        var timings = ImmutableArray.CreateBuilder<StageTiming>(stages.Count + 1);
        double mean = 0, variance = 0;
        foreach (Samples stage in stages)
        {
            timings.Add(Timing(stage.Name, stage.Total, stage.Count, stage.Mean, stage.VarianceOfMean));
            mean += stage.Mean;
            variance += stage.VarianceOfMean; // the stages are independent
        }

        timings.Add(Timing("total", (long)mean * stages.Count, stages.Count, mean, variance));
        return timings.MoveToImmutable();
    }

    private static StageTiming Timing(string name, long total, int count, double mean, double variance) =>
        new(name, total, count, (long)mean, (long)(Confidence * Math.Sqrt(variance)));

    private static Samples Measure(string name, Action stage)
    {
        var samples = new Samples(name);
        while (!samples.AreEnough)
        {
            long start = LibC.ProcessTime();
            stage();
            samples.Add(LibC.ProcessTime() - start);
        }

        return samples;
    }

    /// <summary>The stages of one module cannot be repeated apart: LLVM changes it.</summary>
    private static List<Samples> MeasureGeneration(CompiledTrace trace)
    {
        var stages = new List<Samples>();
        int next = 0;
        long start = 0;
        CompileOptions options = trace.CompileOptions with
        {
            StageDone = name =>
            {
                long time = LibC.ProcessTime() - start;
                if (next == stages.Count)
                    stages.Add(new Samples(name));
                stages[next++].Add(time);
                start = LibC.ProcessTime();
            },
        };
        do
        {
            next = 0;
            start = LibC.ProcessTime();
            ProgramCompiler.Compile(trace.Program!, options);
        }
        while (!stages[0].IsFull && (stages[0].Count <= LeastCount || stages.Sum(static s => s.Total) < LeastNanoseconds * stages.Count));
        return stages;
    }

    private sealed class Samples(string name)
    {
        private readonly List<long> _times = [];

        public string Name => name;

        public long Total { get; private set; }

        public int Count => _times.Count;

        public bool IsFull => Count >= MostCount;

        public bool AreEnough => IsFull || (Count > LeastCount && Total >= LeastNanoseconds);

        public double Mean => (double)Total / Count;

        public double VarianceOfMean
        {
            get
            {
                double mean = Mean, squares = 0;
                foreach (long time in _times)
                    squares += (time - mean) * (time - mean);
                return squares / (Count - 1) / Count;
            }
        }

        public void Add(long time)
        {
            _times.Add(time);
            Total += time;
        }
    }
}
