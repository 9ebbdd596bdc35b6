using System.Globalization;
using BpfTrace.Bpf;
using BpfTrace.KernelTests.Support;

namespace BpfTrace.KernelTests.Runtime;

/// <summary>Iterators, and functions of other BPF programs.</summary>
[Collection(KernelCollection.Name)]
public class SessionTargetTests
{
    [RequiresRootFact(KernelNeed.Iter)]
    public void An_iterator_visits_every_task_once_and_the_trace_ends()
    {
        using ChildProcess child = ChildProcess.StartKilling(1);
        List<TraceRecord> records = Trace.Run("iter:task { if (ctx.task->tgid == $1) { @[ctx.task->comm] = count(); } @all = count(); }", new TraceOptions
        {
            Arguments = [child.Id.ToString(CultureInfo.InvariantCulture)],
        });
        MapEntry[] entries = [.. records.OfType<MapRecord>().SelectMany(static r => r.Entries)];
        Assert.Equal(1L, Convert.ToInt64(Assert.Single(entries, static e => e.Map == "@").Value, CultureInfo.InvariantCulture));
        Assert.InRange(Convert.ToInt64(Assert.Single(entries, static e => e.Map == "@all").Value, CultureInfo.InvariantCulture), 3, 100_000);
        child.RunToEnd();
    }

    [RequiresRootFact(KernelNeed.Iter)]
    public void Exit_does_not_cut_an_iterator_short()
    {
        string text = Trace.Text("iter:task { printf(\"%d.\\n\", ctx.task->pid); exit(); }");
        Assert.Contains($"{Environment.ProcessId}.\n", text, StringComparison.Ordinal);
        Assert.Contains("1.\n", text, StringComparison.Ordinal);
    }

    [RequiresRootFact(KernelNeed.Fentry)]
    public void A_function_of_another_BPF_program_is_probed()
    {
        using ChildProcess child = ChildProcess.StartKilling(200);
        string pid = child.Id.ToString(CultureInfo.InvariantCulture);
        using TraceSession probed = Trace.Start("tracepoint:syscalls:sys_enter_kill /pid == $1/ { @inner = count(); }", new TraceOptions { Arguments = [pid] });
        LoadedProgramFunction[] functions = [.. LoadedPrograms.Functions().Where(static f => f.Name.Contains("sys_enter_kill", StringComparison.Ordinal))];
        LoadedProgramFunction target = functions[^1];
        string name = $"fentry:bpf:{target.ProgramId}:{target.Name}";
        Assert.Contains(ProbeCatalog.Find($"fentry:bpf:{target.ProgramId}:*"), p => p.FullName == name);

        using TraceSession session = Trace.Start($"{name} /pid == {pid}/ {{ @[probe] = count(); }}");
        child.RunToEnd();
        session.RequestStop();
        MapEntry entry = Assert.Single(session.ReadRecords().OfType<MapRecord>().Single().Entries);
        Assert.Equal((name, 200L), ((string)entry.Key!, Convert.ToInt64(entry.Value, CultureInfo.InvariantCulture)));
    }
}
