using BpfTrace.Cli;

namespace BpfTrace.Tests.Cli;

public sealed class CommandLineParserTests
{
    private static CommandLine Parse(params string[] args)
    {
        CommandLineResult result = CommandLineParser.Parse(args);
        Assert.Null(result.Error);
        Assert.NotNull(result.CommandLine);
        return result.CommandLine;
    }

    private static string Error(params string[] args)
    {
        CommandLineResult result = CommandLineParser.Parse(args);
        Assert.Null(result.CommandLine);
        Assert.Equal(1, result.ExitCode);
        Assert.NotNull(result.Error);
        return result.Error;
    }

    [Fact]
    public void A_program_and_its_parameters()
    {
        CommandLine line = Parse("-e", "begin { }", "one", "2");
        Assert.Equal("begin { }", line.Program);
        Assert.Null(line.FileName);
        Assert.Equal<string>(["one", "2"], line.Parameters);
        Assert.False(line.Listing);
    }

    [Theory]
    [InlineData("--mode", "codegen")]
    [InlineData("-d", "types")]
    [InlineData("--emit-elf", "x.o")]
    [InlineData("--emit-llvm", "x")]
    public void What_is_looked_at_is_compiled_without_what_the_kernel_lacks(string option, string value)
    {
        Assert.True(Parse(option, value, "script.bt").CompileOnly);
        Assert.False(Parse("--dry-run", "script.bt").CompileOnly);
    }

    [Fact]
    public void An_unknown_mode_is_refused() =>
        Assert.Contains("--mode can only be 'codegen', 'compiler-bench', 'bench', 'test' or 'format'.", Error("--mode", "nope", "script.bt"), StringComparison.Ordinal);

    [Fact]
    public void A_file_takes_the_first_argument()
    {
        CommandLine line = Parse("script.bt", "one");
        Assert.Equal("script.bt", line.FileName);
        Assert.Equal<string>(["one"], line.Parameters);
    }

    [Theory]
    [InlineData("--fmt")]
    [InlineData("--mode=format")]
    public void Formatting_is_a_mode(string option)
    {
        Assert.True(Parse(option, "script.bt").Formatting);
        Assert.Equal("ERROR: USAGE: --fmt conflicts with existing --mode\n", Error("--mode", "codegen", "--fmt", "script.bt"));
    }

    [Fact]
    public void Processes_to_unwind_are_a_list_or_several_options()
    {
        CommandLine line = Parse("--dwarf-pid", "12,13", "--dwarf-pid=12", "--dwarf-pid", "14", "script.bt");
        Assert.Equal<int>([12, 13, 14], line.UnwindProcessIds);
        Assert.Empty(line.ProcessIds);
        Assert.Empty(Parse("-p1", "script.bt").UnwindProcessIds);
        Assert.Equal("ERROR: Failed to parse pid: invalid integer: x\n", Error("--dwarf-pid", "x", "script.bt"));
    }

    [Fact]
    public void A_dash_is_the_standard_input() => Assert.Equal("-", Parse("-").FileName);

    [Fact]
    public void Options_may_follow_arguments()
    {
        CommandLine line = Parse("script.bt", "-v", "one", "-p7");
        Assert.True(line.Verbose);
        Assert.Equal(7, line.ProcessId);
        Assert.Equal<string>(["one"], line.Parameters);
    }

    [Fact]
    public void After_two_dashes_come_named_parameters()
    {
        CommandLine line = Parse("-e", "begin { }", "--", "--aa=20", "--dd", "-v", "x");
        Assert.Equal<string>(["aa=20", "dd"], line.NamedParameters);
        Assert.Equal<string>(["-v", "x"], line.Parameters);
        Assert.False(line.Verbose);
    }

    [Fact]
    public void Letters_can_be_joined_and_carry_a_value()
    {
        CommandLine line = Parse("-lvqp12");
        Assert.True(line.Listing);
        Assert.True(line.Verbose);
        Assert.True(line.Quiet);
        Assert.Equal(12, line.ProcessId);
    }

