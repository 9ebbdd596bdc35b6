using System.Diagnostics;
using System.Reflection;
using BpfTrace.Language.Text;

namespace BpfTrace.Benchmark;

/// <summary>The library in this process: what a cmdlet does, without PowerShell.</summary>
internal static class InProcess
{
    /// <summary>From the script's text until its probes are attached.</summary>
    public static TimeSpan TimeToAttached(string program)
    {
        long start = Stopwatch.GetTimestamp();
        using CompiledTrace trace = TraceCompiler.Compile(new SourceText(program));
        if (trace.HasErrors)
            throw new InvalidOperationException(string.Join("\n", trace.Diagnostics));
        using TraceSession session = TraceSession.Start(trace);
        TimeSpan time = Stopwatch.GetElapsedTime(start);
        foreach (TraceRecord _ in session.ReadRecords())
        {
        }

        return time;
    }

    /// <summary>All probes of the kernel.</summary>
    public static TimeSpan TimeToList(out int probes)
    {
        long start = Stopwatch.GetTimestamp();
        probes = 0;
        foreach (ProbeInfo _ in ProbeCatalog.Find())
            probes++;
        return Stopwatch.GetElapsedTime(start);
    }

    /// <summary>Consumes what a workload does as typed objects, reading one property of each.</summary>
    public static ThroughputResult Trace(Workload workload, string program)
    {
        using CompiledTrace trace = TraceCompiler.Compile(new SourceText(program), new TraceOptions { ProcessId = workload.ProcessId });
        if (trace.HasErrors)
            throw new InvalidOperationException(string.Join("\n", trace.Diagnostics));
        using TraceSession session = TraceSession.Start(trace);
        Task<TimeSpan>? go = null;
        PropertyInfo? property = null;
        long delivered = 0;
        long start = Stopwatch.GetTimestamp();
        foreach (TraceRecord record in session.ReadRecords())
        {
            switch (record)
            {
                case AttachedRecord:
                    start = Stopwatch.GetTimestamp();
                    go = Task.Run(workload.Go);
                    break;
                case EventRecord e:
                    property ??= e.Event.GetType().GetProperty("filename")!;
                    if (Equals(property.GetValue(e.Event), Workload.FileName))
                        delivered++;
                    break;
                case ErrorRecord error:
                    Console.Error.WriteLine(error.Diagnostic);
                    break;
            }
        }

        TimeSpan wall = Stopwatch.GetElapsedTime(start);
        return new ThroughputResult("objects", delivered, session.Counters.Lost, wall, go!.Result, ProcessMemory.PeakKilobytes(Environment.ProcessId));
    }
}
