using BpfTrace.Bpf;
using BpfTrace.Language.Probes;

namespace BpfTrace.Tests.Runtime.Session;

/// <summary>Attaching to several processes, and the files it takes.</summary>
public class AttachingTests
{
    private const int ESRCH = 3;
    private const int EMFILE = 24;

    [Fact]
    public void A_process_that_has_ended_meanwhile_is_left_out()
    {
        var made = new List<int>();
        TargetAttacher.TryEach([1, 2, 3], id => Attach(id, made, failing: 2, ESRCH), "none");
        Assert.Equal([1, 3], made);
        Assert.Equal(ESRCH, Assert.Throws<BpfException>(() => TargetAttacher.TryEach([2], id => Attach(id, made, failing: 2, ESRCH), "none")).Errno);
        Assert.Equal("none", Assert.Throws<BpfException>(() => TargetAttacher.TryEach([], _ => { }, "none")).Message);
    }

    [Fact]
    public void Any_other_refusal_is_not_hidden_by_those_that_work()
    {
        var made = new List<int>();
        Assert.Equal(EMFILE, Assert.Throws<BpfException>(() => TargetAttacher.TryEach([1, 2, 3], id => Attach(id, made, failing: 2, EMFILE), "none")).Errno);
        Assert.Equal([1], made);
    }

    [Theory]
    [InlineData(ProbeType.Profile, 0, 0, 1 + (2 * 8))]
    [InlineData(ProbeType.Hardware, 2, 30, 1 + (2 * 30 * 8))]
    [InlineData(ProbeType.Watchpoint, 2, 30, 1 + (2 * 30))]
    [InlineData(ProbeType.Uprobe, 0, 0, 3)]
    [InlineData(ProbeType.Usdt, 5, 30, 1 + (2 * 5))]
    [InlineData(ProbeType.Kprobe, 5, 30, 3)]
    public void Files_of_a_target(ProbeType type, int processes, int threads, long files) =>
        Assert.Equal(files, FileLimit.PerTarget(type, processors: 8, processes, threads));

    private static void Attach(int id, List<int> made, int failing, int errno)
    {
        if (id == failing)
            throw new BpfException("refused", errno);
        made.Add(id);
    }
}
