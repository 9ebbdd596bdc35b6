using BpfTrace.Bpf;
using BpfTrace.KernelTests.Support;

namespace BpfTrace.KernelTests.Runtime;

/// <summary>Attaching many probes: it is told of, and can be given up.</summary>
[Collection(KernelCollection.Name)]
public class AttachProgressTests
{
    private const string Script = "tracepoint:sched:sched_wak* /pid == 1 && pid == 2/ { @ = count(); }";

    private sealed class Recorder(Action<AttachProgress> seen) : IProgress<AttachProgress>
    {
        public void Report(AttachProgress value) => seen(value);
    }

    [RequiresRootFact]
    public void Each_probe_is_told_of_in_order()
    {
        var seen = new List<AttachProgress>();
        using TraceSession session = Trace.Start(Script, new TraceOptions { Progress = new Recorder(seen.Add) });
        AttachProgress[] attaching = [.. seen.Where(static p => p.Stage == AttachStage.Attaching)];
        Assert.Equal(session.Probes.Length, attaching.Length);
        Assert.InRange(attaching.Length, 2, 10);
        Assert.Equal(Enumerable.Range(0, attaching.Length), attaching.Select(static p => p.Done));
        Assert.All(attaching, p => Assert.Equal(attaching.Length, p.Total));
        Assert.Equal(AttachStage.Loading, seen[0].Stage);
    }

    /// <summary>Of more than a thousand probes, attached one by one, the first hundred.</summary>
    [RequiresRootTheory]
    [InlineData("tracepoint:syscalls:sys_e* /pid == 1 && pid == 2/ { @ = count(); }", 600)]
    [InlineData("kprobe:*_*_*_read*, kprobe:*_*_*_get*, kprobe:*_*_*_set*, kprobe:*_*_*_init* /pid == 1 && pid == 2/ { @ = count(); }", 1000)]
    public void Giving_up_among_very_many_probes_leaves_nothing_behind(string script, int least)
    {
        if (script.StartsWith("kprobe", StringComparison.Ordinal) && !KernelFeatures.HasKprobe)
            script = script.Replace("kprobe:*_*_*_", "tracepoint:*:*", StringComparison.Ordinal);
        using (Trace.Start("tracepoint:syscalls:sys_enter_kill { }"))
        {
            // What a first trace opens for good is open now.
        }

        var options = new TraceOptions { AvoidedFeatures = ["kprobe_multi"], Config = new Dictionary<string, string> { ["max_probes"] = "100000" } };
        using CompiledTrace trace = Trace.Compile(script, options);
        int before = OpenDescriptors.CountAtFirst();
        using var cancellation = new CancellationTokenSource();
        int total = 0;
        var progress = new Recorder(p =>
        {
            total = p.Total;
            if (p.Stage == AttachStage.Attaching && p.Done == 100)
                cancellation.Cancel();
        });
        Assert.Throws<OperationCanceledException>(() => TraceSession.Start(trace, trace.Options with { Progress = progress }, cancellation.Token));
        Assert.True(total >= Math.Min(least, trace.Probes.Length) && total >= 100, $"{total} probes");
        Assert.Equal(before, OpenDescriptors.Count());
    }

    [RequiresRootFact]
    public void Giving_up_leaves_nothing_behind()
    {
        using (Trace.Start(Script))
        {
            // What a first trace opens for good is open now.
        }

        using CompiledTrace trace = Trace.Compile(Script);
        int before = OpenDescriptors.CountAtFirst();
        using var cancellation = new CancellationTokenSource();
        int attached = 0;
        var progress = new Recorder(p =>
        {
            if (p.Stage == AttachStage.Attaching && ++attached == 2)
                cancellation.Cancel();
        });
        Assert.Throws<OperationCanceledException>(() => TraceSession.Start(trace, trace.Options with { Progress = progress }, cancellation.Token));
        Assert.Equal(2, attached);
        Assert.Equal(before, OpenDescriptors.Count());
    }
}
