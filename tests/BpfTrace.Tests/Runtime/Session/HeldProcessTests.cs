namespace BpfTrace.Tests.Runtime.Session;

public class HeldProcessTests
{
    private static string CommandLineOf(int pid) => File.ReadAllText($"/proc/{pid}/cmdline");

    [Fact]
    public void A_command_runs_nothing_of_its_own_before_it_is_released()
    {
        string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        using HeldProcess process = HeldProcess.Start($"touch {path}");
        Thread.Sleep(50);
        Assert.False(process.HasExited);
        Assert.False(File.Exists(path));
        Assert.StartsWith("bpft", CommandLineOf(process.ProcessId), StringComparison.Ordinal);
        process.Release();
        Assert.True(Patience.Until(() => process.HasExited));
        Assert.True(File.Exists(path));
        File.Delete(path);
    }

    [Fact]
    public void Arguments_are_split_at_spaces_and_the_environment_is_ours()
    {
        Environment.SetEnvironmentVariable("BPFT_TEST_VALUE", "seen");
        using HeldProcess process = HeldProcess.Start("sleep 300");
        process.Release();
        Assert.True(Patience.Until(() => CommandLineOf(process.ProcessId) == "sleep\0300\0"));
        // execve sets the arguments' place before the environment's: in between that file is empty.
        Assert.True(Patience.Until(() => File.ReadAllText($"/proc/{process.ProcessId}/environ").Length > 0));
        Assert.Contains("BPFT_TEST_VALUE=seen", File.ReadAllText($"/proc/{process.ProcessId}/environ").Split('\0'));
        // Only the standard streams are inherited: the pipes to the tracer are closed by execve.
        // (What its loader opens meanwhile may be closed by the time it is asked for: LinkTarget is null then.)
        Assert.DoesNotContain(Directory.GetFiles($"/proc/{process.ProcessId}/fd"), f => new FileInfo(f).LinkTarget?.Contains("memfd", StringComparison.Ordinal) == true);
    }

    [Fact]
    public void End_terminates_and_reaps()
    {
        HeldProcess process = HeldProcess.Start("sleep 300");
        process.Release();
        int pid = process.ProcessId;
        process.End();
        Assert.True(process.HasExited);
        Assert.False(Directory.Exists($"/proc/{pid}"));
        process.Dispose();
    }

    /// <summary>The kernel takes the thread that starts a process for its parent.</summary>
    [Fact]
    public void A_command_outlives_the_thread_it_was_started_on()
    {
        HeldProcess? process = null;
        var thread = new Thread(() =>
        {
            process = HeldProcess.Start("sleep 300");
            process.Release();
        });
        thread.Start();
        thread.Join();
        // Joined is not yet gone: its end is what sends the signal.
        Assert.True(Patience.Until(() => process!.HasExited || CommandLineOf(process.ProcessId) == "sleep\0300\0"));
        Thread.Sleep(50);
        Assert.False(process!.HasExited);
        process.Dispose();
    }

    [Fact]
    public void A_process_that_is_never_released_ends_without_having_run()
    {
        HeldProcess process = HeldProcess.Start("sleep 300");
        int pid = process.ProcessId;
        process.Dispose();
        Assert.False(Directory.Exists($"/proc/{pid}"));
    }

    [Fact]
    public void A_file_the_kernel_cannot_execute_is_reported_on_release()
    {
        string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        File.WriteAllText(path, "\u0001neither ELF nor script");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        try
        {
            using HeldProcess process = HeldProcess.Start(path);
            var failure = Assert.Throws<CommandException>(process.Release);
            Assert.Contains("Exec format error", failure.Message, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("no-such-command-anywhere")]
    [InlineData("/etc/passwd")]
    public void A_command_that_is_not_there_is_refused_at_once(string command)
    {
        var failure = Assert.Throws<CommandException>(() => HeldProcess.Start(command));
        Assert.Equal($"Path '{command}' does not exist or is not executable", failure.Message);
    }
}
