using System.Diagnostics;
using BpfTrace.Bpf.Proc;

namespace BpfTrace.Tests.Bpf;

public sealed class PidFdTests
{
    [Fact]
    public void The_end_of_a_process_is_waited_for_and_remembered()
    {
        using Process child = Process.Start(new ProcessStartInfo("sleep", "60"))!;
        try
        {
            using PidFd process = PidFd.TryOpen(child.Id, out string error)!;
            Assert.Equal("", error);
            Assert.False(process.HasExited);
            long start = Stopwatch.GetTimestamp();
            Assert.False(process.WaitForExit(50));
            Assert.InRange(Stopwatch.GetElapsedTime(start).TotalMilliseconds, 45, double.MaxValue);
            child.Kill();
            Assert.True(process.WaitForExit(-1));
            child.WaitForExit(); // reaped: its id is free
            Assert.True(process.HasExited);
            process.Dispose();
            Assert.Throws<ObjectDisposedException>(() => process.HasExited);
        }
        finally
        {
            child.Kill();
        }
    }

    [Fact]
    public void A_process_that_is_not_there_cannot_be_opened()
    {
        Assert.Null(PidFd.TryOpen(int.MaxValue, out string error));
        Assert.Equal("No such process", error);
    }
}
