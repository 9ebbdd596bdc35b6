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

    [RequiresRootFact]
    public void Giving_up_leaves_nothing_behind()
    {
        using (Trace.Start(Script))
        {
            // What a first trace opens for good is open now.
        }

        using CompiledTrace trace = Trace.Compile(Script);
        int before = OpenDescriptors.Count();
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
