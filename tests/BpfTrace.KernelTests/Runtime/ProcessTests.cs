using System.Globalization;
using BpfTrace.KernelTests.Support;
using BpfTrace.Tests;
using BpfTrace.Tests.Bpf;

namespace BpfTrace.KernelTests.Runtime;

/// <summary>Traces of several processes, and of one that lives in namespaces of its own.</summary>
[Collection(KernelCollection.Name)]
public class ProcessTests
{
    private static Dictionary<long, long> CountsByKey(IEnumerable<TraceRecord> records) => records.OfType<MapRecord>().Single().Entries.ToDictionary(
        static e => Convert.ToInt64(e.Key, CultureInfo.InvariantCulture), static e => Convert.ToInt64(e.Value, CultureInfo.InvariantCulture));

    [RequiresRootTheory]
    [InlineData("tracepoint:syscalls:sys_enter_kill { @[pid] = count(); }")]
    [InlineData("rawtracepoint:sys_enter /arg1 == 62/ { @[pid] = count(); }")]
    [InlineData("uprobe:libc:kill { @[pid] = count(); }")]
    [InlineData("uretprobe:libc:kill { @[pid] = count(); }", "uprobe_multi")]
    [InlineData("uprobe:libc:kill, uprobe:libc:killpg { @[pid] = count(); }")]
    public void Several_processes_are_traced_each_event_once_and_no_other_process(string script, string avoided = "")
    {
        using ChildProcess first = ChildProcess.StartKilling(30), second = ChildProcess.StartKilling(50), other = ChildProcess.StartKilling(70);
        using TraceSession session = Trace.Start(script, new TraceOptions { ProcessIds = [first.Id, second.Id], AvoidedFeatures = [avoided] });
        other.RunToEnd();
        first.RunToEnd();
        Assert.False(session.WaitForEnd(TimeSpan.FromMilliseconds(200)), "the trace ended before the last of its processes");
        second.RunToEnd();
        Assert.Equal(new Dictionary<long, long> { [first.Id] = 30, [second.Id] = 50 }, CountsByKey(session.ReadRecords()));
        Assert.True(Patience.Until(() => session.WaitForEnd(TimeSpan.Zero)));
    }

    [RequiresRootFact]
    public void Sampled_events_are_bound_to_each_process()
    {
        const string Grows = "i=0; while [ $i -lt 500 ]; do x=\"$x 0123456789012345678901234567890123456789\"; i=$((i+1)); done";
        using ChildProcess first = ChildProcess.Start(Grows), second = ChildProcess.Start(Grows), other = ChildProcess.Start(Grows);
        using TraceSession session = Trace.Start("software:page-faults:1 { @[pid] = count(); }", new TraceOptions { ProcessIds = [first.Id, second.Id] });
        other.RunToEnd();
        first.RunToEnd();
        second.RunToEnd();
        Dictionary<long, long> counts = CountsByKey(session.ReadRecords());
        Assert.InRange(counts[first.Id], 1, 10_000);
        Assert.InRange(counts[second.Id], 1, 10_000);
        Assert.DoesNotContain(other.Id, counts.Keys);
    }

    [RequiresRootFact(KernelNeed.Iter)]
    public void An_iterator_visits_each_process()
    {
        using ChildProcess first = ChildProcess.Start(""), second = ChildProcess.Start("");
        using TraceSession session = Trace.Start("iter:task_file /ctx.task != 0/ { @[ctx.task.tgid] = count(); }", new TraceOptions { ProcessIds = [first.Id, second.Id] });
        Assert.Equal([first.Id, second.Id], CountsByKey(session.ReadRecords()).Keys.Order());
    }

    [RequiresRootFact]
    public void One_of_several_that_does_not_exist_is_named()
    {
        using CompiledTrace trace = Trace.Compile("BEGIN { }", new TraceOptions { ProcessIds = [Environment.ProcessId, 1 << 22] });
        Assert.Contains("4194304", Assert.Single(Assert.Throws<TraceStartException>(() => TraceSession.Start(trace)).Diagnostics).Message, StringComparison.Ordinal);
    }

    /// <summary>The program lies where only the process can see it, and is the first of its pid namespace.</summary>
    [RequiresProgramTheory]
    [InlineData("uprobe:/mnt/only:add { printf(\"%d %d %d\\n\", pid == PID, arg0, arg1); }", "1 3 4\n1 30 40\n")]
    [InlineData("uprobe:add { printf(\"%d\\n\", arg0); }", "3\n30\n")]
    [InlineData("usdt:/mnt/only:sale { printf(\"%d %s\\n\", arg0, str(arg7)); }", "0 shoe\n1 shoe\n2 shoe\n")]
    [InlineData("uretprobe:/mnt/only:ad* { printf(\"%d\\n\", retval); }", "7\n70\n")]
    [InlineData("tracepoint:syscalls:sys_enter_write { @ = count(); printf(\"%d\\n\", pid == PID); }", "1\n")]
    public void A_process_in_namespaces_of_its_own_is_traced_through_its_root(string script, string expected)
    {
        string program = NativeProgram.Build("targets.c", "targets", "-O1", "-no-pie");
        using ChildProcess unshared = ChildProcess.StartProgram(
            "unshare", "--mount", "--pid", "--fork", "--mount-proc", "/bin/sh", "-c", $"mount -t tmpfs none /mnt && cp {program} /mnt/only && exec /mnt/only wait");
        int inside = int.Parse(File.ReadAllText($"/proc/{unshared.Id}/task/{unshared.Id}/children"), CultureInfo.InvariantCulture);
        using TraceSession session = Trace.Start(
            script.Replace("PID", inside.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal),
            new TraceOptions { ProcessId = inside, Form = EventForm.Text, EmitMapsAtEnd = false });
        unshared.RunToEnd();
        Assert.Equal(expected, Trace.TextOf(session.ReadRecords()).TrimEnd('\n') + "\n");
    }
}
