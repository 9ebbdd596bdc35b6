using System.Globalization;
using BpfTrace.Bpf.Elf;
using BpfTrace.Bpf.Proc;
using BpfTrace.KernelTests.Support;
using BpfTrace.Language.Diagnostics;
using BpfTrace.Tests.Bpf;

namespace BpfTrace.KernelTests.Runtime;

/// <summary><c>dw_ustack</c>: user stacks by call frame information.</summary>
[Collection(KernelCollection.Name)]
public sealed class UnwindTests
{
    private const string Config = "config = { unstable_dw_ustack=enable; show_debug_info=0 } ";

    private static string Program => NativeProgram.Build(
        "unwind.c", "unwind", "-O2", "-fomit-frame-pointer", "-fno-inline", "-fno-optimize-sibling-calls", "-Wl,-z,lazy", "-lpthread");

    private static string Leaf => $"uprobe:{Program}:leaf";

    [RequiresProgramFact]
    public void The_callers_are_found_where_frame_pointers_lead_nowhere()
    {
        MapEntry entry = Assert.Single(Entries($"{Leaf} {{ @[dw_ustack, ustack] = count(); }}", ""));
        var key = (BpfTuple)entry.Key!;
        string[] names = Names(key[0]);
        Assert.Equal(["leaf", "third", "second", "first", "main"], names[..5]);
        Assert.Equal("_start", names[^1]);
        Assert.DoesNotContain("third", Names(key[1]));
    }

    [RequiresProgramFact]
    public void A_system_call_is_found_through_its_library()
    {
        MapEntry entry = Assert.Single(Entries("tracepoint:syscalls:sys_enter_getppid /pid == cpid/ { @[dw_ustack()] = count(); }", ""));
        Assert.Equal(["getppid", "main"], Names(entry.Key)[..2]);
    }

    [RequiresProgramFact]
    public void A_signals_frame_and_the_linkage_table_are_gone_through()
    {
        string[] names = Names(Assert.Single(Entries($"{Leaf} {{ @[dw_ustack(30)] = count(); }}", "signal")).Key);
        Assert.Equal(["leaf", "compare"], names[..2]);
        int handler = Array.IndexOf(names, "handler");
        int interrupted = Array.IndexOf(names, "interrupted");
        Assert.True(handler > 1 && interrupted > handler && names[interrupted + 1] == "main", string.Join(' ', names));
    }

    [RequiresProgramFact]
    public void A_threads_stack_ends_where_the_thread_began()
    {
        string[] names = Names(Assert.Single(Entries($"{Leaf} {{ @[dw_ustack] = count(); }}", "thread")).Key);
        Assert.Equal(["leaf", "third", "second", "first", "in_thread"], names[..5]);
        Assert.DoesNotContain("main", names);
        Assert.DoesNotContain("<unwind failure>", names);
    }

    [RequiresProgramFact]
    public void A_tables_file_is_the_mapped_one_not_what_is_at_its_path()
    {
        int pid = Environment.ProcessId;
        ProcessMapping mapping = ProcessMaps.Read(pid).Mappings.First(static m => m is { IsExecutable: true, IsFile: true, IsDeleted: false } && m.Path.Contains("/libc.so", StringComparison.Ordinal));
        using ElfFile mapped = ElfFile.Open(mapping.Path);
        using ElfFile file = UnwindTables.Open(pid, mapping with { Path = Program });

        Assert.NotNull(mapped.BuildId);
        Assert.Equal(mapped.BuildId, file.BuildId);
    }

    [RequiresProgramFact]
    public void Every_mode_and_limit()
    {
        List<TraceRecord> records = Run(
            $"{Leaf} {{ @ = dw_ustack(2); print(dw_ustack(perf, 2)); print(dw_ustack(raw, 3)); print(dw_ustack(build_id, 3)); print(dw_ustack(0)); print((stack_len(dw_ustack(4)), stack_len(dw_ustack(1)))); }}",
            "");
        string[] texts = Trace.Events(records);
        Assert.Matches(@"^\n\t[0-9a-f]+ leaf\+0 \(.*/unwind\)\n\t[0-9a-f]+ third\+\d+ \(.*/unwind\)\n$", texts[0]);
        Assert.Matches(@"^\n[0-9a-f]+\n[0-9a-f]+\n[0-9a-f]+\n$", texts[1]);
        Assert.Matches(@"^\n([0-9a-f]{40}) 0x[0-9a-f]+\n\1 0x[0-9a-f]+\n\1 0x[0-9a-f]+\n$", texts[2]);
        Assert.Equal("", texts[3].Trim('\n')); // none wanted
        Assert.Equal("(4, 1)", texts[4].TrimEnd('\n'));
        Assert.Equal(["leaf", "third"], Names(Assert.Single(records.OfType<MapRecord>().Single().Entries).Value));
    }

