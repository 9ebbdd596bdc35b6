using BpfTrace.KernelTests.Support;

namespace BpfTrace.KernelTests.Cli;

/// <summary>Functions that change the system, and what a hostile value from the traced system can do in a command.</summary>
[Collection(KernelCollection.Name)]
public sealed class UnsafeTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("bpft-unsafe-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [RequiresRootTheory]
    [InlineData("begin { system(\"true\"); }", "system")]
    [InlineData("tracepoint:syscalls:sys_enter_kill { signal(\"KILL\"); }", "signal")]
    [InlineData("tracepoint:syscalls:sys_enter_kill { signal_thread(9); }", "signal_thread")]
    [InlineData("tracepoint:syscalls:sys_enter_read { write_user(args.buf, args.buf, 1); }", "write_user")]
    [InlineData("kprobe:__x64_sys_getuid { override(0); }", "override")]
    public void Without_unsafe_a_script_with_such_a_function_is_refused(string script, string function)
    {
        Bpft.Result result = Bpft.Run("--mode", "codegen", "-e", script);
        Assert.Equal(1, result.ExitCode);
        Assert.Matches($@"ERROR: {function}\(\) is .*unsafe", result.Errors);
        Assert.DoesNotContain("unsafe", Bpft.Run("--unsafe", "--mode", "codegen", "-e", script).Errors, StringComparison.Ordinal);
    }

    [RequiresRootTheory]
    [InlineData("echo %s", "$(echo bad)")]
    [InlineData("echo \\\"%s\\\"", "$(echo bad)")]
    [InlineData("echo '%s'", "$(echo bad)")]
    [InlineData("echo \\\"$(echo \\\"%s\\\")\\\"", "$(echo bad)")]
    [InlineData("echo `echo %s`", "$(echo bad)")]
    [InlineData("echo %s", "`echo bad`")]
    [InlineData("echo \\\"%s\\\"", "\";echo bad;\"")]
    [InlineData("echo '%s'", "';echo bad;'")]
    [InlineData("echo %s", "a  b")]
    [InlineData("echo %s", "*")]
    [InlineData("echo %s", "a;echo bad")]
    [InlineData("echo %s", "plain-name_1.2")]
    public void A_value_of_the_traced_system_is_no_part_of_a_command(string format, string comm) =>
        Assert.Equal($"{comm}\n", Command($"system(\"{format}\", comm);", comm));

    [RequiresRootFact]
    public void What_the_script_itself_hands_to_a_shell_is_its_own()
    {
        Assert.Equal("good\n", Command("system(\"%s\", \"echo good\");", "x"));
        Assert.Equal("3\n", Command("system(\"%s\", str($1));", "x", "echo $((1 + 2))"));
        Assert.Equal("bad\n", Command("system(\"eval %s\", comm);", "echo bad"));
        Assert.Equal("x 007\n", Command("system(\"echo %-4s %03d\", comm, 7);", "x"));
    }

    [RequiresRootFact]
    public void A_file_is_read_by_its_name_whatever_a_shell_would_make_of_it()
    {
        File.WriteAllText(Path.Combine(_directory, "$(echo bad)"), "the file's text\n");
        Assert.Equal("the file's text\n", Command($"cat(\"{_directory}/%s\", comm);", "$(echo bad)"));
    }

    /// <summary>What a script's action prints for a process of this name.</summary>
    private string Command(string action, string comm, params string[] parameters)
    {
        string child = Path.Combine(_directory, "child.sh"), name = Path.Combine(_directory, "name");
        File.WriteAllText(name, comm);
        File.WriteAllText(child, $"read -r name < {name}\nprintf %s \"$name\" > /proc/self/comm\n: < /dev/null\n");
        Bpft.Result result = Bpft.Run(
        [
            "--unsafe", "-q", "-c", $"/bin/sh {child}", "-e",
            $"tracepoint:syscalls:sys_enter_openat /pid == cpid && str(args.filename) == \"/dev/null\"/ {{ {action} }}",
            .. parameters,
        ]);
        Assert.Equal("", result.Errors);
        return result.Output.TrimEnd('\n') + "\n";
    }
}
