using System.Globalization;
using BpfTrace.KernelTests.Support;

namespace BpfTrace.KernelTests.Runtime;

/// <summary><c>probe</c> where many probes share a program.</summary>
[Collection(KernelCollection.Name)]
public class ProbeNameTests
{
    [RequiresRootFact]
    public void Many_probes_share_a_program_and_each_hit_has_the_right_name()
    {
        List<TraceRecord> records = Trace.Run(
            "uprobe:libc:*alloc* { @[probe] = count(); @all = count(); if (probe == \"x\") { @never = count(); } } uprobe:libc:malloc { @direct = count(); }",
            new TraceOptions { Command = "/bin/ls /" });
        MapEntry[] entries = [.. records.OfType<MapRecord>().SelectMany(static r => r.Entries)];
        Dictionary<string, long> named = entries.Where(static e => e.Map == "@").ToDictionary(static e => (string)e.Key!, Count, StringComparer.Ordinal);

        Assert.True(named.Count > 1);
        Assert.Equal(Count(Assert.Single(entries, static e => e.Map == "@all")), named.Values.Sum());
        string malloc = Assert.Single(named.Keys, static n => n.EndsWith(":malloc", StringComparison.Ordinal));
        Assert.Equal(Count(Assert.Single(entries, static e => e.Map == "@direct")), named[malloc]);
        Assert.DoesNotContain(entries, static e => e.Map == "@never");
    }

    [RequiresRootFact]
    public void Probes_attached_one_by_one_have_the_right_names_too()
    {
        List<TraceRecord> records = Trace.Run(
            "uprobe:libc:*alloc { @[probe] = count(); } uprobe:libc:malloc { @direct = count(); }",
            new TraceOptions { Command = "/bin/ls /", AvoidedFeatures = ["uprobe_multi"] });
        MapEntry[] entries = [.. records.OfType<MapRecord>().SelectMany(static r => r.Entries)];
        MapEntry malloc = Assert.Single(entries, static e => e.Map == "@" && ((string)e.Key!).EndsWith(":malloc", StringComparison.Ordinal));
        Assert.Equal(Count(Assert.Single(entries, static e => e.Map == "@direct")), Count(malloc));
    }

    private static long Count(MapEntry entry) => Convert.ToInt64(entry.Value, CultureInfo.InvariantCulture);
}
