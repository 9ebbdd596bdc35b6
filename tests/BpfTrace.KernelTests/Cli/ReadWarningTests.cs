using BpfTrace.KernelTests.Support;

namespace BpfTrace.KernelTests.Cli;

/// <summary><c>-k</c> tells of every read that failed, wherever its value goes.</summary>
[Collection(KernelCollection.Name)]
[KernelIndependent]
public sealed class ReadWarningTests
{
    private const string Types = "struct A { char c[32]; int x; }; begin { $a = (struct A *)16; ";

    [RequiresRootTheory]
    [InlineData("print($a->c);", "probe_read_str")]
    [InlineData("print(((struct task_struct *)16)->comm);", "probe_read_str")]
    [InlineData("printf(\"%s|\\n\", $a->c);", "probe_read_str")]
    [InlineData("$c = $a->c; print($c);", "probe_read_str")]
    [InlineData("@[$a->c] = 1;", "probe_read_str")]
    [InlineData("print($a->x);", "probe_read")]
    [InlineData("$x = 16; join(&$x);", "probe_read_kernel_str")]
    public void A_read_that_fails_is_told_once_and_only_on_demand(string statements, string helper)
    {
        Bpft.Result result = Bpft.Run("-k", "-e", Types + statements + " }");
        Assert.Equal(0, result.ExitCode);
        Assert.Equal(2, result.Errors.Split($"Additional Info - helper: {helper}, retcode: -").Length);
        Assert.DoesNotContain("Additional Info", Bpft.Run("-e", Types + statements + " }").Errors, StringComparison.Ordinal);
    }
}
