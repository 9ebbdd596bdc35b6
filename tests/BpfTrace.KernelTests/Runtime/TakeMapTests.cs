using System.Diagnostics;
using System.Globalization;
using BpfTrace.KernelTests.Support;
using BpfTrace.Tests;

namespace BpfTrace.KernelTests.Runtime;

/// <summary>Maps that are read and emptied while programs write into them.</summary>
[Collection(KernelCollection.Name)]
public class TakeMapTests
{
    private static readonly TraceOptions s_swappable = new() { SwappableMaps = true, EmitMapsAtEnd = false };

    private const long ReadsOfOne = 20_000;

    // Children of the command, by their comm and the size they read, which is this run's own: others on this machine run these tests, too.
    private static readonly int s_size = 1000 + (Environment.ProcessId % 3000);
    private static readonly string s_probe = $"tracepoint:syscalls:sys_enter_read /comm == \"dd\" && args.count == {s_size}/";

    // dd makes a known number of reads by itself as fast as it can: several at a time, on all CPUs, again and again until the file is there, which is told how often.
    private static string Load(string stop) =>
        $"for i in 1 2 3; do (n=0; while test ! -e {stop}; do dd if=/dev/zero of=/dev/null bs={s_size} count={ReadsOfOne} 2>/dev/null; n=$((n+1)); done; echo $n >> {stop}) & done; wait\n";

    [RequiresRootFact]
    public void Nothing_is_lost_and_nothing_counted_twice_under_load()
    {
        string folder = Directory.CreateTempSubdirectory("bpftrace-take-").FullName;
        string script = Path.Combine(folder, "load.sh"), stop = Path.Combine(folder, "stop");
        File.WriteAllText(script, Load(stop));
        using TraceSession session = Trace.Start(
            s_probe + " { @n = count(); @by[tid] = count(); @sum[cpu] = sum(1); @h = hist(args.count); }", s_swappable with { Command = "sh " + script });
        long n = 0, by = 0, sum = 0, hist = 0;
        int takes = 0, partial = 0;
        bool isStopped = false;
        var watch = Stopwatch.StartNew();
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
            if (!isStopped && (isStopped = partial >= 5 || watch.Elapsed > TimeSpan.FromHours(1)))
                File.WriteAllText(stop, "");
        }

        n += Total(session.TakeMap("n"));
        by += Total(session.TakeMap("by"));
        sum += Total(session.TakeMap("sum"));
        hist += Total(session.TakeMap("h"));
        string[] times = File.ReadAllLines(stop);
        Directory.Delete(folder, recursive: true);
        Assert.True(partial >= 5, $"the maps were taken under load only {partial} times of {takes}");
        Assert.Equal(0, session.Counters.Missed);
        long reads = times.Sum(static line => long.Parse(line, CultureInfo.InvariantCulture)) * ReadsOfOne;
        Assert.Equal((reads, reads, reads, reads), (n, by, sum, hist));
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
        Patience.Until(() => session.ReadMap("k").Length > 3);
        session.ClearMap("a");
        session.ClearMap("k");
        Patience.Until(() => session.ReadMap("k").Length > 1);
        Assert.All(session.ReadMap("k"), e => Assert.Equal(0L, Convert.ToInt64(e.Value, null)));
        session.RequestStop();
        Assert.True(Patience.Until(() => session.WaitForEnd(TimeSpan.Zero)));
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
    }

    private static long Total(IEnumerable<MapEntry> entries) => entries.Sum(e => e.Value is Histogram h ? h.Total : Convert.ToInt64(e.Value, null));
}
