using BpfTrace.KernelTests.Support;

namespace BpfTrace.KernelTests.Cli;

/// <summary><c>-d</c> and the files of <c>--emit-…</c>: every stage can be looked at.</summary>
[Collection(KernelCollection.Name)]
public sealed class StageTests
{
    private const string Script = "begin { @x = count(); printf(\"%d\\n\", pid); exit(); }";

    [RequiresRootTheory]
    [InlineData("ast", "AST\n---\n", "@x = count();")]
    [InlineData("types", "Types\n-----\n", "@x[] : count_t")]
    [InlineData("codegen", "LLVM IR before optimization\n", "define i64 @begin_1(ptr")]
    [InlineData("codegen-opt", "LLVM IR after optimization\n", "define i64 @begin_1(ptr")]
    [InlineData("dis", "Disassembled bytecode\n", "begin_1:")]
    [InlineData("libbpf", "Maps and programs to load\n", "map AT_x: BPF_MAP_TYPE_PERCPU_")]
    [InlineData("verifier", "BPF verifier log for begin_1:\n", "processed ")]
    [KernelIndependent]
    public void A_stage_is_shown(string stage, string title, string content)
    {
        Bpft.Result result = Bpft.Run("-d", stage, "--dry-run", "-e", Script);
        Assert.Equal(0, result.ExitCode);
        Assert.Contains(title, result.Output, StringComparison.Ordinal);
        Assert.Contains(content, result.Output, StringComparison.Ordinal);
    }

    [RequiresRootFact]
    [KernelIndependent]
    public void All_stages_come_in_order()
    {
        string output = Bpft.Run("-d", "all", "--dry-run", "-e", Script).Output;
        int[] places = [.. new[] { "AST\n", "Types\n", "before optimization", "after optimization", "Disassembled", "Maps and programs", "verifier log" }
            .Select(title => output.IndexOf(title, StringComparison.Ordinal))];
        Assert.DoesNotContain(-1, places);
        Assert.Equal(places.Order(), places);
    }

    [RequiresRootFact]
    [KernelIndependent]
    public void The_files_are_written()
    {
        string directory = Directory.CreateTempSubdirectory("bpft-").FullName;
        try
        {
            string llvm = Path.Combine(directory, "out"), elf = Path.Combine(directory, "out.o");
            Bpft.Result result = Bpft.Run("--emit-llvm", llvm, "--emit-elf", elf, "--verify-llvm-ir", "--dry-run", "-e", Script);
            Assert.Equal(0, result.ExitCode);
            Assert.Contains("define i64 @begin_1", File.ReadAllText(llvm + ".original.ll"), StringComparison.Ordinal);
            Assert.Contains("define i64 @begin_1", File.ReadAllText(llvm + ".optimized.ll"), StringComparison.Ordinal);
            Assert.Equal("\u007fELF"u8.ToArray(), File.ReadAllBytes(elf)[..4]);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [RequiresRootFact]
    [KernelIndependent]
    public void A_file_that_cannot_be_written_is_an_error()
    {
        Bpft.Result result = Bpft.Run("--emit-elf", "/nonexistent/out.o", "--dry-run", "-e", Script);
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("/nonexistent/out.o", result.Errors, StringComparison.Ordinal);
    }

    [RequiresRootFact]
    public void Verbose_shows_the_whole_log_of_a_refused_program()
    {
        const string Refused = "rawtracepoint:sched_switch { print(socket_cookie((struct sock *)arg0)); }";
        Bpft.Result verbose = Bpft.Run("-v", "-e", Refused);
        Assert.Equal(255, verbose.ExitCode);
        Assert.Contains("Kernel error log:\n", verbose.Errors, StringComparison.Ordinal);
        Assert.Contains("processed ", verbose.Errors, StringComparison.Ordinal);
        Bpft.Result quiet = Bpft.Run("-e", Refused);
        Assert.DoesNotContain("processed ", quiet.Errors, StringComparison.Ordinal);
        Assert.Contains("bpf_get_socket_cookie does not take this argument", quiet.Errors, StringComparison.Ordinal);
    }
}
