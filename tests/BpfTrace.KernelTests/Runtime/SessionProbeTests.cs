using System.Globalization;
using BpfTrace.KernelTests.Support;
using BpfTrace.Language.Diagnostics;

namespace BpfTrace.KernelTests.Runtime;

[Collection(KernelCollection.Name)]
public class SessionProbeTests
{
    [System.Runtime.InteropServices.DllImport("libc")]
    private static extern int getpgid(int pid);

    private static long Number(MapEntry entry) => Convert.ToInt64(entry.Value, CultureInfo.InvariantCulture);

    [RequiresRootFact]
    public void A_command_is_traced_from_its_first_system_call()
    {
        List<TraceRecord> records = Trace.Run(
            "tracepoint:syscalls:sys_enter_execve /pid == cpid/ { printf(\"%s\\n\", str(args.filename)); }",
            new TraceOptions { Command = "/bin/true" });
        EventRecord only = Assert.Single(records.OfType<EventRecord>());
        Assert.EndsWith("bin/true\n", only.Event.Text, StringComparison.Ordinal);
        Assert.Equal("tracepoint:syscalls:sys_enter_execve", only.Event.ProbeName);
        Assert.InRange(only.Event.Timestamp, DateTime.Now.AddHours(-1), DateTime.Now.AddHours(1));
    }

    /// <summary>As bpf_probe_read_user_str counts: the NUL is one of them.</summary>
    [RequiresRootFact]
    public void A_length_of_str_counts_the_end_of_the_string()
    {
        List<TraceRecord> records = Trace.Run(
            "tracepoint:syscalls:sys_enter_execve /pid == cpid/ { $n = 5; printf(\"%s %s %s|%s\", str(args.filename, 5), str(args.filename, $n), str(args.filename, $n + 4), str(args.filename, 0)); }",
            new TraceOptions { Command = "/bin/true" });
        Assert.Matches("^/(bin|usr) /(bin|usr) /(bin/tru|usr/bin)\\|$", Assert.Single(records.OfType<EventRecord>()).Event.Text);
    }

    [RequiresRootFact]
    public void A_process_filter_counts_exactly_its_calls_and_the_trace_ends_with_it()
    {
        using ChildProcess child = ChildProcess.StartKilling(500);
        using TraceSession session = Trace.Start("tracepoint:syscalls:sys_enter_kill { @ = count(); }", new TraceOptions { ProcessId = child.Id });
        child.RunToEnd();
        List<TraceRecord> records = [.. session.ReadRecords()];
        Assert.Equal(500, Number(records.OfType<MapRecord>().Single().Entries[0]));
    }

    [RequiresRootFact]
    public void A_raw_tracepoint_sees_the_same_calls()
    {
        using ChildProcess child = ChildProcess.StartKilling(100);
        using TraceSession session = Trace.Start("rawtracepoint:sys_enter /pid == $1 && arg1 == 62/ { @ = count(); }", new TraceOptions
        {
            Arguments = [child.Id.ToString(CultureInfo.InvariantCulture)],
            ProcessId = child.Id,
        });
        child.RunToEnd();
        Assert.Equal(100, Number(session.ReadRecords().OfType<MapRecord>().Single().Entries[0]));
    }

    [RequiresRootFact]
    public void A_profile_samples_the_busy_child_only()
    {
        // Until it has been seen often enough, however little a busy machine lets it run.
        List<TraceRecord> records = Trace.Run(
            "profile:hz:199 /pid == cpid/ { @[comm] = count(); if (comm == \"sha256sum\") { @busy++; if (@busy >= 20) { exit(); } } } profile:hz:199 /pid != cpid/ { @other = count(); }",
            new TraceOptions { Command = "sha256sum /dev/zero", Duration = TimeSpan.FromHours(1) });
        MapEntry[] entries = [.. records.OfType<MapRecord>().SelectMany(r => r.Entries)];

        // Not by the map alone: before it becomes the command, the held child is named after its parent, and can be sampled so.
        MapEntry busy = Assert.Single(entries, e => e.Map == "@" && Equals(e.Key, "sha256sum"));
        Assert.Equal(20, Number(busy));
        Assert.DoesNotContain(entries, e => e.Map == "@other");
    }

    [RequiresRootFact]
    public void A_software_event_is_bound_to_the_child()
    {
        List<TraceRecord> records = Trace.Run("software:page-faults:1 { @[pid == cpid] = count(); }", new TraceOptions { Command = "/bin/true" });
        MapEntry entry = Assert.Single(records.OfType<MapRecord>().Single().Entries);
        Assert.Equal(true, entry.Key);
        Assert.InRange(Number(entry), 10, 10_000);
    }

