namespace BpfTrace.Benchmark;

/// <summary>The measurements, each of our own and of its peer in turn, so that both see the same machine.</summary>
internal static class Measurements
{
    private const string Nothing = "BEGIN { exit(); }";

    /// <summary>How long it takes until a script runs: warm in this process, cold as a process of its own.</summary>
    public static void Latency(Tracer ours, Tracer? peer, int runs)
    {
        Console.WriteLine($"Latency of {Nothing}, {runs} runs, ms: median (least to most)");
        var first = InProcess.TimeToAttached(Nothing);
        var warm = new List<double>();
        for (int i = 0; i < runs; i++)
            warm.Add(InProcess.TimeToAttached(Nothing).TotalMilliseconds);
        Console.WriteLine($"  in process, text to attached, first    {first.TotalMilliseconds,8:0.0}");
        Show("in process, text to attached, warm", warm);

        var cold = new List<double>();
        var coldPeer = new List<double>();
        for (int i = 0; i < runs; i++)
        {
            cold.Add(ours.RunToEnd(Nothing).TotalMilliseconds);
            if (peer is not null)
                coldPeer.Add(peer.RunToEnd(Nothing).TotalMilliseconds);
        }

        Show($"{ours.Name}, process start to end", cold);
        if (peer is null)
            return;
        Show($"{peer.Name}, process start to end", coldPeer);
        Console.WriteLine($"  ratio {Median(cold) / Median(coldPeer):0.00}");
    }

    /// <summary>How long a listing of all probes takes: in this process the first time and again, cold as a process of its own.</summary>
    public static void Listing(Tracer ours, Tracer? peer, int runs)
    {
        Console.WriteLine($"Listing of all probes, {runs} runs, ms: median (least to most)");
        int probes = 0;
        double first = InProcess.TimeToList(out probes).TotalMilliseconds;
        var again = new List<double>();
        for (int i = 0; i < runs; i++)
            again.Add(InProcess.TimeToList(out probes).TotalMilliseconds);
        Console.WriteLine($"  in process, {probes} probes, first          {first,8:0.0}");
        Show("in process, again", again);

        var cold = new List<double>();
        var coldPeer = new List<double>();
        int lines = 0, linesPeer = 0;
        for (int i = 0; i < runs; i++)
        {
            cold.Add(ours.List(out lines).TotalMilliseconds);
            if (peer is not null)
                coldPeer.Add(peer.List(out linesPeer).TotalMilliseconds);
        }

        Show($"{ours.Name} -l, {lines} lines", cold);
        if (peer is null)
            return;
        Show($"{peer.Name} -l, {linesPeer} lines", coldPeer);
        Console.WriteLine($"  ratio {Median(cold) / Median(coldPeer):0.00}");
    }

    /// <summary>How fast events arrive, whether any is lost, what it costs the traced process, and memory.</summary>
    public static void Throughput(Tracer ours, Tracer? peer, int events, int runs)
    {
        Console.WriteLine($"{events} openat calls of a child, printf(\"%s %d %s\\n\", comm, pid, str(args.filename)), {runs} runs");
        Console.WriteLine("  tracer       delivered      lost    missing   wall ms  child ms   slow-down   peak MiB");
        for (int run = 0; run < runs; run++)
        {
            double alone = Alone(events);
            Console.WriteLine($"  {"(none)",-10} {"",11} {"",9} {"",10} {"",9} {alone,9:0}");
            Show(WithWorkload(events, (workload, program) => InProcess.Trace(workload, program)), events, alone);
            Show(ToFile(ours, events), events, alone);
            if (peer is not null)
                Show(ToFile(peer, events), events, alone);
        }
    }

    private static double Alone(int events)
    {
        using Workload workload = Workload.Start(events);
        return workload.Go().TotalMilliseconds;
    }

    private static ThroughputResult ToFile(Tracer tracer, int events)
    {
        string file = Path.GetTempFileName();
        try
        {
            return WithWorkload(events, (workload, program) => tracer.Trace(workload, program, file));
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static ThroughputResult WithWorkload(int events, Func<Workload, string, ThroughputResult> measure)
    {
        using Workload workload = Workload.Start(events);
        return measure(workload, $"tracepoint:syscalls:sys_enter_openat /pid == {workload.ProcessId}/ {{ printf(\"%s %d %s\\n\", comm, pid, str(args->filename)); }}");
    }

    private static void Show(ThroughputResult result, int events, double alone) => Console.WriteLine(
        $"  {result.Name,-10} {result.Delivered,11} {result.Lost,9} {events - result.Delivered - result.Lost,10} {result.Wall.TotalMilliseconds,9:0} " +
        $"{result.Child.TotalMilliseconds,9:0} {result.Child.TotalMilliseconds / alone,10:0.0}x {result.PeakKilobytes / 1024.0,10:0}");

    private static void Show(string what, List<double> times) =>
        Console.WriteLine($"  {what,-38} {Median(times),8:0.0} ({times.Min():0.0} to {times.Max():0.0})");

    private static double Median(List<double> times)
    {
        List<double> sorted = [.. times];
        sorted.Sort();
        return sorted[sorted.Count / 2];
    }
}
