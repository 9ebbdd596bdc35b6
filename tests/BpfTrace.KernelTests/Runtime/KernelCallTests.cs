using BpfTrace.KernelTests.Support;
using BpfTrace.Language.Probes;
using BpfTrace.Language.Text;

namespace BpfTrace.KernelTests.Runtime;

/// <summary>Functions of the kernel (kfuncs): which programs may call them, and the one behind <c>comm(pid)</c>.</summary>
[Collection(KernelCollection.Name)]
public class KernelCallTests
{
    /// <summary>A newer kernel lets timers ask for another process's name; where it does not, the script is told so.</summary>
    [RequiresRootFact]
    public void A_name_by_process_id()
    {
        const string Script = "interval:ms:1 { print(comm(2)); print(comm(2147483647)); @[comm(2)] = 1; print(comm(2) == \"kthreadd\"); clear(@); exit(); }";
        if (!LinuxKernelCatalog.Shared.AllowsKernelCall(ProbeType.Interval, "bpf_task_from_pid"))
        {
            using CompiledTrace refused = TraceCompiler.Compile(new SourceText(Script), null);
            Assert.Contains(refused.Diagnostics, static d => d.Message == "Syntax comm(PID) is not supported in this probe type yet. Type: interval");
            return;
        }

        List<TraceRecord> records = Trace.Run(Script, new TraceOptions { Form = EventForm.Text });
        Assert.Equal("kthreadd\nN/A\ntrue\n\n\n", Trace.TextOf(records));
        Assert.Equal("No such process (pid=2147483647)", Assert.Single(records.OfType<WarningRecord>()).Diagnostic.Message);
    }

    [RequiresRootFact]
    public void Allowed_is_what_the_kernel_says()
    {
        string expected = LinuxKernelCatalog.Shared.AllowsKernelCall(ProbeType.Begin, "bpf_task_from_pid") ? "true" : "false";
        Assert.Equal($"{expected}\nfalse\nfalse\n\n\n", Trace.Text(
            "begin { print(kfunc_allowed(\"bpf_task_from_pid\")); print(kfunc_allowed(\"no_such_function\")); print(kfunc_allowed(\"vfs_read\")); }"));
    }
}