    [RequiresRootFact]
    public void A_user_function_of_the_child_is_probed_at_entry_and_return()
    {
        List<TraceRecord> records = Trace.Run(
            "uprobe:libc:setlocale { @enter = count(); @[ustack(1)] = count(); } uretprobe:libc:setlocale { @leave = count(); }",
            new TraceOptions { Command = "/bin/ls /dev/null" , EmitMapsAtEnd = true });
        MapEntry[] entries = [.. records.OfType<MapRecord>().SelectMany(r => r.Entries)];
        long calls = Number(Assert.Single(entries, e => e.Map == "@enter"));
        Assert.InRange(calls, 1, 100);
        Assert.Equal(calls, Number(Assert.Single(entries, e => e.Map == "@leave")));
    }

    [RequiresRootFact]
    public void All_threads_of_the_process_are_probed()
    {
        var go = new ManualResetEventSlim();
        var before = new Thread(() =>
        {
            go.Wait();
            for (int i = 0; i < 10; i++)
                _ = getpgid(0);
        });
        before.Start();
        using TraceSession session = Trace.Start("uprobe:libc:getpgid { @[tid] = count(); }", new TraceOptions { ProcessId = Environment.ProcessId });
        go.Set();
        before.Join();
        var after = new Thread(() => _ = getpgid(0));
        after.Start();
        after.Join();
        session.RequestStop();
        long[] counts = [.. session.ReadRecords().OfType<MapRecord>().Single().Entries.Select(Number)];
        Assert.Equal([1, 10], counts);
    }

    [RequiresRootFact]
    public void Many_user_functions_attach_and_tell_which_they_are()
    {
        List<TraceRecord> records = Trace.Run(
            "uprobe:libc:setloc*, uprobe:libc:getopt_lon* { printf(\"%s\\n\", probe); }",
            new TraceOptions { Command = "/bin/ls /dev/null" });
        string[] names = [.. Trace.Events(records).Distinct().Order(StringComparer.Ordinal)];
        Assert.Contains(names, n => n.EndsWith(":setlocale\n", StringComparison.Ordinal));
        Assert.Contains(names, n => n.EndsWith(":getopt_long\n", StringComparison.Ordinal));
        Assert.All(records.OfType<EventRecord>(), r => Assert.Equal(r.Event.Text.TrimEnd('\n'), r.Event.ProbeName));
    }

    [RequiresRootFact]
    public void Shared_code_still_names_the_probe_of_each_event()
    {
        List<TraceRecord> records = Trace.Run(
            "tracepoint:syscalls:sys_enter_exec*, tracepoint:syscalls:sys_enter_exit_group /pid == cpid/ { printf(\"x\\n\"); }",
            new TraceOptions { Command = "/bin/true" });
        Assert.Equal(
            ["tracepoint:syscalls:sys_enter_execve", "tracepoint:syscalls:sys_enter_exit_group"],
            records.OfType<EventRecord>().Select(r => r.Event.ProbeName));
    }

    [RequiresRootFact]
    public void Delivered_and_lost_make_up_what_the_child_did_when_nobody_reads()
    {
        const int Calls = 20_000;
        using ChildProcess child = ChildProcess.StartKilling(Calls);
        using TraceSession session = Trace.Start(
            "config = { perf_rb_pages = 16 } tracepoint:syscalls:sys_enter_kill { @hits = count(); printf(\"%d %d %d\\n\", nsecs, pid, tid); }",
            new TraceOptions { ProcessId = child.Id, QueueCapacity = 64, BacklogBytes = 256 << 10 });
        int events = 0;
        var warnings = new List<Diagnostic>();
        child.RunToEnd(); // nobody reads meanwhile: the queue fills, the backlog, then the buffer
        foreach (TraceRecord record in session.ReadRecords())
        {
            if (record is EventRecord)
                events++;
            if (record is WarningRecord warning)
                warnings.Add(warning.Diagnostic);
        }

        TraceCounters counters = session.Counters;
        Assert.Equal(events, counters.Delivered);
        Assert.Equal(Calls, Number(session.ReadMap("@hits")[0]));
        Assert.Equal(Calls, counters.Delivered + counters.Lost);
        Assert.True(counters.Lost > 0, "a queue of 64 records, a backlog of 256 kB and a buffer of 64 kB took everything");
        Assert.Equal($"Total lost event count: {counters.Lost}", warnings[^1].Message);
        Assert.Equal(counters.Lost, warnings.Where(w => w.Id == "LostEvents").Sum(w => long.Parse(w.Message.Split(' ')[1], CultureInfo.InvariantCulture)));
    }

    [RequiresRootFact]
    public void A_kernel_stack_has_names()
    {
        List<TraceRecord> records = Trace.Run(
            // Not a syscall's tracepoint: older kernels (6.1) give those the user's registers, and there is no kernel stack.
            "tracepoint:sched:sched_process_exit /pid == cpid/ { @[kstack(5)] = 1; printf(\"%s\\n\", kstack(3)); }",
            new TraceOptions { Command = "/bin/true" });
        StackTrace stack = Assert.IsType<StackTrace>(records.OfType<MapRecord>().Single().Entries[0].Key);
        Assert.NotEmpty(stack.Frames);
        Assert.Contains(stack.Frames, f => f.Symbol is not null);
        Assert.Contains('+', Trace.Events(records)[0]);
    }

