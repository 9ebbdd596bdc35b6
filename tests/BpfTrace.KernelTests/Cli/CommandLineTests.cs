using BpfTrace.KernelTests.Support;

namespace BpfTrace.KernelTests.Cli;

[Collection(KernelCollection.Name)]
[KernelIndependent]
public sealed class CommandLineTests
{
    private const string Opens = "tracepoint:syscalls:sys_enter_openat /pid == cpid/ { printf(\"%s %s\\n\", comm, str(args.filename)); }";

    [RequiresRootFact]
    public void Output_goes_to_the_output_and_messages_to_the_errors()
    {
        Bpft.Result result = Bpft.Run("-e", "begin { printf(\"a\"); printf(\"%d\\n\", 1 + 2); @x = 5; exit(); }");
        Assert.Equal(0, result.ExitCode);
        Assert.StartsWith("a3\n", result.Output, StringComparison.Ordinal);
        Assert.EndsWith("\n@x: 5\n", result.Output, StringComparison.Ordinal);
        Assert.Equal("Attached 1 probe\n", result.Errors);
    }

    [RequiresRootFact]
    public void The_exit_code_is_the_program_s() => Assert.Equal(69, Bpft.Run("-e", "begin { exit(69); }").ExitCode);

    [RequiresRootTheory]
    [InlineData(Bpft.SIGINT)]
    [InlineData(Bpft.SIGTERM)]
    public void A_signal_ends_it_in_good_order(int signal)
    {
        using Bpft bpft = Bpft.Start("-e", "interval:ms:10 { @ticks = count(); printf(\"tick\\n\"); } end { printf(\"the end\\n\"); }");
        bpft.WaitUntilSays("tick\n");
        bpft.Signal(signal);
        Bpft.Result result = bpft.Finish();
        Assert.Equal(0, result.ExitCode);
        Assert.Contains("the end\n", result.Output, StringComparison.Ordinal);
        Assert.Matches("@ticks: [1-9]", result.Output);
    }

    [RequiresRootFact]
    public void An_interrupt_ends_it_also_where_a_script_started_it_in_the_background()
    {
        using Bpft bpft = Bpft.StartInBackground("-e", "interval:ms:10 { } end { printf(\"the end\\n\"); }");
        bpft.WaitUntilAttached();
        bpft.Signal(2);
        Bpft.Result result = bpft.Finish();
        Assert.Equal(0, result.ExitCode);
        Assert.Contains("the end\n", result.Output, StringComparison.Ordinal);
    }