    [RequiresProgramFact]
    public void The_offset_in_a_file_is_that_of_the_address()
    {
        string[] lines = Trace.Events(Run($"{Leaf} {{ print((dw_ustack(build_id, 2), dw_ustack(raw, 2))); }}", ""))[0].Trim('(', ')').Split('\n', StringSplitOptions.RemoveEmptyEntries);
        ulong[] offsets = [.. lines[..2].Select(static l => Convert.ToUInt64(l[(l.IndexOf("0x", StringComparison.Ordinal) + 2)..], 16))];
        ulong[] addresses = [.. lines.Where(static l => l.Length is > 8 and < 20).Select(static l => Convert.ToUInt64(l.TrimEnd(','), 16))];
        Assert.Equal(offsets[1] - offsets[0], addresses[1] - addresses[0]);
    }

    [RequiresProgramFact]
    public void Code_without_information_is_a_failure()
    {
        var stack = (StackTrace)Assert.Single(Entries($"{Leaf} {{ @[dw_ustack] = count(); }}", "made")).Key!;
        Assert.Equal(3, stack.Frames.Count);
        Assert.Equal("leaf", stack.Frames[0].Symbol);
        Assert.Equal(StackFrame.UnwindFailure, stack.Frames[2].Address);
        string text = Trace.Text(Config + $"{Leaf} {{ printf(\"%s\", dw_ustack); }}", new TraceOptions { Command = $"{Program} made" });
        Assert.EndsWith("\n        <unwind failure>\n", text.TrimEnd('\n') + "\n", StringComparison.Ordinal);

        // Where there is no room for the failure there is none.
        Assert.Equal(2, ((StackTrace)Assert.Single(Entries($"{Leaf} {{ @[dw_ustack(2)] = count(); }}", "made")).Key!).Frames.Count);
    }

    [RequiresProgramFact]
    public void Functions_whose_return_is_probed_are_callers_as_well()
    {
        List<TraceRecord> records = Run(
            $"{Leaf} {{ @[dw_ustack(5)] = count(); }} uretprobe:{Program}:second {{ @r[dw_ustack(3)] = count(); }} uretprobe:{Program}:third, uretprobe:{Program}:first {{ @n = 1; }}", "");
        MapRecord[] maps = [.. records.OfType<MapRecord>()];
        Assert.Equal(["leaf", "third", "second", "first", "main"], Names(Assert.Single(maps.Single(static m => m.Entries[0].Map == "@").Entries).Key));
        string[] returned = Names(Assert.Single(maps.Single(static m => m.Entries[0].Map == "@r").Entries).Key);
        Assert.Equal(["first", "main"], returned[..2]);
    }

    [RequiresProgramFact]
    public void A_command_is_known_from_its_first_instruction_on()
    {
        // The dynamic linker opens the libraries.
        List<TraceRecord> records = Run("tracepoint:syscalls:sys_enter_openat /pid == cpid/ { @[dw_ustack] = count(); }", "");
        Assert.Empty(records.OfType<WarningRecord>());
        MapEntry[] entries = [.. records.OfType<MapRecord>().Single().Entries];
        Assert.NotEmpty(entries);
        Assert.All(entries, static e => Assert.True(Names(e.Key).Length > 3 && !Names(e.Key).Contains("<unwind failure>"), e.Key!.ToString()));
    }

    [RequiresProgramFact]
    public void Further_processes_can_be_named_and_others_have_no_stack()
    {
        using ChildProcess named = ChildProcess.StartProgram(Program, "wait");
        using ChildProcess other = ChildProcess.StartProgram(Program, "wait");
        var options = new TraceOptions { UnwindProcessIds = [named.Id], SummarizeErrors = true };
        using TraceSession session = Trace.Start(Config + $"{Leaf} /pid == {Text(named.Id)} || pid == {Text(other.Id)}/ {{ @[pid, dw_ustack(4)] = count(); }}", options);
        foreach (ChildProcess child in new[] { named, other })
        {
            child.Go();
            Assert.Equal("done", child.ReadLine());
        }

        session.RequestStop();
        List<TraceRecord> records = [.. session.ReadRecords()];
        Dictionary<int, string[]> stacks = records.OfType<MapRecord>().Single(static m => m.Entries[0].Map == "@").Entries.ToDictionary(
            static e => Convert.ToInt32(((BpfTuple)e.Key!)[0], CultureInfo.InvariantCulture),
            static e => Names(((BpfTuple)e.Key!)[1]));
        Assert.Equal(["leaf", "third", "second", "first"], stacks[named.Id]);
        Assert.Empty(stacks[other.Id]);
        Diagnostic warning = records.OfType<WarningRecord>().First().Diagnostic;
        Assert.Equal(("RuntimeError", "No DWARF unwind data available for this process. Use -p or --dwarf-pid to specify target PIDs."), (warning.Id, warning.Message.Split('\n')[0]));
    }