    [RequiresRootFact]
    public void An_array_of_a_tracepoint_cast_to_a_pointer_is_where_it_lies()
    {
        List<TraceRecord> records = Trace.Run(
            "tracepoint:sched:sched_process_exit /pid == cpid/ { $p = (uint8 *)args.comm; printf(\"%c%c %x\\n\", $p[0], $p[3], *(uint16 *)args.comm); }",
            new TraceOptions { Command = "/bin/true" });
        Assert.Equal("te 7274\n", Trace.Events(records)[0]);
    }

    [RequiresRootFact]
    public void What_cannot_be_attached_is_an_error_at_its_place_and_leaves_nothing()
    {
        using ChildProcess child = ChildProcess.Start("true");
        int before = OpenDescriptors.CountAtFirst();
        // The processor has four debug registers: the fifth watchpoint finds none.
        string script = string.Join("\n", Enumerable.Range(1, 5).Select(i => $"watchpoint:0x{i}000:8:w {{ @ = count(); }}"));
        using CompiledTrace trace = Trace.Compile(script, new TraceOptions { ProcessId = child.Id });
        TraceStartException failure = Assert.Throws<TraceStartException>(() => TraceSession.Start(trace));
        Diagnostic error = failure.Diagnostics[^1];
        Assert.Equal("AttachFailed", error.Id);
        Assert.StartsWith("Unable to attach probe: watchpoint:20480:8:w.", error.Message, StringComparison.Ordinal);
        Assert.Equal(5, error.Location!.Value.Start.Line);
        Assert.Equal(before, OpenDescriptors.Count());

        // The policy 'warn' leaves it out and runs with the others.
        List<TraceRecord> records = Trace.Run("config = { missing_probes = \"warn\" }\n" + script, new TraceOptions { ProcessId = child.Id, Duration = TimeSpan.FromMilliseconds(10) });
        Assert.Equal(4, records.OfType<AttachedRecord>().Single().ProbeCount);
        Assert.Equal("Unable to attach probe: watchpoint:20480:8:w. Skipping.", records.OfType<WarningRecord>().First().Diagnostic.Message);
    }

    [RequiresRootFact]
    public void Stacks_of_a_process_that_has_ended_still_have_names()
    {
        List<TraceRecord> records = Trace.Run(
            "uprobe:libc:nanosleep, uprobe:libc:clock_nanosleep { @[ustack(4)] = count(); }",
            new TraceOptions { Command = "sleep 0.2" });
        Assert.All(records.OfType<MapRecord>().Single().Entries, entry =>
        {
            StackTrace stack = Assert.IsType<StackTrace>(entry.Key);
            Assert.Contains("nanosleep", stack.Frames[0].Symbol, StringComparison.Ordinal);
            Assert.Contains("/libc", stack.Frames[0].Module, StringComparison.Ordinal);
        });
    }

    [RequiresRootFact]
    public void A_process_that_does_not_exist_is_named()
    {
        using CompiledTrace trace = Trace.Compile("BEGIN { }", new TraceOptions { ProcessId = 1 << 22 });
        TraceStartException failure = Assert.Throws<TraceStartException>(() => TraceSession.Start(trace));
        Diagnostic error = Assert.Single(failure.Diagnostics);
        Assert.Equal("NoSuchProcess", error.Id);
        Assert.Contains("4194304", error.Message, StringComparison.Ordinal);
    }

    /// <summary>A library lies elsewhere in each process: its symbols are found by where the probe was hit.</summary>
    [RequiresRootFact]
    public void Addresses_of_symbols_are_those_of_the_process()
    {
        string text = Trace.Text(
            "uprobe:libc:setlocale { print((uint64)uaddr(\"setlocale\") == reg(\"ip\")); print((uint64)uaddr(\"getopt_long\") - (uint64)uaddr(\"setlocale\") == reg(\"ip\") - reg(\"ip\") + DISTANCE); exit(); }"
                .Replace("DISTANCE", Distance("setlocale", "getopt_long").ToString(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal),
            new TraceOptions { Command = "/bin/ls /dev/null" });
        Assert.StartsWith("true\ntrue\n", text.Replace("/dev/null\n", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    private static long Distance(string from, string to)
    {
        string libc = LinuxKernelCatalog.Shared.ResolveBinary("libc", null).First();
        return (long)(LinuxKernelCatalog.Shared.UserSymbol(libc, to)!.Address - LinuxKernelCatalog.Shared.UserSymbol(libc, from)!.Address);
    }
}
