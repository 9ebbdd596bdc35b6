using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using BpfTrace.Tests;

namespace BpfTrace.KernelTests.Cli;

/// <summary>The command line as a process of its own, as a user starts it.</summary>
internal sealed partial class Bpft : IDisposable
{
    public const string AttachedLine = "__BPFTRACE_NOTIFY_PROBES_ATTACHED";
    public const int SIGINT = 2;
    public const int SIGTERM = 15;

    private static readonly string s_program = Path.Combine(AppContext.BaseDirectory, "bpft");

    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly Task<string> _errors;
    private readonly Task _reader;
    private readonly TaskCompletionSource _attached = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private Bpft(Process process)
    {
        _process = process;
        _errors = process.StandardError.ReadToEndAsync();
        _reader = Task.Run(Read);
    }

    /// <summary>Runs it to its end.</summary>
    public static Result Run(params string[] arguments)
    {
        using Bpft bpft = Start(arguments);
        return bpft.Finish();
    }

    /// <summary>Runs it to its end by way of a program that changes what it finds: the program and its arguments before ours.</summary>
    public static Result RunThrough(string[] wrapper, params string[] arguments)
    {
        using Bpft bpft = StartThrough(wrapper, arguments);
        return bpft.Finish();
    }

    public static Bpft StartThrough(string[] wrapper, params string[] arguments)
    {
        string[] all = [.. wrapper, s_program, .. arguments];
        return StartProgram(all[0], all[1..]);
    }

    public static Result RunWithInput(string input, params string[] arguments)
    {
        using Bpft bpft = Start(arguments);
        bpft._process.StandardInput.Write(input);
        return bpft.Finish();
    }

    /// <summary>Runs it to its end with a variable in its environment.</summary>
    public static Result RunWithVariable(string name, string value, params string[] arguments)
    {
        using Bpft bpft = StartProgram("/usr/bin/env", [$"{name}={value}", s_program, .. arguments]);
        return bpft.Finish();
    }

    public static Bpft Start(params string[] arguments) => StartProgram(s_program, arguments);

    /// <summary>Starts it as a shell without job control starts what ends in <c>&amp;</c>: with SIGINT ignored.</summary>
    public static Bpft StartInBackground(params string[] arguments) =>
        StartProgram("/bin/sh", ["-c", "trap '' INT; exec \"$0\" \"$@\"", s_program, .. arguments]);

    private static Bpft StartProgram(string program, string[] arguments)
    {
        var start = new ProcessStartInfo(program)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment[AttachedLine] = "1";
        foreach (string argument in arguments)
            start.ArgumentList.Add(argument);
        return new Bpft(Process.Start(start)!);
    }

    public void WaitUntilAttached()
    {
        // Asked of the task itself: one that attaches and ends at once may be read to its end before this thread is told of either.
        Patience.Until(() => _attached.Task.IsCompleted || _reader.IsCompleted);
        if (!_attached.Task.IsCompleted)
            Assert.Fail($"not attached: {Finish()}");
    }

    /// <summary>Waits until a text is among what it has printed so often.</summary>
    public void WaitUntilSays(string text, int times = 1)
    {
        bool IsSaid() => Said.Split(text).Length > times;

        if (!Patience.Until(() => IsSaid() || _reader.IsCompleted) || !IsSaid())
            Assert.Fail($"it does not say {text}: {Finish()}");
    }

    /// <summary>What it has printed so far.</summary>
    public string Said
    {
        get
        {
            lock (_output)
                return _output.ToString();
        }
    }

    /// <summary>Waits until so many of its programs are in the kernel.</summary>
    public void WaitUntilLoaded(int programs) =>
        Assert.True(Patience.Until(() => CountPrograms() >= programs), $"no {programs} programs are loaded");

    /// <summary>Waits until the kernel has worked for it so much longer.</summary>
    public void WaitForSystemTime(TimeSpan more)
    {
        TimeSpan before = SystemTime();
        Assert.True(Patience.Until(() => SystemTime() - before >= more), $"the kernel does not work for it: {SystemTime()}");
    }

    private TimeSpan SystemTime()
    {
        _process.Refresh();
        return _process.PrivilegedProcessorTime;
    }

    private int CountPrograms() => Directory.EnumerateFileSystemEntries(string.Create(CultureInfo.InvariantCulture, $"/proc/{_process.Id}/fd"))
        .Count(static fd => new FileInfo(fd).LinkTarget is "anon_inode:bpf-prog");

    public void Signal(int signal) => Assert.Equal(0, kill(_process.Id, signal));

    public Result Finish()
    {
        _process.StandardInput.Close();
        if (!Patience.ForExit(_process))
        {
            _process.Kill();
            Assert.Fail($"bpft did not end; it said: {_errors.Result}");
        }

        _reader.Wait();
        return new Result(_process.ExitCode, _output.ToString(), _errors.Result);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.Dispose();
    }

    private void Read()
    {
        while (_process.StandardOutput.ReadLine() is { } line)
        {
            if (line == AttachedLine)
            {
                _attached.TrySetResult();
                continue;
            }

            lock (_output)
                _output.Append(CultureInfo.InvariantCulture, $"{line}\n");
        }
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int kill(int pid, int signal);

    internal sealed record Result(int ExitCode, string Output, string Errors);
}
