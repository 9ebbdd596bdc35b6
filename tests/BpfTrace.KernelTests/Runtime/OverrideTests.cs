using System.Globalization;
using BpfTrace.KernelTests.Support;

namespace BpfTrace.KernelTests.Runtime;

/// <summary><c>override()</c>, on a system call of a child: kill(2) of itself, which succeeds otherwise.</summary>
[Collection(KernelCollection.Name)]
public class OverrideTests
{
    [RequiresRootTheory(KernelNeed.Override)]
    [InlineData("override(-1)", 7)] // EPERM
    [InlineData("if (arg0 == 0) { override(-1); }", 3)]
    public void What_is_overridden_is_not_run_and_returns_what_the_script_says(string statement, int status)
    {
        using ChildProcess child = ChildProcess.Start("kill -0 $$ && exit 3; exit 7");
        string script = string.Create(CultureInfo.InvariantCulture, $"kprobe:__x64_sys_kill /pid == {child.Id}/ {{ {statement}; @ = count(); }}");
        using TraceSession session = Trace.Start(script, new TraceOptions { ProcessId = child.Id, AllowUnsafe = true });
        child.RunToEnd();
        Assert.Equal(status, child.ExitCode);
        Assert.Equal(1, Convert.ToInt64(session.ReadRecords().OfType<MapRecord>().Single().Entries.Single().Value, CultureInfo.InvariantCulture));
    }
}
