using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace BpfTrace.Benchmark;

/// <summary>
/// The process that is traced: this program in another mode. It waits for a line, makes its calls, says how long they took, and ends.
/// </summary>
internal sealed partial class Workload : IDisposable
{
    /// <summary>A file that is not there: the call is made, and there is nothing to close.</summary>
    public const string FileName = "/no/such/file/of/the/benchmark";

    private const int AT_FDCWD = -100;

    private readonly Process _process;

    private Workload(Process process) => _process = process;

    public int ProcessId => _process.Id;

    /// <summary>Starts one that will make <paramref name="calls"/> calls of openat(2).</summary>
    public static Workload Start(int calls)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        // Under `dotnet BpfTrace.Benchmark.dll` the process is dotnet's, and needs to be told what to run.
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
            start.ArgumentList.Add(typeof(Workload).Assembly.Location);
        start.ArgumentList.Add("workload");
        start.ArgumentList.Add(calls.ToString(CultureInfo.InvariantCulture));
        var workload = new Workload(Process.Start(start)!);
        if (workload._process.StandardOutput.ReadLine() != "ready")
            throw new InvalidOperationException("the workload did not start");
        return workload;
    }

    /// <summary>Lets it make its calls and waits until they are made.</summary>
    /// <returns>How long they took by its own clock.</returns>
    public TimeSpan Go()
    {
        _process.StandardInput.WriteLine("go");
        string? line = _process.StandardOutput.ReadLine();
        var time = TimeSpan.FromTicks(long.Parse(line!, CultureInfo.InvariantCulture));
        _process.StandardInput.Close();
        return time;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    /// <summary>The other process's side.</summary>
    public static int Run(int calls)
    {
        _ = openat(AT_FDCWD, FileName, 0, 0); // binds the function before anything counts
        _ = Console.In; // opens files of its own
        Console.WriteLine("ready");
        if (Console.ReadLine() is null)
            return 1;
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < calls; i++)
            _ = openat(AT_FDCWD, FileName, 0, 0);
        Console.WriteLine(Stopwatch.GetElapsedTime(start).Ticks);
        // Ends when told: a tracer of this process ends with it, and must not end before it has been asked for the time.
        _ = Console.ReadLine();
        return 0;
    }

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int openat(int directory, string path, int flags, int mode);
}
