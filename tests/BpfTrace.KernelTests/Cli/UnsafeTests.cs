using System.Text;
using BpfTrace.KernelTests.Support;

namespace BpfTrace.KernelTests.Cli;

/// <summary>Functions that change the system, and what a hostile value from the traced system can do in a command.</summary>
[Collection(KernelCollection.Name)]
[KernelIndependent]
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

    /// <summary>Each command shows its words: the value is one, and the quotes around it end where they should.</summary>
    [RequiresRootTheory]
    [InlineData("printf '[%%s]' \"$(printf '<%%s>' $((%d/2)) %s)\"", "5, comm", "[<2><{0}>]")]
    [InlineData("printf '[%%s]' \"$( (true); printf '<%%s>' $((%d)) %s)\"", "5, comm", "[<5><{0}>]")]
    [InlineData("printf '[%%s]' \"`printf '<%%s>' %s`\"", "comm", "[<{0}>]")]
    [InlineData("printf '[%%s]' \"`printf '<%%s>' \\\"%s\\\"`\"", "comm", "[<{0}>]")]
    [InlineData("printf '<%%s>' \\%s\"a  b %s\" %s", "comm, comm, comm", "<{0}a  b {0}><{0}>")]
    [InlineData("printf '<%%s>' \"\\%s c\" %s", "comm, comm", "<\\{0} c><{0}>")]
    [InlineData("x=; printf '<%%s>' \"${x:-(}%s\" %s", "comm, comm", "<({0}><{0}>")]
    [InlineData("printf '<%%s>' %1s %s", "comm, comm", "<{0}><{0}>")]
    public void A_value_is_one_word_in_whatever_quotes(string command, string values, string expected)
    {
        foreach (string comm in (string[])["a -f b", "*", " /etc"])
            Assert.Equal(expected.Replace("{0}", comm, StringComparison.Ordinal) + "\n", Command(System(command, values), comm));
    }

    [RequiresRootTheory]
    [InlineData("echo $((%s + 1))", "a[$(id -u)]", "a value that is no number in $(( ))")]
    [InlineData("echo $(( (%s) + 1))", "HOME", "a value that is no number in $(( ))")]
    [InlineData("echo $[%s]", "a[$(id -u)]", "a value that is no number in $(( ))")]
    [InlineData("echo ${x:-%s}", "HOME", "a value that is no number in ${ }")]
    [InlineData("echo $%s", "HOME", "a value directly after $")]
    [InlineData("echo `echo \\$%s`", "HOME", "a value directly after $")]
    public void Where_a_shell_would_evaluate_a_value_the_command_is_not_run(string command, string comm, string problem)
    {
        Bpft.Result result = RunCommand(System(command, "comm"), comm);
        Assert.Equal("", result.Output.Trim('\n'));
        Assert.Contains(problem, result.Errors, StringComparison.Ordinal);
    }

    [RequiresRootFact]
    public void Numbers_are_computed_with_and_bytes_arrive_as_they_are()
    {
        Assert.Equal("8 6\n", Command("system(\"echo $((%s + 1)) $((%5d + 1))\", comm, 5);", "7"));
        Bpft.Result result = RunCommand("system(\"printf %%s %s | od -An -to1 | xargs\", comm);", [0xff, (byte)'a', 0x80]);
        Assert.Equal("377 141 200\n", result.Output.TrimEnd('\n') + "\n");
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
        Bpft.Result result = RunCommand(action, comm, parameters);
        Assert.Equal("", result.Errors);
        return result.Output.TrimEnd('\n') + "\n";
    }

    private static string System(string command, string values) =>
        $"system(\"{command.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\", {values});";

    private Bpft.Result RunCommand(string action, string comm, params string[] parameters) => RunCommand(action, Encoding.UTF8.GetBytes(comm), parameters);

    private Bpft.Result RunCommand(string action, byte[] comm, params string[] parameters)
    {
        string child = Path.Combine(_directory, "child.sh"), name = Path.Combine(_directory, "name");
        File.WriteAllBytes(name, comm);
        File.WriteAllText(child, $"IFS= read -r name < {name}\nprintf %s \"$name\" > /proc/self/comm\n: < /dev/null\n");
        return Bpft.Run(
        [
            "--unsafe", "-q", "-c", $"/bin/sh {child}", "-e",
            $"tracepoint:syscalls:sys_enter_openat /pid == cpid && str(args.filename) == \"/dev/null\"/ {{ {action} }}",
            .. parameters,
        ]);
    }
}
