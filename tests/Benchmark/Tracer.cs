using System.Diagnostics;
using System.Globalization;

namespace BpfTrace.Benchmark;

/// <summary>A bpftrace-compatible command line as a process.</summary>
internal sealed class Tracer
{
    /// <summary>A tracer that cannot say when it is attached is given this long.</summary>
    private static readonly TimeSpan s_attachTime = TimeSpan.FromSeconds(3);

    public Tracer(string name, string path)
    {
        Name = name;
        Path = path;
    }

    public string Name { get; }

    public string Path { get; }

    /// <summary>Runs it to its end.</summary>
    public TimeSpan RunToEnd(string program)
    {
        long start = Stopwatch.GetTimestamp();
        using Process process = Start("-e", program);
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        TimeSpan time = Stopwatch.GetElapsedTime(start);
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{Path} ended with {process.ExitCode}: {process.StandardError.ReadToEnd()}");
        return time;
    }

    /// <summary>Lists all probes.</summary>
    public TimeSpan List(out int lines)
    {
        long start = Stopwatch.GetTimestamp();
        using Process process = Start("-l");
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginErrorReadLine();
        string listed = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        TimeSpan time = Stopwatch.GetElapsedTime(start);
        lines = listed.AsSpan().Count('\n');
        return process.ExitCode == 0 ? time : throw new InvalidOperationException($"{Path} -l ended with {process.ExitCode}");
    }

    /// <summary>Has it write what a workload does to a file.</summary>
    public ThroughputResult Trace(Workload workload, string program, string outputFile)
    {
        using Process process = Start("-p", workload.ProcessId.ToString(CultureInfo.InvariantCulture), "-o", outputFile, "-e", program);
        var errors = process.StandardError.ReadToEndAsync();
        var attached = new TaskCompletionSource();
        _ = Task.Run(async () =>
        {
            while (await process.StandardOutput.ReadLineAsync().ConfigureAwait(false) is { } line)
            {
                if (line.Contains("NOTIFY_PROBES_ATTACHED", StringComparison.Ordinal))
                    attached.TrySetResult();
            }
        });
        attached.Task.Wait(s_attachTime);

        long start = Stopwatch.GetTimestamp();
        TimeSpan child = workload.Go();
        long peak = 0;
        while (!process.WaitForExit(2))
            peak = Math.Max(peak, ProcessMemory.PeakKilobytes(process.Id));
        TimeSpan wall = Stopwatch.GetElapsedTime(start);

        long delivered = 0;
        long lost = 0;
        foreach (string line in errors.Result.Split('\n'))
            lost += Lost(line);
        foreach (string line in File.ReadLines(outputFile))
        {
            if (line.EndsWith(Workload.FileName, StringComparison.Ordinal))
                delivered++;
            else
                lost += Lost(line); // where 0.17 says it
        }

        return new ThroughputResult(Name, delivered, lost, wall, child, peak);
    }

    /// <summary>What a line "Lost N events" says was lost; 0 for other lines.</summary>
    private static long Lost(string line)
    {
        string[] words = line.Split(' ');
        return words is ["Lost", var number, "events"] && long.TryParse(number, CultureInfo.InvariantCulture, out long count) ? count : 0;
    }

    private Process Start(params string[] arguments)
    {
        var start = new ProcessStartInfo(Path) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["__BPFTRACE_NOTIFY_PROBES_ATTACHED"] = "1";
        start.Environment["BPFTRACE_STRLEN"] = "200"; // 0.17 cuts at 64
        foreach (string argument in arguments)
            start.ArgumentList.Add(argument);
        if (Name == "bpft")
            start.Environment.Remove("BPFTRACE_STRLEN");
        return Process.Start(start)!;
    }
}

/// <summary>What became of a workload's calls.</summary>
/// <param name="Name">The tracer.</param>
/// <param name="Delivered">Events of the workload that reached the consumer.</param>
/// <param name="Lost">Events the tracer says were lost.</param>
/// <param name="Wall">From the first call until the tracer had handled all and ended.</param>
/// <param name="Child">How long the calls took.</param>
/// <param name="PeakKilobytes">The tracer's largest resident size; 0 when it was this process.</param>
internal sealed record ThroughputResult(string Name, long Delivered, long Lost, TimeSpan Wall, TimeSpan Child, long PeakKilobytes);
