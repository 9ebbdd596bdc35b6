using System.Globalization;
using System.Text;

namespace BpfTrace.Cli;

/// <summary><c>--test</c> and <c>--bench</c>: runs a script's test or bench probes and tells what came of them, as bpftrace does (src/output/text.cpp, json.cpp).</summary>
internal sealed class TestReport(OutputSink output, Messages messages, bool isJson)
{
    private const string Green = "\u001b[32m";
    private const string Red = "\u001b[31m";
    private const string Plain = "\u001b[0m";

    /// <summary>Runs the tests; 1 when one failed.</summary>
    public int Test(TestSession session)
    {
        int count = session.Names.Length;
        var failed = new List<string>();
        if (!isJson && count > 0)
            output.Write($"{Green}[==========]{Plain} Running {count} tests.\n");
        foreach (TestResult result in session.RunTests())
        {
            if (!result.Passed)
                failed.Add(result.Name);
            if (isJson)
                WriteJson("test_result", result.Name, $"\"duration\": {result.Nanoseconds}, \"passed\": {(result.Passed ? "true" : "false")}, \"output\": {Quote(result.Output)}");
            else
                WriteResult(result);
        }

        if (!isJson && count > 0)
            WriteSummary(count, failed);
        Finish(session);
        return failed.Count == 0 ? 0 : 1;
    }

    /// <summary>Runs the benchmarks; 1 when one reported an error.</summary>
    public int Measure(TestSession session)
    {
        const int TimeWidth = 15;
        int width = session.Names.Select(static n => n.Length).Append(40).Max() + 1;
        bool isFirst = true;
        int status = 0;
        foreach (BenchmarkResult result in session.RunBenchmarks())
        {
            if (!result.Passed)
            {
                messages.Error($"Benchmark '{result.Name}' failed.");
                status = 1;
                continue;
            }

            if (isJson)
            {
                WriteJson("benchmark_result", result.Name, $"\"average\": {result.AverageNanoseconds}, \"iters\": {result.Iterations}");
                continue;
            }

            if (isFirst)
                output.Write($"{"Benchmark".PadRight(width)}{"Time(ns)".PadRight(TimeWidth)}Iterations\n{new string('-', width + TimeWidth + "Iterations".Length)}\n");
            isFirst = false;
            output.Write(string.Create(CultureInfo.InvariantCulture, $"{result.Name.PadRight(width)}{result.AverageNanoseconds.ToString(CultureInfo.InvariantCulture).PadRight(TimeWidth)}{result.Iterations}\n"));
        }

        Finish(session);
        return status;
    }

    private void Finish(TestSession session)
    {
        output.Write(session.Finish());
        if (!isJson)
            output.Write("\n\n");
    }

    private void WriteResult(TestResult result)
    {
        output.Write($"{Green}[ RUN      ]{Plain} {result.Name}\n");
        if (!result.Passed)
        {
            foreach (string line in result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries))
                output.Write(line + "\n");
        }

        (long scale, string unit) = Scale(result.Nanoseconds);

        // bpftrace prints the unit's scale before the unit; a reader wants the time.
        string verdict = result.Passed ? $"{Green}[       OK ]" : $"{Red}[  FAILED  ]";
        output.Write(string.Create(CultureInfo.InvariantCulture, $"{verdict}{Plain} {result.Name} ({result.Nanoseconds / scale} {unit})\n"));
    }

    /// <summary>The unit a time is told in, and how many ns it is.</summary>
    internal static (long Scale, string Unit) Scale(long nanoseconds) => nanoseconds switch
    {
        >= 1_000_000_000 => (1_000_000_000L, "s"),
        >= 1_000_000 => (1_000_000L, "ms"),
        >= 1_000 => (1_000L, "us"),
        _ => (1L, "ns"),
    };

    private void WriteSummary(int count, List<string> failed)
    {
        output.Write($"{Green}[==========]{Plain} {count} {Noun(count)} ran.\n{Green}[  PASSED  ]{Plain} {count - failed.Count} {Noun(count - failed.Count)}.\n");
        if (failed.Count == 0)
            return;
        output.Write($"{Red}[  FAILED  ]{Plain} {failed.Count} {Noun(failed.Count)}, listed below:\n");
        foreach (string name in failed)
            output.Write($"{Red}[  FAILED  ]{Plain} {name}\n");
    }

    private static string Noun(int count) => count == 1 ? "test" : "tests";

    private void WriteJson(string type, string name, string fields) => output.Write($"{{\"type\": \"{type}\", \"data\": {{{Quote(name)}: {{{fields}}}}}}}\n");

    private static string Quote(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (char c in text)
        {
            quoted.Append(c switch
            {
                '"' => "\\\"",
                '\\' => "\\\\",
                '\n' => "\\n",
                '\t' => "\\t",
                < ' ' => string.Create(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
                _ => c.ToString(),
            });
        }

        return quoted.Append('"').ToString();
    }
}
