using BpfTrace.KernelTests.Cli;
using BpfTrace.KernelTests.Support;

namespace BpfTrace.KernelTests.Runtime;

/// <summary>Test and bench probes, run on demand.</summary>
[Collection(KernelCollection.Name)]
public class TestSessionTests
{
    private const string Script = """
        begin { @n = 3; printf("dropped\n"); }
        test:good { if (@n == 3) { return 0; } return 1; }
        test:bad { printf("n is %d\n", @n); return 1; }
        test:reports { errorf("wrong"); }
        bench:adds { @a += 1; }
        bench:skipped { return 1; }
        bench:fails { errorf("wrong"); }
        end { printf("end %d\n", @n); clear(@n); clear(@a); }
        """;

    [RequiresRootFact]
    public void Tests_run_one_by_one_between_begin_and_end()
    {
        int before = OpenDescriptors.CountAtFirst();
        using (CompiledTrace trace = Trace.Compile(Script))
        using (TestSession session = TestSession.Start(trace, benchmarks: false))
        {
            Assert.Equal(["good", "bad", "reports"], session.Names.AsEnumerable());
            TestResult[] results = [.. session.RunTests()];
            Assert.Equal(["good True ", "bad False n is 3\n", "reports False wrong\n"], results.Select(r => $"{r.Name} {r.Passed} {r.Output}"));
            Assert.All(results, r => Assert.InRange(r.Nanoseconds, 1, 3_600_000_000_000));
            Assert.Equal("end 3\n", session.Finish());
        }

        Assert.Equal(before, OpenDescriptors.Count());
    }

    [RequiresRootFact]
    public void Benchmarks_run_until_their_time_can_be_told()
    {
        using CompiledTrace trace = Trace.Compile(Script);
        using TestSession session = TestSession.Start(trace, benchmarks: true);
        BenchmarkResult[] results = [.. session.RunBenchmarks()];
        Assert.Equal(["adds True", "fails False"], results.Select(r => $"{r.Name} {r.Passed}"));
        Assert.InRange(results[0].AverageNanoseconds, 1, 1_000_000);
        Assert.True(results[0].AverageNanoseconds * results[0].Iterations >= 900_000, results[0].ToString());
    }

    [RequiresRootFact]
    public void A_script_without_any_says_so()
    {
        static string Refused(string script, bool benchmarks)
        {
            using CompiledTrace trace = Trace.Compile(script);
            return Assert.Throws<TraceStartException>(() => TestSession.Start(trace, benchmarks)).Diagnostics[0].Message;
        }

        Assert.Equal("Attachment failed for all probes.", Refused("interval:s:1 { }", benchmarks: false));
        Assert.Equal("No probes attached; use --bench to run benchmark probes.", Refused("bench:b { }", benchmarks: false));
        Assert.Equal("No probes attached; use --test to run test probes.", Refused("test:t { }", benchmarks: true));
        Bpft.Result none = Bpft.Run("--test", "-e", "begin { } end { printf(\"end\\n\"); }");
        Assert.Equal((0, "end\n\n\n", ""), (none.ExitCode, none.Output, none.Errors));
    }

    [RequiresRootFact]
    public void The_command_line_reports_as_bpftrace_does()
    {
        Bpft.Result tests = Bpft.Run("--test", "-e", Script);
        Assert.Equal(1, tests.ExitCode);
        Assert.Matches(
            "^\u001b\\[32m\\[==========\\]\u001b\\[0m Running 3 tests.\n\u001b\\[32m\\[ RUN      \\]\u001b\\[0m good\n\u001b\\[32m\\[       OK \\]\u001b\\[0m good \\(\\d+ [num]?s\\)\n",
            tests.Output);
        Assert.Contains("2 tests, listed below:\n", tests.Output, StringComparison.Ordinal);
        Assert.EndsWith("end 3\n\n\n", tests.Output, StringComparison.Ordinal);

        Bpft.Result benches = Bpft.Run("--mode", "bench", "-f", "json", "-e", Script);
        Assert.Equal(1, benches.ExitCode);
        Assert.Matches("^{\"type\": \"benchmark_result\", \"data\": {\"adds\": {\"average\": \\d+, \"iters\": \\d+}}}\n{\"type\": \"printf\", \"data\": \"end 3\\\\n\"}\n$", benches.Output);
        Assert.Contains("Benchmark 'fails' failed.", benches.Errors, StringComparison.Ordinal);
        Assert.Contains("--test conflicts with existing --mode", Bpft.Run("--bench", "--test", "-e", Script).Errors, StringComparison.Ordinal);
    }
}
