using System.Diagnostics;
using BpfTrace.KernelTests.Support;

namespace BpfTrace.KernelTests.Runtime;

/// <summary>Maps that are read and emptied while programs write into them.</summary>
[Collection(KernelCollection.Name)]
public class TakeMapTests
{
    private static readonly TraceOptions s_swappable = new() { SwappableMaps = true, EmitMapsAtEnd = false };

    // dd makes a known number of reads of one byte, by itself as fast as it can: several of them, on all CPUs.
    private const string Load = "for i in 1 2 3; do dd if=/dev/zero of=/dev/null bs=1 count=300000 2>/dev/null & done; wait\n";
    private const long Reads = 900_000;

    // The children of the command, by their comm: other dd's on this machine read other sizes from other places.
    private const string Probe = "tracepoint:syscalls:sys_enter_read /comm == \"dd\" && args.count == 1/";

    [RequiresRootFact]
    public void Nothing_is_lost_and_nothing_counted_twice_under_load()
    {
        string script = Path.GetTempFileName();
        File.WriteAllText(script, Load);
        using TraceSession session = Trace.Start(
            Probe + " { @n = count(); @by[tid] = count(); @sum[cpu] = sum(1); @h = hist(args.count); }", s_swappable with { Command = "sh " + script });
        long n = 0, by = 0, sum = 0, hist = 0;
        int takes = 0, partial = 0;
        while (!session.WaitForEnd(TimeSpan.FromMilliseconds(1)))
        {
            long now = Total(session.TakeMap("n"));
            n += now;
            by += Total(session.TakeMap("by"));
            sum += Total(session.TakeMap("sum"));
            hist += Total(session.TakeMap("h"));
            takes++;
            if (now > 0)
                partial++;
        }

        n += Total(session.TakeMap("n"));
        by += Total(session.TakeMap("by"));
        sum += Total(session.TakeMap("sum"));
        hist += Total(session.TakeMap("h"));
        File.Delete(script);
        Assert.True(partial >= 3, $"the maps were taken under load only {partial} times of {takes}");
        Assert.Equal(0, session.Counters.Missed);
        Assert.Equal((Reads, Reads, Reads, Reads), (n, by, sum, hist));
        Assert.Empty(session.TakeMap("n"));
    }

    [RequiresRootFact]
    public void Every_kind_of_map_works_through_its_slot()
    {
        const string Script = """
            BEGIN {
              @int = 5; @int++; @key[1, "a"] = 7; @text["k"] = "value"; @tuple = (1, 2);
              @c = count(); @s = sum(40); @s = sum(2); @avg = avg(10); @min = min(3); @max = max(9); @st = stats(8);
              @h = hist(100); @l = lhist(5, 0, 10, 1); @k[3] = count();
              delete(@key, (1, "b")); @gone[1] = 1; delete(@gone, 1);
              for ($kv : @key) { @seen[$kv.0.0] = $kv.1; }
              @length = len(@key);
              if (has_key(@text, "k")) { @has = 1; }
              if (@c > 0) { @read = (int64)@s; }
              exit();
            }
            """;
        string plain = Trace.Text(Script);
        Assert.Equal(plain, Trace.Text(Script, new TraceOptions { SwappableMaps = true }));
        Assert.Contains("@read: 42", plain, StringComparison.Ordinal);
        Assert.Contains("@seen[1]: 7", plain, StringComparison.Ordinal);
    }

    [RequiresRootFact]
    public void A_cleared_map_begins_anew_for_the_script_too()
    {
        using TraceSession session = Trace.Start("BEGIN { @a = 1; @k[1] = 1; } interval:ms:10 { @n++; @k[@n] = @a; }", s_swappable);
        SpinWait.SpinUntil(() => session.ReadMap("k").Length > 3, TimeSpan.FromSeconds(60));
        session.ClearMap("a");
        session.ClearMap("k");
        SpinWait.SpinUntil(() => session.ReadMap("k").Length > 1, TimeSpan.FromSeconds(60));
        Assert.All(session.ReadMap("k"), e => Assert.Equal(0L, Convert.ToInt64(e.Value, null)));
        session.RequestStop();
        Assert.True(session.WaitForEnd(TimeSpan.FromSeconds(60)));
        Assert.NotEmpty(session.TakeMap("k"));
        Assert.Empty(session.ReadMap("k"));
    }

    [RequiresRootFact]
    public void A_trace_that_was_not_started_for_it_says_so()
    {
        using TraceSession session = Trace.Start("interval:ms:100 { @n = count(); }");
        Assert.Throws<InvalidOperationException>(() => session.TakeMap("n"));
        Assert.Throws<KeyNotFoundException>(() => session.TakeMap("nosuch"));
    }

    [RequiresRootFact]
    public void A_large_map_is_read_in_batches_while_memory_stays_flat()
    {
        const int Entries = 300_000;
        using TraceSession session = Trace.Start(
            "BEGIN { for ($i : 0..300000) { @m[$i] = $i; } } interval:s:100 { @m[0] = 0; }",
            s_swappable with { Config = new Dictionary<string, string> { ["max_map_keys"] = "300000" } });
        long sum = 0;
        int count = 0;
        int largest = 0;
        long before = GC.GetTotalMemory(forceFullCollection: true);
        long peak = 0;
        var watch = Stopwatch.StartNew();
        foreach (var batch in session.ReadMapInBatches("m"))
        {
            largest = Math.Max(largest, batch.Length);
            foreach (MapEntry entry in batch)
            {
                count++;
                sum += Convert.ToInt64(entry.Value, null);
            }

            if (count % 5 == 0)
                peak = Math.Max(peak, GC.GetTotalMemory(forceFullCollection: true) - before);
        }

        Assert.Equal(Entries, count);
        Assert.Equal((long)Entries * (Entries - 1) / 2, sum);
        Assert.InRange(largest, 1, 40_000);
        Assert.InRange(peak, 0, 32 << 20);
        Assert.Equal(Entries, session.ReadMapInBatches("m", take: true).Sum(b => b.Length));
        Assert.Empty(session.ReadMap("m"));
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(120));
    }

    private static long Total(IEnumerable<MapEntry> entries) => entries.Sum(e => e.Value is Histogram h ? h.Total : Convert.ToInt64(e.Value, null));
}
