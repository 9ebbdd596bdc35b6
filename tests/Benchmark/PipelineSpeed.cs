using System.Diagnostics;
using System.Globalization;

namespace BpfTrace.Benchmark;

/// <summary>
/// Events through a PowerShell pipeline, <c>Where-Object</c> and <c>Measure-Object</c>: objects of <c>Start-BpfTrace</c> against the JSON of bpftrace by
/// <c>ConvertFrom-Json</c>, the same script and the same calls in turn. The JSON is measured twice: with the question asked of the objects, for which the
/// text of the printf has to be taken apart, and with one that only looks at a property there is. Beside them the same objects out of an array, which is
/// what PowerShell itself needs for them: no source of objects can be faster.
/// </summary>
internal static class PipelineSpeed
{
    // bpftrace does not say on a stream of its own when it is attached.
    private static readonly TimeSpan s_attachTime = TimeSpan.FromSeconds(3);

    // What a printf wrote is one text in JSON: its first word is the pid.
    private static readonly Filter s_pid = new("JSON, pid", "Where-Object { [int]$_.data.Split(' ')[0] -gt 0 }");
    private static readonly Filter s_property = new("JSON, type", "Where-Object type -eq printf");

    public static void Run(string pwsh, string module, string? bpftrace, int events, int runs)
    {
        Console.WriteLine($"{events} openat calls of a child through Where-Object and Measure-Object in pwsh, {runs} runs; rate: delivered in a second, from the first call to the sum");
        Console.WriteLine("  source       delivered      lost    missing  child ms   wall ms  events/s  us/event   peak MiB");
        Comparison[] comparisons = [new(s_pid), new(s_property)];
        List<double> shares = [];
        for (int run = 0; run < runs; run++)
        {
            PipelineResult ours = Show(Ours(pwsh, module, events), events);
            PipelineResult array = Show(Array(pwsh, module, events), events);
            shares.Add(ours.Rate / array.Rate);
            if (bpftrace is null)
                continue;
            foreach (Comparison comparison in comparisons)
                comparison.Add(Show(Peer(pwsh, bpftrace, events, comparison.Filter), events), ours, array);
        }

        Ratios.Show("against an array: objects in a second, of those of an array", shares, "0.00");
        if (bpftrace is not null)
        {
            foreach (Comparison comparison in comparisons)
                comparison.Show();
        }

        // Memory that grew with the number of events would show in the last line.
        foreach (int count in (int[])[events / 10, events / 2, events])
            Show(Ours(pwsh, module, count), count);
    }

    private static PipelineResult Ours(string pwsh, string module, int events)
    {
        using Workload workload = Workload.Start(events);
        using Shell shell = Shell.Start(pwsh, $$"""
            Import-Module '{{module}}'
            $sum = Start-BpfTrace '{{Program(workload)}}' -ProcessId {{workload.ProcessId}} -Name benchmark -Verbose | Where-Object pid -gt 0 | Measure-Object
            "sum $($sum.Count) $((Get-BpfTrace benchmark).Counters.Lost)"
            [void][Console]::In.ReadLine()
            """);
        shell.WaitFor("VERBOSE: Attached");
        return Measure("objects", shell, workload.Go);
    }

    /// <summary>The same objects, but all there before the pipeline starts.</summary>
    private static PipelineResult Array(string pwsh, string module, int events)
    {
        using Workload workload = Workload.Start(events);
        using Shell shell = Shell.Start(pwsh, $$"""
            Import-Module '{{module}}'
            $events = Start-BpfTrace '{{Program(workload)}}' -ProcessId {{workload.ProcessId}} -Verbose
            "collected $($events.Count)"
            [void][Console]::In.ReadLine()
            $sum = $events | Where-Object pid -gt 0 | Measure-Object
            "sum $($sum.Count) 0"
            [void][Console]::In.ReadLine()
            """);
        shell.WaitFor("VERBOSE: Attached");
        TimeSpan child = workload.Go();
        shell.WaitFor("collected");
        return Measure("array", shell, () =>
        {
            shell.Go();
            return child;
        });
    }

