using System.Text;
using BpfTrace.KernelTests.Support;

namespace BpfTrace.KernelTests.Runtime;

/// <summary>What the programs write and what decoding reads are the same values, and print as bpftrace prints them.</summary>
[Collection(KernelCollection.Name)]
public class OutputValueTests
{
    private static readonly long[] s_values =
        [-1, long.MinValue, 0, 1, 2, 3, 7, 8, 31, 32, 63, 64, 100, 1000, 1023, 1024, 4097, 1L << 31, (1L << 40) + 5, 1L << 62, long.MaxValue];

    [RequiresRootTheory]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(5)]
    public void Programs_and_reader_agree_on_the_buckets_of_hist(int bits)
    {
        var script = new StringBuilder("BEGIN {");
        for (int i = 0; i < s_values.Length; i++)
            script.Append($" $v = (int64){Literal(s_values[i])}; @h[{i}] = hist($v, {bits});");
        foreach (MapEntry entry in Entries(script.Append(" exit(); }").ToString(), "@h"))
        {
            HistogramBucket bucket = Assert.Single(Assert.IsType<Histogram>(entry.Value).Buckets);
            AssertIn(s_values[Convert.ToInt32(entry.Key, null)], bucket);
        }
    }

    [RequiresRootFact]
    public void Programs_and_reader_agree_on_the_buckets_of_lhist()
    {
        long[] values = [-11, 0, 9, 10, 14, 15, 39, 40, 41, 1000];
        var script = new StringBuilder("BEGIN {");
        for (int i = 0; i < values.Length; i++)
            script.Append($" $v = (int64){Literal(values[i])}; @h[{i}] = lhist($v, 10, 40, 5);");
        MapEntry[] entries = Entries(script.Append(" exit(); }").ToString(), "@h");
        Assert.Equal(values.Length, entries.Length);
        foreach (MapEntry entry in entries)
        {
            HistogramBucket bucket = Assert.Single(Assert.IsType<Histogram>(entry.Value).Buckets);
            AssertIn(values[Convert.ToInt32(entry.Key, null)], bucket);
        }
    }

    [RequiresRootFact]
    public void Values_print_as_bpftrace_prints_them()
    {
        Assert.Equal(
            "ef cdef 78abcdef 12345678abcdef\n   ba 0002\n(-100, abcdef, (2, 3))\n{ .a = 1, .b = (2, hi) }\ntrue\n\\x48\\x65 48 65\n127.0.0.1 ::1\n\n\n",
            Trace.Text(
                """
                BEGIN {
                  $x = 0x12345678abcdef; printf("%hhx %hx %x %jx\n", $x, $x, $x, $x);
                  printf("%5s %04x\n", "ba", 2);
                  print(((int8)-100, "abcdef", (2, 3)));
                  print((a=1, b=(2, "hi")));
                  print(1 == 1);
                  printf("%rx %rh\n", buf("He", 2), buf("He", 2));
                  printf("%s %s\n", ntop(0x0100007f), ntop(pton("::1")));
                  exit();
                }
                """));
    }

    [RequiresRootFact]
    public void Aggregates_print_in_order()
    {
        Assert.Equal(
            """


            @a: -3
            @c[b]: 1
            @c[a]: 2
            @h:
            (..., 0)               1 |@@@@@@@@@@@@@@@@@@@@@@@@@@                          |
            [0]                    0 |                                                    |
            [1]                    0 |                                                    |
            [2, 4)                 2 |@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@|

            @m: -1
            @s: { .count = 3, .average = -3, .total = -10 }
            @t[1, x]: one
            @t[2, y]: two

            """.ReplaceLineEndings("\n"),
            Trace.Text(
                """
                BEGIN {
                  @s = stats(-10); @s = stats(-5); @s = stats(5);
                  @a = avg(-10); @a = avg(-5); @a = avg(5);
                  @m = max(-7); @m = max(-1);
                  @c["a"] = count(); @c["b"] = count(); @c["a"] = count();
                  @h = hist(-1); @h = hist(2); @h = hist(3);
                  @t[2, "y"] = "two"; @t[1, "x"] = "one";
                  exit();
                }
                """));
    }

    [RequiresRootFact]
    public void Top_and_div_and_empty_scalars()
    {
        Assert.Equal(
            "@m[3]: 15\n@m[2]: 20\n@z: 0\n\n\n",
            Trace.Text("BEGIN { @m[1] = 10; @m[2] = 40; @m[3] = 30; print(@m, 2, 2); print(@z); clear(@m); exit(); } END { if (pid == 0) { @z = 1; } }"));
    }

    [RequiresRootFact]
    public void Events_have_typed_properties()
    {
        TraceEvent[] events = [.. Trace.Run(
            "BEGIN { printf(\"%s %d %s\\n\", comm, pid, \"/etc/passwd\"); print((p=(uint16)7, name=comm)); exit(); }").OfType<EventRecord>().Select(r => r.Event)];
        Assert.Equal(2, events.Length);
        Assert.Equal(Environment.ProcessId, Convert.ToInt32(Get(events[0], "pid"), null));
        string comm = Assert.IsType<string>(Get(events[0], "comm"));
        Assert.Equal($"{comm} {Environment.ProcessId} /etc/passwd\n", events[0].Text);
        Assert.Equal((ushort)7, Get(events[1], "p"));
        Assert.Equal(comm, Get(events[1], "name"));
        Assert.InRange(DateTime.Now - events[0].Timestamp, TimeSpan.Zero, TimeSpan.FromHours(1));
        Assert.NotEqual(events[0].GetType(), events[1].GetType());
    }

    [RequiresRootFact]
    public void A_string_that_does_not_fit_ends_with_the_trailer()
    {
        string[] lines = Trace.Text(
            "config = { max_strlen = 2 } BEGIN { $t = (uint64)curtask + offsetof(struct task_struct, comm); printf(\"%s\\n%s\\n\", comm, str(kptr($t))); exit(); }").Split('\n');
        Assert.True(lines[0].Length > 2, lines[0]);
        Assert.Equal(lines[0][..2] + "..", lines[1]);
    }

    /// <summary>An array of characters in a structure of the script need not end in a NUL: what fills it has not been cut.</summary>
    [RequiresRootFact]
    public void An_array_of_characters_may_be_full()
    {
        const string Script = "struct C { char a[2]; char b[1]; } begin { $p = (struct C *)((uint64)curtask + offsetof(struct task_struct, comm)); print(comm); print($p->a); print(*$p); @ = *$p; }";
        TraceRecord[] records = [.. Trace.Run(Script)];
        string[] texts = [.. records.OfType<EventRecord>().Select(static r => r.Event.Text.TrimEnd('\n'))];
        (string a, string b) = (texts[0][..2], texts[0][2..3]);
        string expected = $"{{ .a = {a}, .b = {b} }}";
        Assert.Equal([a, expected], texts[1..]);
        object value = Assert.Single(records.OfType<MapRecord>().SelectMany(static r => r.Entries)).Value!;
        Assert.Equal((a, b), (Get(value, "a"), Get(value, "b")));
        Assert.Equal($"@: {expected}", Trace.Text(Script).TrimEnd('\n').Split('\n')[^1]);
        Assert.Contains($"{{\"a\": \"{a}\", \"b\": \"{b}\"}}", Trace.TextOf(Trace.Run(Script, new TraceOptions { Form = EventForm.Json })), StringComparison.Ordinal);
    }

    private static MapEntry[] Entries(string script, string map) =>
        [.. Trace.Run(script).OfType<MapRecord>().SelectMany(r => r.Entries).Where(e => e.Map == map)];

    private static object? Get(object made, string property) => made.GetType().GetProperty(property)?.GetValue(made);

    private static string Literal(long value) => value == long.MinValue ? "(-9223372036854775807 - 1)" : value.ToString(System.Globalization.CultureInfo.InvariantCulture);

    private static void AssertIn(long value, HistogramBucket bucket) =>
        Assert.True((bucket.Lower ?? long.MinValue) <= value && (bucket.Upper is null || value < bucket.Upper), $"{value} is not in {bucket.Label}");
}
