using System.Globalization;
using BpfTrace.Language.Text;

namespace BpfTrace.Cli;

/// <summary><c>--mode compiler-bench</c>: what the stages of the compiler take, in the form of Go's benchmarks, as bpftrace prints it (src/benchmark.cpp).</summary>
internal static class BenchmarkReport
{
    /// <summary>Measures, and writes a line for each stage.</summary>
    /// <returns>The exit status.</returns>
    public static int Write(SourceText source, TraceOptions options, OutputSink output, Messages messages)
    {
        output.Write(SystemReport.Create());
        var stages = CompilerBenchmark.Run(source, options, out var diagnostics);
        messages.Diagnostics(diagnostics);
        if (stages.IsEmpty)
        {
            output.Write("FAIL\n");
            return ExitStatus.Error;
        }

        foreach (StageTiming stage in stages)
        {
            (long scale, string unit) = TestReport.Scale(stage.MeanNanoseconds);
            output.Write(string.Create(CultureInfo.InvariantCulture, $"{stage.Name,-30}{stage.Count,-8}{stage.TotalNanoseconds,-14}{stage.MeanNanoseconds / scale} ± {stage.ErrorNanoseconds / scale} {unit}\n"));
        }

        output.Write("PASS\n");
        return 0;
    }
}