    private static PipelineResult Peer(string pwsh, string bpftrace, int events, Filter filter)
    {
        using Workload workload = Workload.Start(events);
        using Shell shell = Shell.Start(pwsh, $$"""
            'starting'
            $sum = & '{{bpftrace}}' -f json -p {{workload.ProcessId}} -e '{{Program(workload)}}' | ConvertFrom-Json | {{filter.Command}} | Measure-Object
            "sum $($sum.Count) 0"
            [void][Console]::In.ReadLine()
            """);
        shell.WaitFor("starting");
        Thread.Sleep(s_attachTime);
        return Measure(filter.Name, shell, workload.Go);
    }

    private static string Program(Workload workload) =>
        $$"""tracepoint:syscalls:sys_enter_openat /pid == {{workload.ProcessId}}/ { printf("%d %s\n", pid, str(args->filename)); }""";

    /// <param name="name">The source.</param>
    /// <param name="shell">The shell, which waits for the objects.</param>
    /// <param name="go">Has them come, and says how long the calls took.</param>
    private static PipelineResult Measure(string name, Shell shell, Func<TimeSpan> go)
    {
        TimeSpan before = shell.ProcessorTime;
        long start = Stopwatch.GetTimestamp();
        TimeSpan child = go();
        string[] sum = shell.WaitFor("sum").Split(' ');
        TimeSpan wall = Stopwatch.GetElapsedTime(start);
        TimeSpan used = shell.ProcessorTime - before;
        return new PipelineResult(new ThroughputResult(name, Number(sum[0]), Number(sum[1]), wall, child, shell.PeakKilobytes), used);
    }

    private static PipelineResult Show(PipelineResult measured, int events)
    {
        ThroughputResult result = measured.Result;
        Console.WriteLine(
            $"  {result.Name,-10} {result.Delivered,11} {result.Lost,9} {events - result.Delivered - result.Lost,10} {result.Child.TotalMilliseconds,9:0} " +
            $"{result.Wall.TotalMilliseconds,9:0} {measured.Rate,9:0} {measured.Cost,9:0.0} {result.PeakKilobytes / 1024.0,10:0}");
        return measured;
    }

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);

    /// <param name="Name">What it is shown by.</param>
    /// <param name="Command">The command behind <c>ConvertFrom-Json</c>.</param>
    private sealed record Filter(string Name, string Command);

    /// <summary>The runs of one filter of the JSON: the objects of the same turn against each, live and out of an array.</summary>
    private sealed class Comparison(Filter filter)
    {
        private readonly List<double> _rates = [];
        private readonly List<double> _costs = [];
        private readonly List<double> _ceilings = [];

        public Filter Filter => filter;

        public void Add(PipelineResult json, PipelineResult objects, PipelineResult array)
        {
            _rates.Add(objects.Rate / json.Rate);
            _ceilings.Add(array.Rate / json.Rate);
            _costs.Add(json.Cost / objects.Cost);
        }

        public void Show()
        {
            Ratios.Show($"against {filter.Name}: times as many events in a second", _rates);
            Ratios.Show($"against {filter.Name}: times as many out of an array", _ceilings);
            Ratios.Show($"against {filter.Name}: times as many events for the same processor time", _costs);
        }
    }

    private static class Ratios
    {
        public static void Show(string what, List<double> ratios, string format = "0.0")
        {
            ratios.Sort();
            string[] texts = [.. ratios.Select(r => r.ToString(format, CultureInfo.InvariantCulture))];
            Console.WriteLine($"  {what}: median {texts[texts.Length / 2]} ({texts[0]} to {texts[^1]})");
        }
    }

    /// <param name="Result">What became of the calls.</param>
    /// <param name="Processor">The time of all processors the shell and what it ran used meanwhile.</param>
    private sealed record PipelineResult(ThroughputResult Result, TimeSpan Processor)
    {
        /// <summary>Events delivered in a second of the clock.</summary>
        public double Rate => Result.Delivered / Result.Wall.TotalSeconds;

        /// <summary>Microseconds of processor time for an event that was delivered.</summary>
        public double Cost => Processor.TotalMicroseconds / Result.Delivered;
    }
}
