using BpfTrace.KernelTests.Support;
using BpfTrace.Tests.Bpf;

namespace BpfTrace.KernelTests.Cli;

/// <summary><c>--mode</c>, <c>--probe-filter</c> and <c>-v</c>.</summary>
[Collection(KernelCollection.Name)]
[KernelIndependent]
public sealed class ModeTests
{
    [RequiresRootFact]
    public void The_stages_of_the_compiler_are_measured()
    {
        Bpft.Result result = Bpft.Run("--mode", "compiler-bench", "-e", "begin { @x[pid] = count(); printf(\"%s\\n\", comm); }");
        Assert.Equal(0, result.ExitCode);
        Assert.StartsWith("System\n  OS: Linux ", result.Output, StringComparison.Ordinal);
        foreach (string stage in (string[])["parse", "import", "bind", "codegen", "optimize", "object", "link", "total"])
            Assert.Matches($@"\n{stage.PadRight(30)}\d+ +\d+ +\d+ ± \d+ [num]?s\n", result.Output);
        Assert.EndsWith("\nPASS\n", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("Attached", result.Errors, StringComparison.Ordinal);

        Bpft.Result wrong = Bpft.Run("--mode", "compiler-bench", "-e", "begin { nope(); }");
        Assert.Equal(1, wrong.ExitCode);
        Assert.EndsWith("\nFAIL\n", wrong.Output, StringComparison.Ordinal);
        Assert.Contains("ERROR: Unknown function: 'nope'", wrong.Errors, StringComparison.Ordinal);
    }

    [RequiresRootFact]
    public void Only_compiled()
    {
        Bpft.Result result = Bpft.Run("--mode", "codegen", "-e", "begin { printf(\"ran\"); exit(3); }");
        Assert.Equal((0, "", ""), (result.ExitCode, result.Output, result.Errors));
    }

    [RequiresRootTheory]
    [InlineData("ms:5", 0)]
    [InlineData("^interval:ms:5$", 0)]
    [InlineData("ms:[6-9]", 6)]
    public void A_filter_leaves_the_probes_whose_name_has_it(string filter, int status)
    {
        Bpft.Result result = Bpft.Run("--probe-filter", filter, "-e", "begin { printf(\"begin\\n\"); } interval:ms:5 { exit(); } interval:ms:6 { exit(6); } end { printf(\"end\\n\"); }");
        Assert.Equal((status, "Attached 3 probes\n"), (result.ExitCode, result.Errors));
        Assert.StartsWith("begin\nend\n", result.Output, StringComparison.Ordinal);
    }

    [RequiresRootFact]
    public void A_filter_is_also_for_tests_and_benchmarks()
    {
        Bpft.Result result = Bpft.Run("--test", "-f", "json", "--probe-filter", "b$", "-e", "test:a { return 1; } test:b { return 0; }");
        Assert.Equal(0, result.ExitCode);
        Assert.Contains("{\"b\": {\"duration\": ", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("\"a\"", result.Output, StringComparison.Ordinal);
        Assert.StartsWith("{\"type\": \"benchmark_result\", \"data\": {\"y\": {", Bpft.Run("--bench", "-f", "json", "--probe-filter", "y", "-e", "bench:x { } bench:y { @ = 1; }").Output, StringComparison.Ordinal);
    }

    [RequiresRootTheory]
    [InlineData("/bin/false", "Child exited with code: 1\n")]
    [InlineData("/bin/sleep 100", "Child terminated by signal: 15\n")]
    public void Verbose_names_what_is_attached_and_how_the_command_ended(string command, string last)
    {
        Bpft.Result result = Bpft.Run("-v", "-c", command, "-e", "begin { } tracepoint:syscalls:sys_enter_clock_nanosleep /pid == cpid/ { exit(); } end { }");
        Assert.Equal(
            "Attaching 'begin' probe\nTrying to attach probe: tracepoint:syscalls:sys_enter_clock_nanosleep\nAttached 3 probes\nAttaching 'end' probe\n" + last,
            result.Errors);
        Assert.Equal(0, result.ExitCode);
    }

    /// <summary>Waited for at its entry by dw_ustack: a library it needs is not there, and the dynamic linker ends it before.</summary>
    [RequiresProgramFact]
    public void How_a_command_ended_is_known_also_before_its_first_instruction()
    {
        string library = NativeProgram.Build("targets.c", "nowhere.so", "-shared", "-fPIC", "-Wl,-soname,libbpft-is-nowhere.so");
        string program = NativeProgram.Build("targets.c", "lost", "-Wl,--no-as-needed", library);
        Bpft.Result result = Bpft.Run("-v", "-c", program, "-e", "config = { unstable_dw_ustack=enable } tracepoint:syscalls:sys_enter_getppid /pid == cpid/ { print(dw_ustack); }");
        Assert.EndsWith("Child exited with code: 127\n", result.Errors, StringComparison.Ordinal);
    }

    [RequiresRootTheory]
    [InlineData("-b")]
    [InlineData("--btf")]
    [InlineData("--verify-llvm-ir")]
    [InlineData("--usdt-file-activation")]
    [InlineData("-q")]
    [InlineData("--quiet")]
    public void Options_that_change_nothing_here(string option)
    {
        Bpft.Result result = Bpft.Run(option, "-e", "begin { printf(\"ran\\n\"); exit(4); }");
        Assert.Equal((4, "ran\n\n\n"), (result.ExitCode, result.Output));
        Assert.Equal(option is "-q" or "--quiet" ? "" : "Attached 1 probe\n", result.Errors);
    }
}
