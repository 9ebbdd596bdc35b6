using BpfTrace.Bpf;
using BpfTrace.KernelTests.Support;

namespace BpfTrace.KernelTests.Runtime;

/// <summary>What a script would cost, and what it costs when it is started.</summary>
[Collection(KernelCollection.Name)]
public class AttachPlanTests
{
    private const string Never = " /pid == 1 && pid == 2/ { @ = count(); }";

    private static int CountLinks()
    {
        BpfLink.WaitUntilReleased();
        return Directory.EnumerateFileSystemEntries("/proc/self/fd").Count(static entry => new FileInfo(entry).LinkTarget?.Contains("bpf_link", StringComparison.Ordinal) == true);
    }

    private static void StartsWithItsLinks(string script, TraceOptions options, string mechanism)
    {
        using CompiledTrace trace = Trace.Compile(script, options);
        ScriptAttachment[] plan = AttachPlan.Create(trace);
        Assert.All(plan, a => Assert.Equal(mechanism, a.Mechanism));
        Assert.Equal(trace.Probes.Select(static p => p.FullName), plan.SelectMany(static a => a.Probes));
        int before = CountLinks();
        using TraceSession session = TraceSession.Start(trace);
        Assert.Equal(AttachPlan.CostOf(trace, plan).Links, CountLinks() - before);
    }

    [RequiresRootTheory]
    [InlineData("tracepoint:sched:sched_process_e*" + Never, "tracepoint")]
    [InlineData("rawtracepoint:sched_process_exec" + Never, "raw_tracepoint")]
    [InlineData("profile:hz:1" + Never, "perf_event")]
    [InlineData("interval:s:100" + Never, "perf_event")]
    [InlineData("software:page-faults:1000000" + Never, "perf_event")]
    public void A_trace_makes_the_links_that_were_told(string script, string mechanism) => StartsWithItsLinks(script, new TraceOptions(), mechanism);

    [RequiresRootFact(KernelNeed.KprobeMulti)]
    public void Many_functions_are_one_link() => StartsWithItsLinks("kprobe:vfs_*" + Never, new TraceOptions(), "kprobe_multi");

    [RequiresRootFact(KernelNeed.UprobeMulti)]
    public void Many_user_functions_are_a_link_for_each_file_and_process() =>
        StartsWithItsLinks("uprobe:libc:getpw*" + Never, new TraceOptions { ProcessIds = [Environment.ProcessId] }, "uprobe_multi");

    /// <summary>A clock of a process is one for each of its threads and each CPU, a watchpoint one for each thread.</summary>
    [RequiresRootTheory]
    [InlineData("profile:hz:1" + Never)]
    [InlineData("software:page-faults:1000000" + Never)]
    public void What_is_sampled_in_a_process_is_a_link_for_each_thread_and_processor(string script)
    {
        using ChildProcess child = ChildProcess.StartKilling(0);
        StartsWithItsLinks(script, new TraceOptions { ProcessIds = [child.Id] }, "perf_event");
    }

    [RequiresRootFact]
    public void A_ways_absence_is_told()
    {
        using CompiledTrace trace = Trace.Compile("uprobe:libc:getpw*" + Never, new TraceOptions { AvoidedFeatures = ["uprobe_multi"] });
        ScriptAttachment way = Assert.Single(AttachPlan.Create(trace));
        Assert.Equal("perf_event", way.Mechanism);
        Assert.Equal(way.Probes.Length, way.Links);
        Assert.True(way.Links > 3);
    }

    [RequiresRootFact]
    public void Rates_are_those_of_timers_and_of_traces_that_measured()
    {
        const string Script = "software:cpu-clock:1000000 /pid == 1 && pid == 2/ { @ = count(); } profile:hz:50 /pid == 1 && pid == 2/ { } interval:ms:200 { exit(); }";
        using CompiledTrace trace = Trace.Compile(Script, new TraceOptions { MeasureProbes = true });
        ScriptAttachment[] before = AttachPlan.Create(trace);
        Assert.Null(before[0].EventRate);
        Assert.Equal((50.0 * Cpus.GetOnline().Length, "timer"), (before[1].EventRate, before[1].EventRateSource));
        Assert.Equal((5.0, "timer"), (before[2].EventRate, before[2].EventRateSource));
        int id;
        using (TraceSession session = TraceSession.Start(trace))
        {
            id = session.Id;
            Assert.NotEmpty(session.ReadRecords().ToList());
        }

        ScriptAttachment measured = AttachPlan.Create(trace)[0];
        Assert.Equal($"trace {id}", measured.EventRateSource);
        Assert.True(measured.EventRate > 0);
    }
}
