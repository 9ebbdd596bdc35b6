using BpfTrace.PowerShellTests.Support;

namespace BpfTrace.PowerShellTests.Examples;

/// <summary>The runner itself: an example that does not do what it says is found out, and takes no other with it.</summary>
public sealed class BrokenExampleTests
{
    private static readonly Example[] s_broken =
    [
        new("no such command", "Start-BpfTrase 'BEGIN { exit(); }'"),
        new("no such parameter", "Get-BpfTrace -Everything"),
        new("not PowerShell", "Get-BpfTrace | Where-Object {"),
        new("not bpftrace", "Start-BpfTrace 'BEGIN { @x = cuont(); }'"),
        new("another error than declared", "Start-BpfTrace 'BEGIN { @x = cuont(); }'   # error ProbeNotFound"),
        new("no error where one is declared", "Start-BpfTrace 'BEGIN { printf(\"x\\n\"); exit(); }'   # error UnknownFunction"),
        new("shows nothing", "Start-BpfTrace 'BEGIN { exit(); }'"),
        new("makes no file", "Start-BpfTrace 'BEGIN { exit(); }' | Set-Content made.txt"),
        new("ends the process", "[Environment]::Exit(3)"),
        new("an unknown option", "bpft --nonesuch", IsShell: true),
        new("works", "Start-BpfTrace 'tracepoint:syscalls:sys_enter_openat { printf(\"%s\\n\", comm); }' -Duration 1h | Select-Object comm -Unique"),
        new("works in a shell", "bpft -e 'tracepoint:syscalls:sys_enter_openat { printf(\"%s\\n\", comm); }'", IsShell: true),
        new("declares its error", "Start-BpfTrace 'BEGIN { @x = cuont(); }'   # error UnknownFunction"),
        new("writes a file", "Start-BpfTrace 'BEGIN { printf(\"x\\n\"); exit(); }' -AsText | Set-Content x.txt"),
        new("prints on the host", "Start-BpfTrace 'BEGIN { exit(); }' -WhatIf"),
    ];

    private static readonly Lazy<Dictionary<string, ExampleResult>> s_results = new(static () => ExampleRun.Run(s_broken));

    [PwshTheory(needsKernel: true)]
    [InlineData("no such command", "errors: CommandNotFoundException")]
    [InlineData("no such parameter", "errors: NamedParameterNotFound")]
    [InlineData("not PowerShell", "errors: MissingEndCurlyBrace")]
    [InlineData("not bpftrace", "errors: UnknownFunction")]
    [InlineData("another error than declared", "errors: UnknownFunction")]
    [InlineData("no error where one is declared", "it did not write the error UnknownFunction")]
    [InlineData("shows nothing", "it showed nothing")]
    [InlineData("makes no file", "it did not make made.txt")]
    [InlineData("ends the process", "it died")]
    [InlineData("an unknown option", "errors: ExitCode1")]
    public void A_broken_one_is_caught(string id, string fault) =>
        Assert.StartsWith(fault, s_results.Value[id].Fault(s_broken.Single(e => e.Id == id)), StringComparison.Ordinal);

    [PwshTheory(needsKernel: true)]
    [InlineData("works")]
    [InlineData("works in a shell")]
    [InlineData("declares its error")]
    [InlineData("writes a file")]
    [InlineData("prints on the host")]
    public void Others_are_not_harmed(string id) => ExampleAssert.Works(s_broken.Single(e => e.Id == id), s_results.Value);

    /// <summary>A trace sees the test's own process and no other.</summary>
    [PwshFact(needsKernel: true)]
    public void It_is_kept_among_the_tests_own_processes()
    {
        string[] seen = [.. s_results.Value["works"].Shown.Split('\n').Select(static l => l.Trim()).Where(static l => l.Length > 0 && l[0] != '-' && l != "comm")];
        Assert.Equal(["nginx"], seen);
        Assert.Equal("stopped", s_results.Value["works"].End);
    }

    [PwshFact]
    public void One_that_does_not_end_is_ended()
    {
        Example[] endless = [new("endless", "while ($true) { Start-Sleep -Milliseconds 100 }"), new("next", "'still here'")];
        Dictionary<string, ExampleResult> results = ExampleRun.Run(endless, limit: 10);
        Assert.Equal("it hung", results["endless"].Fault(endless[0]));
        Assert.Equal(1, results["next"].Count);
    }

    [Fact]
    public void One_with_a_command_says_which_process_it_looks_at() =>
        Assert.All(
            ExampleSources.OfCmdlets().Concat(ExampleSources.Topics.SelectMany(ExampleSources.OfTopic)).Concat(ExampleSources.OfReadme())
                .Where(static e => e.Code.Contains(" -Command ", StringComparison.Ordinal)),
            static e => Assert.Contains("cpid", e.Code, StringComparison.Ordinal));

    [Theory]
    [InlineData("Start-BpfTrace 'BEGIN { }'", nameof(BlockKind.PowerShell))]
    [InlineData("$job = Start-BpfTrace 'BEGIN { }'", nameof(BlockKind.PowerShell))]
    [InlineData("PS> Get-BpfTrace", nameof(BlockKind.PowerShell))]
    [InlineData("sudo output/cli/bpft -l", nameof(BlockKind.Shell))]
    [InlineData("/*\n * mine: a tool\n */\nbegin { }", nameof(BlockKind.Script))]
    [InlineData("Start-BpfTrace    runs a program", nameof(BlockKind.Table))]
    [InlineData("a_name another", nameof(BlockKind.Table))]
    [InlineData("kprobe:f { @ = count(); }", nameof(BlockKind.Unknown))]
    public void Blocks_of_topics_are_told_apart(string block, string kind) => Assert.Equal(kind, ExampleSources.KindOf(block).ToString());
}