    [Theory]
    [InlineData("--pid=3")]
    [InlineData("--pi=3")]
    [InlineData("-p3")]
    public void A_value_can_be_joined(string option) => Assert.Equal(3, Parse(option, "-e", "x").ProcessId);

    [Fact]
    public void Processes_may_be_several()
    {
        Assert.Equal<int>([3, 4, 5], Parse("-p", "3,4", "-p5", "--pid=3", "-e", "x").ProcessIds);
        Assert.Equal("ERROR: Failed to parse pid: invalid integer: \n", CommandLineParser.Parse(["-p", "3,", "-e", "x"]).Error);
    }

    [Fact]
    public void The_rest_of_the_options()
    {
        CommandLine line = Parse(
            "-c", "ls /", "-o", "out", "--record", "x.bpfrec", "-f", "json", "-B", "none", "-k", "-I", "a", "-I", "b", "--include", "c.h", "--unsafe", "--dry-run",
            "-d", "ast,verifier", "-b", "f.bt");
        Assert.Equal("ls /", line.Command);
        Assert.Equal("out", line.OutputFile);
        Assert.Equal("x.bpfrec", line.RecordFile);
        Assert.Equal("json", line.Format);
        Assert.Equal(OutputBuffering.None, line.Buffering);
        Assert.Equal(WarningLevel.ProbeReads, line.Warnings);
        Assert.Equal<string>(["a", "b"], line.IncludeDirectories);
        Assert.Equal<string>(["c.h"], line.IncludeFiles);
        Assert.True(line.Unsafe);
        Assert.True(line.DryRun);
        Assert.Equal<string>(["ast", "verifier"], line.DebugStages);
    }

    [Fact]
    public void Defaults()
    {
        CommandLine line = Parse("f.bt");
        Assert.Equal("text", line.Format);
        Assert.Equal(OutputBuffering.Batch, line.Buffering);
        Assert.Equal(WarningLevel.Default, line.Warnings);
        Assert.Null(line.ProcessId);
        Assert.False(line.Unsafe);
    }

    [Theory]
    [InlineData(new[] { "-l" }, "*:*")]
    [InlineData(new[] { "-l", "*" }, "*:*")]
    [InlineData(new[] { "-l", "t:sched:*" }, "t:sched:*")]
    [InlineData(new[] { "--list", "no_such_file.bt" }, "no_such_file.bt")]
    public void Listing_has_a_search(string[] args, string search)
    {
        CommandLine line = Parse(args);
        Assert.True(line.Listing);
        Assert.Equal(search, line.Search);
        Assert.Null(line.FileName);
    }

