using BpfTrace.KernelTests.Support;

namespace BpfTrace.KernelTests.Cli;

/// <summary>What the shell gets: bpftrace's statuses.</summary>
[Collection(KernelCollection.Name)]
[KernelIndependent]
public sealed class ExitStatusTests
{
    [RequiresRootTheory]
    [InlineData(0, "begin { exit(); }")]
    [InlineData(7, "begin { exit(7); }")]
    [InlineData(0, "begin { printf(\"no exit\"); }")]
    [InlineData(1, "begin { undefined(); }")]
    [InlineData(1, "tracepoint:no:such { }")]
    [InlineData(1, "config = { missing_probes = ignore } tracepoint:no:such { }")]
    [InlineData(1, "begin { } no parse")]
    [InlineData(1, "config = { max_probes = 1 } interval:s:1 { } interval:s:2 { }")]
    [InlineData(2, "struct X { no_such_type_t x; } begin { print(sizeof(struct X)); }")]
    [InlineData(255, "rawtracepoint:sched_switch { print(socket_cookie((struct sock *)arg0)); }")]
    [InlineData(255, "test:t { return 0; }")]
    [InlineData(3, "end { exit(3); }")]
    public void Of_a_script(int expected, string script)
    {
        Bpft.Result result = Bpft.Run("-e", script);
        Assert.True(expected == result.ExitCode, result.ToString());
    }

    /// <summary>A disk that is full is said, where it can be, and never ends the process by an exception.</summary>
    [RequiresRootTheory]
    [InlineData("ERROR: failed to write output: No space left on device\n", ">/dev/full", "-h")]
    [InlineData("ERROR: failed to write output: No space left on device\n", ">/dev/full", "-q", "-e", "begin { printf(\"x\\n\"); }")]
    [InlineData("ERROR: failed to write output: No space left on device\n", "", "-q", "-o", "/dev/full", "-e", "begin { printf(\"x\\n\"); }")]
    [InlineData("", "2>/dev/full", "-e", "begin { printf(\"x\\n\"); }")]
    [InlineData("ERROR: failed to open file '-': Is a directory\n", "</", "-")]
    [InlineData("ERROR: failed to open file '-': Bad file descriptor\n", "<&-", "-")]
    [InlineData("ERROR: failed to write output: Bad file descriptor\n", ">&-", "-h")]
    [InlineData("ERROR: failed to write output: Bad file descriptor\n", "<&- >&-", "-q", "-e", "begin { printf(\"x\\n\"); }")]
    public void Of_streams_that_fail(string errors, string redirection, params string[] arguments)
    {
        Bpft.Result result = Bpft.RunThrough(["/bin/sh", "-c", $"exec \"$@\" {redirection}", "sh"], arguments);
        Assert.Equal((1, errors), (result.ExitCode, result.Errors));
    }

    /// <summary>Whoever closes the errors wants none, and the output as it is. The numbers of closed streams are the runtime's files' then.</summary>
    [RequiresRootTheory]
    [InlineData("2>&-")]
    [InlineData("<&- 2>&-")]
    public void Of_closed_errors(string redirection)
    {
        Bpft.Result result = Bpft.RunThrough(["/bin/sh", "-c", $"exec \"$@\" {redirection}", "sh"], "-e", "begin { printf(\"x\\n\"); exit(5); }");
        Assert.Equal((5, "x\n"), (result.ExitCode, result.Output.TrimEnd('\n') + "\n"));
    }

    [RequiresRootTheory]
    [InlineData(1, "--no-such-option")]
    [InlineData(1, "-l", "-p", "4194304", "usdt:*")]
    [InlineData(1, "-e", "begin { exit(); }", "-p", "4194304")]
    [InlineData(1, "-e", "begin { exit(); }", "-c", "/no/such/command")]
    [InlineData(0, "-e", "interval:s:9 { }", "-c", "/bin/false")] // the command's own is not ours
    [InlineData(255, "-e", "begin { exit(); }", "--probe-filter", "(")]
    [InlineData(255, "-e", "begin { exit(); } rawtracepoint:sched_switch { print(socket_cookie((struct sock *)arg0)); }", "--dry-run")]
    [InlineData(0, "-e", "begin { exit(3); }", "--dry-run")]
    [InlineData(0, "-e", "begin { exit(3); }", "--mode", "codegen")]
    [InlineData(1, "--test", "-e", "test:t { return 1; }")]
    [InlineData(0, "--test", "-e", "test:t { return 0; }")]
    [InlineData(0, "--bench", "-e", "bench:b { @ = count(); }")]
    [InlineData(1, "--bench", "-e", "bench:b { errorf(\"no\"); }")]
    public void Of_a_command_line(int expected, params string[] arguments)
    {
        Bpft.Result result = Bpft.Run(arguments);
        Assert.True(expected == result.ExitCode, result.ToString());
    }

    [RequiresRootTheory]
    [InlineData("BPFTRACE_MAX_STRLEN", "many", "max_strlen: expecting a number, got many")]
    [InlineData("BPFTRACE_PRINT_MAPS_ON_EXIT", "2", "print_maps_on_exit: Invalid bool value: valid values are true, false, 1 or 0.")]
    public void Of_a_setting_from_outside(string name, string value, string message)
    {
        Bpft.Result result = Bpft.RunWithVariable(name, value, "-e", "begin { exit(); }");
        Assert.Equal((2, $"ERROR: {message}\n"), (result.ExitCode, result.Errors));
    }
}
