using System.Diagnostics;
using System.Globalization;
using BpfTrace.Tests;

namespace BpfTrace.KernelTests.Support;

/// <summary>
/// A shell that waits for a line on its input, then runs a script: so that programs can be attached, filtered by its pid,
/// before it does anything.
/// </summary>
internal sealed class ChildProcess : IDisposable
{
    private readonly Process _process;

    private ChildProcess(Process process) => _process = process;

    public int Id => _process.Id;

    /// <summary>The exit status, once it has ended.</summary>
    public int ExitCode => _process.ExitCode;

    public static ChildProcess Start(string script) => StartProgram("/bin/sh", "-c", "echo ready; read line; " + script);

    /// <summary>A program that says "ready", waits for a line and goes on.</summary>
    public static ChildProcess StartProgram(string path, params string[] arguments)
    {
        var start = new ProcessStartInfo(path) { RedirectStandardInput = true, RedirectStandardOutput = true, UseShellExecute = false };
        foreach (string argument in arguments)
            start.ArgumentList.Add(argument);
        Process process = Process.Start(start)!;
        Assert.Equal("ready", process.StandardOutput.ReadLine());
        return new ChildProcess(process);
    }

    /// <summary>A child that calls kill(2) for itself, signal 0, exactly <paramref name="count"/> times.</summary>
    public static ChildProcess StartKilling(int count) => Start(string.Create(
        CultureInfo.InvariantCulture, $"i=0; while [ $i -lt {count} ]; do kill -0 $$; i=$((i+1)); done"));

    /// <summary>Lets it go and waits for its end.</summary>
    public void RunToEnd()
    {
        Go();
        Assert.True(Patience.ForExit(_process), "the child did not end");
    }

    public void Go()
    {
        _process.StandardInput.WriteLine();
        _process.StandardInput.Flush();
    }

    /// <summary>The next line it writes; null at the end.</summary>
    public string? ReadLine() => _process.StandardOutput.ReadLine();

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit();
        }

        _process.Dispose();
    }
}