    [RequiresRootFact]
    public void It_ends_with_its_command()
    {
        Bpft.Result result = Bpft.Run("-c", "/bin/cat /etc/passwd", "-o", "/dev/stderr", "-q", "-e", Opens);
        Assert.Equal(0, result.ExitCode);
        Assert.Contains("cat /etc/passwd\n", result.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("Attached", result.Errors, StringComparison.Ordinal);
    }

    [RequiresRootFact]
    public void It_ends_with_the_process_it_follows()
    {
        using ChildProcess child = ChildProcess.StartKilling(3);
        using Bpft bpft = Bpft.Start("-p", $"{child.Id}", "-e", "tracepoint:syscalls:sys_enter_kill { printf(\"%d %d\\n\", pid, args.sig); }");
        bpft.WaitUntilAttached();
        child.Go();
        Bpft.Result result = bpft.Finish();
        Assert.Equal(0, result.ExitCode);
        Assert.Equal($"{child.Id} 0\n{child.Id} 0\n{child.Id} 0\n", result.Output.TrimEnd('\n') + "\n");
    }

    [RequiresRootFact]
    public void A_file_takes_the_output()
    {
        string path = Path.GetTempFileName();
        try
        {
            Bpft.Result result = Bpft.Run("-o", path, "-e", "begin { printf(\"to the file\\n\"); exit(); }");
            Assert.Equal("", result.Output);
            Assert.Equal("to the file\n", File.ReadAllText(path).TrimEnd('\n') + "\n");
        }
        finally
        {
            File.Delete(path);
        }
    }

    [RequiresRootFact]
    public void A_script_can_come_from_the_input_with_parameters()
    {
        Bpft.Result result = Bpft.RunWithInput("begin { printf(\"%s %d %d\\n\", str($1), $2, $#); exit(); }", "-", "word", "0x10");
        Assert.StartsWith("word 16 2\n", result.Output, StringComparison.Ordinal);
    }

    [RequiresRootFact]
    public void A_dry_run_prints_nothing()
    {
        Bpft.Result result = Bpft.Run("--dry-run", "-e", "begin { printf(\"hello\\n\"); @ = 0; }");
        Assert.Equal(0, result.ExitCode);
        Assert.Equal("", result.Output);
    }

    [RequiresRootFact]
    public void A_dry_run_does_not_do_what_the_script_asks_for()
    {
        string directory = Directory.CreateTempSubdirectory().FullName;
        try
        {
            // The reader may be quick or slow.
            for (int i = 0; i < 10; i++)
            {
                Bpft.Result result = Bpft.Run("--dry-run", "--unsafe", "-v", "-c", $"/usr/bin/touch {directory}/c{i}", "-e", $"begin {{ system(\"touch {directory}/b{i}\"); }} interval:s:9 {{ }} end {{ system(\"touch {directory}/e{i}\"); }}");
                Assert.Equal((0, "Attaching 'begin' probe\nTrying to attach probe: interval:s:9\n"), (result.ExitCode, result.Errors));
            }

            Assert.Empty(Directory.EnumerateFileSystemEntries(directory));
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    /// <summary>It is read once: what is said about it has its name, and nobody opens it again, or a file that happens to have the name of what is no file.</summary>
    [RequiresRootTheory]
    [InlineData("pipe", "pipe")]
    [InlineData("pipe", "./pipe")]
    [InlineData("stdin", "-e", "begin { print(42); }")]
    public void A_script_can_come_from_a_named_pipe(string pipe, params string[] arguments)
    {
        string directory = Directory.CreateTempSubdirectory().FullName;
        try
        {
            const string Script = "cd \"$0\"; mkfifo $1; if [ $1 = pipe ]; then echo 'begin { print(42); }' > $1 & fi; shift; exec \"$@\"";
            Bpft.Result result = Bpft.RunThrough(["/bin/sh", "-c", Script, directory, pipe], arguments);
            Assert.Equal((0, "42"), (result.ExitCode, result.Output.TrimEnd('\n')));
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [RequiresRootFact]
    public void An_error_is_a_place_in_the_script()
    {
        Bpft.Result result = Bpft.Run("-e", "begin { @ = cuont(); }");
        Assert.Equal(1, result.ExitCode);
        Assert.Equal("", result.Output);
        Assert.StartsWith("stdin:1:", result.Errors, StringComparison.Ordinal);
        Assert.Contains("\nbegin { @ = cuont(); }\n            ~~~~~", result.Errors, StringComparison.Ordinal);
    }

    [RequiresRootFact]
    public void What_is_unsafe_is_refused()
    {
        Bpft.Result result = Bpft.Run("-e", "begin { system(\"echo ran\"); exit(); }");
        Assert.Equal(1, result.ExitCode);
        Assert.DoesNotContain("ran\n", result.Output, StringComparison.Ordinal);
        Assert.Contains("unsafe", result.Errors, StringComparison.Ordinal);
    }

    [RequiresRootFact]
    public void A_missing_file_is_named()
    {
        Bpft.Result result = Bpft.Run("/no/such/file.bt");
        Assert.Equal(1, result.ExitCode);
        Assert.Equal("ERROR: failed to open file '/no/such/file.bt': No such file or directory\n", result.Errors);
        Assert.Equal("ERROR: failed to open file '/usr': Is a directory\n", Bpft.Run("/usr").Errors);
    }

    [RequiresRootFact]
    public void Listing_shows_probes_and_their_parameters()
    {
        Bpft.Result result = Bpft.Run("-lv", "tracepoint:syscalls:sys_enter_openat");
        Assert.Equal(0, result.ExitCode);
        Assert.StartsWith("tracepoint:syscalls:sys_enter_openat\n    int __syscall_nr\n", result.Output, StringComparison.Ordinal);
        Assert.Contains("    const char * filename\n", result.Output, StringComparison.Ordinal);
    }
}