    [RequiresProgramFact]
    public void A_process_that_is_traced_is_known()
    {
        using ChildProcess child = ChildProcess.StartProgram(Program, "wait");
        using TraceSession session = Trace.Start(Config + $"{Leaf} {{ @ = dw_ustack(2); exit(); }}", new TraceOptions { ProcessId = child.Id });
        child.Go();
        MapRecord map = session.ReadRecords().OfType<MapRecord>().Single();
        Assert.Equal(["leaf", "third"], Names(Assert.Single(map.Entries).Value));
    }

    [RequiresRootFact]
    public void Without_a_process_it_is_an_error()
    {
        using CompiledTrace trace = Trace.Compile(Config + "tracepoint:syscalls:sys_enter_getppid { print(dw_ustack); }");
        Diagnostic error = Assert.Single(Assert.Throws<TraceStartException>(() => TraceSession.Start(trace)).Diagnostics);
        Assert.Equal(("NoUnwindTarget", "dw_ustack requires a target process. Use -p, -c, or --dwarf-pid to specify one."), (error.Id, error.Message));
    }

    [RequiresRootFact]
    public void A_process_that_is_not_there_is_an_error()
    {
        using CompiledTrace trace = Trace.Compile(Config + "tracepoint:syscalls:sys_enter_getppid { print(dw_ustack); }", new TraceOptions { UnwindProcessIds = [4_194_303] });
        Diagnostic error = Assert.Throws<TraceStartException>(() => TraceSession.Start(trace)).Diagnostics[^1];
        Assert.Equal(("NoSuchProcess", "Failed to build unwind tables for pid 4194303: No such process"), (error.Id, error.Message));
    }

    /// <summary>Of a program that the machine has: also where there is no compiler, and on every kernel.</summary>
    [RequiresRootFact]
    public void A_program_of_the_system_is_unwound_to_its_start()
    {
        List<TraceRecord> records = Trace.Run(
            Config + "tracepoint:syscalls:sys_enter_write /pid == cpid/ { @[dw_ustack] = count(); }", new TraceOptions { Command = "/bin/cat /proc/self/comm" });
        Assert.Empty(records.OfType<WarningRecord>());
        foreach (MapEntry entry in records.OfType<MapRecord>().Single().Entries)
        {
            string[] names = Names(entry.Key);
            Assert.True(names.Length > 4 && names[^1] != "<unwind failure>", string.Join(' ', names));
            Assert.Contains("/cat", ((StackTrace)entry.Key!).Frames[^1].Module, StringComparison.Ordinal); // _start, which a stripped program does not name
        }
    }

    /// <summary>The verifier takes it in programs of every type, several times, in loops, and with the longest stacks.</summary>
    [RequiresRootTheory]
    [InlineData("tracepoint:syscalls:sys_enter_getppid, rawtracepoint:sys_enter, profile:hz:99, software:cpu-clock:1000000, begin")]
    [InlineData("interval:s:1, self:signal:SIGUSR1, end")]
    public void The_verifier_takes_it_everywhere(string probes)
    {
        using CompiledTrace trace = Trace.Compile(
            Config + probes + " { @a[dw_ustack(1024)] = count(); @b = dw_ustack(build_id); for ($i : 0..3) { for ($j : 0..2) { print(dw_ustack(raw, 4)); } } }");
        TraceVerification verification = TraceVerifier.Verify(trace);
        Assert.True(verification.IsAccepted, string.Join('\n', verification.Diagnostics.SelectMany(static d => d.Details.Prepend(d.Message))));
        Assert.NotEmpty(verification.Programs);
        Assert.All(verification.Programs, static p => Assert.InRange(p.Statistics!.ProcessedInstructions, 100, 200_000));
    }

    private static List<TraceRecord> Run(string script, string arguments) => Trace.Run(Config + script, new TraceOptions { Command = $"{Program} {arguments}".TrimEnd() });

    private static MapEntry[] Entries(string script, string arguments) => [.. Run(script, arguments).OfType<MapRecord>().Single().Entries];

    private static string[] Names(object? stack) => [.. ((StackTrace)stack!).Frames.Select(static f => f.Address == StackFrame.UnwindFailure ? f.ToString() : f.Symbol ?? "?")];

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