    [Fact]
    public void Listing_a_program_or_a_file_that_exists()
    {
        Assert.Null(Parse("-l", "-e", "begin { }").Search);
        string file = Path.GetTempFileName();
        try
        {
            CommandLine line = Parse("-l", file);
            Assert.Equal(file, line.FileName);
            Assert.Null(line.Search);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Theory]
    [InlineData("bpft: invalid option -- 'i'\n", "-idonotexist")]
    [InlineData("bpft: unrecognized option '--nope'\n", "--nope")]
    [InlineData("bpft: option '--in' is ambiguous\n", "--in")]
    [InlineData("bpft: option requires an argument -- 'e'\n", "-e")]
    [InlineData("bpft: option '--pid' requires an argument\n", "--pid")]
    [InlineData("bpft: option '--quiet' doesn't allow an argument\n", "--quiet=1")]
    [InlineData("ERROR: USAGE: Cannot use both -c and -p.\n", "-c", "ls", "-p", "1", "f.bt")]
    public void Bad_usage_is_named_and_shows_usage(string start, params string[] args)
    {
        string error = Error(args);
        Assert.StartsWith(start, error, StringComparison.Ordinal);
        Assert.Contains("\nUSAGE:\n", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ERROR: USAGE: filename or -e 'program' required.\n", "-v")]
    [InlineData("ERROR: USAGE: -B must be either 'line', 'full', or 'none'.\n", "-Bsome", "f")]
    [InlineData("ERROR: USAGE: invalid option for -d: what\n", "-d", "ast,what", "f")]
    [InlineData("ERROR: USAGE: -k, --warnings conflicts with --no-warnings\n", "--no-warnings", "-k")]
    [InlineData("ERROR: USAGE: -k, --warnings conflicts with --no-warnings\n", "-k", "--no-warnings")]
    [InlineData("ERROR: Invalid output format \"xml\"\nValid formats: 'text', 'json'\n", "-f", "xml", "f")]
    [InlineData("ERROR: Failed to parse pid: invalid integer: a1111\n", "-p", "a1111", "f")]
    [InlineData("ERROR: Failed to parse pid: invalid trailing bytes: 111a1\n", "-p", "111a1", "f")]
    [InlineData("ERROR: Pid out of range: 5000000\n", "-p", "5000000", "f")]
    [InlineData("ERROR: --aot is not supported: a script is compiled where it runs, for the kernel there. --emit-elf FILE writes its code.\n", "--aot", "x", "f")]
    public void Wrong_values_are_named(string expected, params string[] args) => Assert.Equal(expected, Error(args));

    [Fact]
    public void Nothing_at_all_shows_usage() => Assert.Equal(Usage.Text, Error());

    [Fact]
    public void Kk_is_refused() =>
        Assert.StartsWith("ERROR: USAGE: -kk has been deprecated.", Error("-kk", "f"), StringComparison.Ordinal);

    [Theory]
    [InlineData("-h")]
    [InlineData("--help")]
    public void Help_goes_to_the_output(string option)
    {
        CommandLineResult result = CommandLineParser.Parse([option]);
        Assert.Equal(0, result.ExitCode);
        Assert.Null(result.Error);
        Assert.Contains("\nUSAGE:\n", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void The_version_is_the_assembly_s()
    {
        CommandLineResult result = CommandLineParser.Parse(["-V"]);
        Assert.Matches(@"^bpft v\d+\.\d+\.\d+ ", result.Output);
    }

    [Fact]
    public void Features_to_avoid_are_known_by_name()
    {
        Assert.Equal(["kprobe_multi", "uprobe_multi"], CommandLineParser.Parse(["--no-feature", "kprobe_multi,uprobe_multi", "-e", "BEGIN { }"]).CommandLine!.AvoidedFeatures.AsEnumerable());
        CommandLineResult wrong = CommandLineParser.Parse(["--no-feature", "kprobes", "-e", "BEGIN { }"]);
        Assert.Null(wrong.CommandLine);
        Assert.Equal("ERROR: USAGE: --no-feature can only have values 'kprobe_multi,kprobe_session,uprobe_multi'.\n", wrong.Error);
    }

    [Theory]
    [InlineData("ERROR: USAGE: filename or -e 'program' required.\n", "")]
    [InlineData("ERROR: USAGE: filename or -e 'program' required.\n", "-e", "")]
    [InlineData("ERROR: USAGE: --output requires the name of a file.\n", "-o", "", "-e", "begin { }")]
    [InlineData("ERROR: USAGE: --record requires the name of a file.\n", "--record=", "-e", "begin { }")]
    [InlineData("ERROR: USAGE: --emit-elf requires the name of a file.\n", "--emit-elf", "", "-e", "begin { }")]
    [InlineData("ERROR: USAGE: --emit-llvm requires the name of a file.\n", "--emit-llvm", "", "-e", "begin { }")]
    [InlineData("ERROR: USAGE: --traceable-functions requires the name of a file.\n", "--traceable-functions", "", "-l")]
    public void A_name_that_is_empty_is_none(string error, params string[] arguments)
    {
        CommandLineResult result = CommandLineParser.Parse(arguments);
        Assert.Equal((1, error), (result.ExitCode, result.Error));
    }

    [Fact]
    public void An_empty_program_is_none_as_in_bpftrace()
    {
        Assert.Equal("file.bt", CommandLineParser.Parse(["-e", "", "file.bt"]).CommandLine!.FileName);
        Assert.Equal("*:*", CommandLineParser.Parse(["-l", "-e", ""]).CommandLine!.Search);
    }
}
