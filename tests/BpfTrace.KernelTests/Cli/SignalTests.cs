using System.Net.Sockets;
using System.Text;
using BpfTrace.KernelTests.Support;

namespace BpfTrace.KernelTests.Cli;

/// <summary>Signals, readiness, and when output becomes visible.</summary>
[Collection(KernelCollection.Name)]
public sealed class SignalTests
{
    private const int SIGUSR1 = 10;

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

    [RequiresRootTheory]
    [InlineData(Bpft.SIGINT)]
    [InlineData(Bpft.SIGTERM)]
    public void A_benchmark_is_ended_by_a_signal(int signal)
    {
        string script = string.Concat(Enumerable.Range(0, 20).Select(static i => $"bench:b{i} {{ for ($i : 0..3000000) {{ @ = $i; }} }}\n"));
        using Bpft bpft = Bpft.StartInBackground("--bench", "-e", script);
        bpft.WaitUntilHeeded(signal);
        Thread.Sleep(1000);
        bpft.Signal(signal);
        Assert.Equal(128 + signal, bpft.Finish().ExitCode);
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
        socket.ReceiveTimeout = 120_000;
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
