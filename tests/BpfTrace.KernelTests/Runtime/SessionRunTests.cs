using System.Diagnostics;
using BpfTrace.KernelTests.Support;
using BpfTrace.Language.Diagnostics;
using BpfTrace.Tests;

namespace BpfTrace.KernelTests.Runtime;

[Collection(KernelCollection.Name)]
public class SessionRunTests
{
    [RequiresRootFact]
    public void Begin_and_end_run_in_order_and_the_trace_ends_by_itself()
    {
        Assert.Equal("a 1\nb\n\n\n", Trace.Text("BEGIN { @x = 1; printf(\"a %d\\n\", @x); clear(@x); } END { printf(\"b\\n\"); }"));
    }

    [RequiresRootFact]
    public void The_code_of_exit_is_the_session_s_and_maps_are_printed()
    {
        using TraceSession session = Trace.Start("BEGIN { @a = 5; @b[\"k\"] = 7; exit(3); printf(\"not reached\\n\"); }", new TraceOptions { Form = EventForm.Text });
        List<TraceRecord> records = [.. session.ReadRecords()];
        Assert.Equal("\n\n@a: 5\n@b[k]: 7\n", Trace.TextOf(records));
        Assert.Equal(3, ((EndRecord)records[^1]).ExitCode);
        Assert.Equal(1, records.OfType<AttachedRecord>().Single().ProbeCount);
    }

    [RequiresRootFact]
    public void Maps_stay_readable_after_the_end()
    {
        using TraceSession session = Trace.Start("BEGIN { @a[1] = 10; @a[2] = 20; @n = count(); exit(); }", new TraceOptions { EmitMapsAtEnd = false });
        Assert.Empty(session.ReadRecords().OfType<MapRecord>());
        Assert.True(Patience.Until(() => session.WaitForEnd(TimeSpan.Zero)));
        Assert.Equal(["@a", "@n"], session.MapNames.AsEnumerable());
        Assert.Equal([10L, 20L], session.ReadMap("@a").Select(e => Convert.ToInt64(e.Value, null)));
        Assert.Equal(1L, Convert.ToInt64(session.ReadMap("@n")[0].Value, null));
        Assert.Same(session, SessionRegistry.LastFinished);
    }

    [RequiresRootFact]
    public void An_interval_ticks_until_enough_events_came()
    {
        long start = Stopwatch.GetTimestamp();
        List<TraceRecord> records = Trace.Run("interval:ms:20 { printf(\"tick\\n\"); }", new TraceOptions { MaxEvents = 3 });
        Assert.Equal(["tick\n", "tick\n", "tick\n"], Trace.Events(records));
        Assert.InRange(Stopwatch.GetElapsedTime(start).TotalMilliseconds, 55, 3_600_000);
    }

    [RequiresRootFact]
    public void A_duration_ends_a_trace_and_end_probes_still_run()
    {
        long start = Stopwatch.GetTimestamp();
        List<TraceRecord> records = Trace.Run("interval:s:100 { printf(\"never\\n\"); } END { printf(\"end\\n\"); }", new TraceOptions { Duration = TimeSpan.FromMilliseconds(150) });
        Assert.Equal(["end\n"], Trace.Events(records));
        Assert.InRange(Stopwatch.GetElapsedTime(start).TotalMilliseconds, 150, 3_600_000);
    }

    [RequiresRootFact]
    public void A_stop_request_from_inside_the_stream_ends_gracefully()
    {
        using TraceSession session = Trace.Start("interval:ms:10 { @ = count(); printf(\"x\\n\"); } END { printf(\"end\\n\"); }");
        List<TraceRecord> records = [];
        foreach (TraceRecord record in session.ReadRecords())
        {
            records.Add(record);
            if (record is EventRecord)
                session.RequestStop();
        }

        Assert.Equal("end\n", Trace.Events(records)[^1]);
        Assert.True(Convert.ToInt64(records.OfType<MapRecord>().Single().Entries[0].Value, null) > 0);
    }

    [RequiresRootFact]
    public void Async_actions_happen_in_the_script_s_order()
    {
        string text = Trace.Text("""
            BEGIN {
                @a[1] = 1; @a[2] = 2;
                print(@a); clear(@a); print("between"); @b = 3; print(@b); zero(@b); print(@b);
                time("%%H\n"); cat("/proc/sys/kernel/ostype"); printf("last\n");
            }
            """, new TraceOptions { EmitMapsAtEnd = false });
        Assert.StartsWith("@a[1]: 1\n@a[2]: 2\nbetween\n@b: ", text, StringComparison.Ordinal);
        Assert.EndsWith("Linux\nlast\n\n\n", text, StringComparison.Ordinal);
    }

    [RequiresRootFact]
    public void Commands_run_where_they_are_allowed()
    {
        string text = Trace.Text("BEGIN { printf(\"a\\n\"); system(\"echo %s to-stderr 1>&2\", \"b\"); printf(\"c\\n\"); }", new TraceOptions { AllowUnsafe = true });
        Assert.Equal("a\nb to-stderr\n\nc\n\n\n", text);
        using CompiledTrace refused = TraceCompiler.Compile(new BpfTrace.Language.Text.SourceText("BEGIN { system(\"true\"); }"));
        Assert.True(refused.HasErrors);
    }

    [RequiresRootFact]
    public void A_full_map_is_a_warning_at_its_place()
    {
        List<TraceRecord> records = Trace.Run("config = { max_map_keys = 2 } BEGIN { @m[1] = 1; @m[2] = 1; @m[3] = 1; }");
        Diagnostic warning = records.OfType<WarningRecord>().Single().Diagnostic;
        Assert.Equal("RuntimeError", warning.Id);
        Assert.StartsWith("Map full; can't update element.", warning.Message, StringComparison.Ordinal);
        Assert.EndsWith("Additional Info - helper: map_update_elem, retcode: -7", warning.Message, StringComparison.Ordinal);
        Assert.Contains("@m[3]", warning.Location!.Value.Source.ToString(warning.Location.Value.Span), StringComparison.Ordinal);
    }

    private static int CountThreads() => Directory.GetDirectories("/proc/self/task").Length;

    [RequiresRootFact]
    public void Nothing_stays_behind_after_fifty_traces()
    {
        Trace.Run("BEGIN { @ = 1; exit(); }");
        int descriptors = OpenDescriptors.CountAtFirst(), mappings = OpenDescriptors.CountMappings(), threads = CountThreads();
        for (int i = 0; i < 50; i++)
        {
            using TraceSession session = Trace.Start("BEGIN { @ = count(); } interval:ms:1 { printf(\"%d\\n\", nsecs); } END { print(\"bye\"); }");
            switch (i % 3)
            {
                case 0:
                    session.RequestStop();
                    Assert.IsType<EndRecord>(session.ReadRecords().Last());
                    break;
                case 1:
                    Assert.NotNull(session.ReadRecords().First());
                    break;
                default:
                    break; // never read
            }
        }

        Assert.Equal(descriptors, OpenDescriptors.Count());
        Assert.Equal(mappings, OpenDescriptors.CountMappings());
        // The thread pool breathes, more so on a busy machine.
        Assert.True(Patience.Until(() => CountThreads() <= threads + 5), $"{CountThreads()} threads, {threads} before");
    }
}
