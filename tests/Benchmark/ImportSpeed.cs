using System.Diagnostics;
using System.Globalization;

namespace BpfTrace.Benchmark;

/// <summary>What <c>Import-Module</c> adds to the start of a pwsh: pairs of a start with it and one without, in turn.</summary>
internal static class ImportSpeed
{
    public static void Run(string pwsh, string module, int runs)
    {
        var added = new List<double>();
        var processor = new List<double>();
        Measure(pwsh, "1"); // the files are in memory from here on
        for (int i = 0; i < runs; i++)
        {
            (double wall, double cpu) = Measure(pwsh, $"Import-Module '{module}'");
            (double empty, double emptyCpu) = Measure(pwsh, "1");
            added.Add(wall - empty);
            processor.Add(cpu - emptyCpu);
        }

        Console.WriteLine($"Import-Module over an empty start of pwsh, {runs} pairs, ms: median (least to most)");
        Show("wall", added);
        Show("processor", processor);
    }

    private static (double Wall, double Processor) Measure(string pwsh, string script)
    {
        long start = Stopwatch.GetTimestamp();
        using Shell shell = Shell.Start(pwsh, script + "\n'ready'\n[void][Console]::In.ReadLine()");
        shell.WaitFor("ready");
        return (Stopwatch.GetElapsedTime(start).TotalMilliseconds, shell.ProcessorTime.TotalMilliseconds);
    }

    private static void Show(string what, List<double> times)
    {
        times.Sort();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {what,-10} {times[times.Count / 2],8:0.0} ({times[0]:0.0} to {times[^1]:0.0})"));
    }
}
