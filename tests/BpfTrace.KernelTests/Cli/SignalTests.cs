using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using BpfTrace.Bpf;
using BpfTrace.KernelTests.Support;
using BpfTrace.Tests;

namespace BpfTrace.KernelTests.Cli;

/// <summary>Signals, readiness, and when output becomes visible.</summary>
[Collection(KernelCollection.Name)]
[KernelIndependent]
public sealed class SignalTests
{
    private const int SIGKILL = 9;
    private const int SIGUSR1 = 10;

    /// <summary>What runs in a process; nothing in one that has ended, whether somebody has waited for it or not.</summary>
    private static string CommandOf(int pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/cmdline").Split('\0')[0];
        }
        catch (IOException)
        {
            return "";
        }
    }

    [RequiresRootFact]
    public void A_second_interrupt_before_the_maps_changes_nothing()
    {
        using Bpft bpft = Bpft.Start("-e", "interval:ms:10 { @ticks = count(); printf(\"tick\\n\"); } end { printf(\"the end\\n\"); }");
        bpft.WaitUntilSays("tick\n");
        for (int i = 0; i < 3; i++)
            bpft.Signal(Bpft.SIGINT);
        Bpft.Result result = bpft.Finish();
        Assert.Equal(0, result.ExitCode);
        Assert.Contains("the end\n", result.Output, StringComparison.Ordinal);
        Assert.Matches("@ticks: [1-9]", result.Output);
    }

    [RequiresRootFact]
    public void SIGUSR1_prints_the_maps_and_the_trace_goes_on()
    {
        using Bpft bpft = Bpft.Start("-e", "begin { @x = 5; } interval:ms:10 { @ticks = count(); printf(\"tick\\n\"); }");
        bpft.WaitUntilSays("tick\n");
        bpft.Signal(SIGUSR1);
        bpft.WaitUntilSays("@ticks: ");
        bpft.Signal(Bpft.SIGTERM);
        Bpft.Result result = bpft.Finish();
        Assert.Equal(0, result.ExitCode);
        Assert.Equal(2, result.Output.Split("@x: 5\n").Length - 1);
        Assert.Equal(3, result.Output.Split("@ticks: ").Length);
    }

    [RequiresRootFact]
    public void A_command_ends_with_a_tracer_that_is_killed()
    {
        using Bpft bpft = Bpft.Start("-c", "sleep 300", "-e", "begin { printf(\"command %d\\n\", cpid); } interval:s:100 { }");
        bpft.WaitUntilAttached();
        bpft.WaitUntilSays("command ");
        int pid = int.Parse(bpft.Said.Split("command ")[1].Split('\n')[0], CultureInfo.InvariantCulture);
        Assert.True(Patience.Until(() => CommandOf(pid) == "sleep"));
        bpft.Signal(SIGKILL);
        Assert.True(Patience.Until(() => CommandOf(pid) != "sleep"), "the command still runs");
    }

    [RequiresRootTheory]
    [InlineData(Bpft.SIGINT)]
    [InlineData(Bpft.SIGTERM)]
    public void A_benchmark_is_ended_by_a_signal(int signal)
    {
        // Half a second or more for each: it is in the midst of them once the first has told its time.
        string script = string.Concat(Enumerable.Range(0, 20).Select(static i => $"bench:b{i} {{ for ($i : 0..8000000) {{ @ = $i; }} }}\n"));
        using Bpft bpft = Bpft.StartInBackground("-B", "line", "--bench", "-e", script);
        bpft.WaitUntilSays("b0 ");
        bpft.Signal(signal);
        Assert.Equal(128 + signal, bpft.Finish().ExitCode);
    }

    /// <summary>As in bpftrace, nothing is attached then, and the status says so. The begin probe itself runs to its end.</summary>
    [RequiresRootTheory]
    [InlineData(Bpft.SIGINT)]
    [InlineData(Bpft.SIGTERM)]
    public void An_interrupt_in_a_long_begin_probe_comes_before_anything_is_attached(int signal)
    {
        // Where the one CPU is busy with the begin probe nobody can send a signal.
        if (Cpus.GetOnline().Length < 2)
            return;
        for (int attempt = 0; ; attempt++)
        {
            using Bpft bpft = Bpft.Start("-e", "begin { for ($i : 0..8000000) { for ($j : 0..3) { @ = $j; } } } interval:s:100 { } end { printf(\"the end\\n\"); }");
            bpft.WaitUntilLoaded(3);
            bpft.WaitForSystemTime(TimeSpan.FromMilliseconds(200));
            bpft.Signal(signal);
            long sent = Stopwatch.GetTimestamp();
            Bpft.Result result = bpft.Finish();

            // One that comes when the begin probe is over is another matter: on a loaded machine this process may have waited so long.
            if (result.ExitCode != 255 && Stopwatch.GetElapsedTime(sent) < TimeSpan.FromSeconds(1) && attempt < 5)
                continue;
            Assert.Equal((255, "", ""), (result.ExitCode, result.Output, result.Errors));
            return;
        }
    }

    [RequiresRootFact]
    public void A_scripts_own_signal_probe_has_the_signal_to_itself()
    {
        using Bpft bpft = Bpft.Start("-e", "self:signal:SIGUSR1 { printf(\"signalled\\n\"); exit(); } begin { @x = 5; }");
        bpft.WaitUntilAttached();
        bpft.Signal(SIGUSR1);
        Bpft.Result result = bpft.Finish();
        Assert.Contains("signalled\n", result.Output, StringComparison.Ordinal);
        Assert.Equal(1, result.Output.Split("@x: 5\n").Length - 1);
    }

    [RequiresRootFact]
    public void A_service_manager_is_told_when_the_probes_are_attached()
    {
        string path = Path.Combine(Path.GetTempPath(), $"bpft-notify-{Environment.ProcessId}");
        using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(path));
        socket.ReceiveTimeout = 3_600_000;
        try
        {
            // The end probe waits until somebody has heard that the trace ends.
            using Bpft bpft = Bpft.StartThrough(["/usr/bin/env", $"NOTIFY_SOCKET={path}"], "-q", "--unsafe", "-e", $"interval:ms:50 {{ exit(); }} end {{ system(\"while test -e {path}; do sleep 0.05; done\"); printf(\"the end\\n\"); }}");
            var message = new byte[256];
            Assert.Equal("READY=1\nSTATUS=Processing events...", Encoding.UTF8.GetString(message, 0, socket.Receive(message)));
            Assert.Equal("STOPPING=1\nSTATUS=Shutting down...", Encoding.UTF8.GetString(message, 0, socket.Receive(message)));
            File.Delete(path);
            Bpft.Result result = bpft.Finish();
            Assert.Equal("", result.Errors);
            Assert.Contains("the end\n", result.Output, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [RequiresRootFact]
    public void A_colour_mode_that_is_none_is_a_warning() =>
        Assert.StartsWith(
            "WARNING: Invalid env value! The valid values of `BPFTRACE_COLOR` are [auto|always|never]. The current value is sometimes!\n",
            Bpft.RunWithVariable("BPFTRACE_COLOR", "sometimes", "-e", "begin { exit(); }").Errors,
            StringComparison.Ordinal);
}
