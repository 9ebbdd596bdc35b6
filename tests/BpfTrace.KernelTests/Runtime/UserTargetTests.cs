using System.Globalization;
using BpfTrace.KernelTests.Support;
using BpfTrace.Language.Diagnostics;
using BpfTrace.Language.Text;
using BpfTrace.Tests.Bpf;

namespace BpfTrace.KernelTests.Runtime;

/// <summary>Every form of a probe in a user program, on one whose calls and values are known (targets.c).</summary>
[Collection(KernelCollection.Name)]
public class UserTargetTests
{
    private static string Program => NativeProgram.Build("targets.c", "targets", "-O1", "-no-pie");

    private static string Fill(string script) => script.Replace("BIN", Program, StringComparison.Ordinal)
        .Replace("ADD", Hex("add"), StringComparison.Ordinal).Replace("WATCHED", Hex("watched"), StringComparison.Ordinal);

    private static string Hex(string symbol) => "0x" + LinuxKernelCatalog.Shared.UserSymbol(Program, symbol)!.Address.ToString("x", CultureInfo.InvariantCulture);

    /// <summary>What the script prints of the program from its start to its end, lines joined by a bar.</summary>
    private static string Text(string script, params string[] avoided) =>
        Trace.Text(Fill(script), new TraceOptions { Command = Program, AvoidedFeatures = [.. avoided] }).Trim('\n').Replace('\n', '|');

    [RequiresProgramTheory]
    [InlineData("uprobe:BIN:add { printf(\"%d %d\\n\", arg0, arg1); }", "3 4|30 40")]
    [InlineData("u:BIN:add /arg0 > 5/ { printf(\"%d\\n\", reg(\"si\")); }", "40")]
    [InlineData("uprobe:BIN:add+4 { printf(\"%d\\n\", reg(\"ax\")); }", "7|70")]
    [InlineData("uprobe:BIN:add+0x4 { printf(\"%d\\n\", reg(\"ax\")); }", "7|70")]
    [InlineData("uprobe:BIN:ADD { printf(\"%d\\n\", arg1); }", "4|40")]
    [InlineData("uretprobe:BIN:add { printf(\"%d\\n\", retval); }", "7|70")]
    [InlineData("ur:BIN:ADD { printf(\"%d\\n\", retval); }", "7|70")]
    [InlineData("uprobe:BIN:ad* { printf(\"%s\\n\", func); }", "add|add")]
    [InlineData("uprobe:BIN:add, uprobe:BIN:close_shop { printf(\"%s\\n\", func); }", "add|add|close_shop")]
    [InlineData("uprobe:BIN:add, uprobe:BIN:clos* { printf(\"%s\\n\", probe); }", "uprobe:BIN:add|uprobe:BIN:add|uprobe:BIN:close_shop")]
    [InlineData("uprobe:BIN:add { @[tid] = arg0; } uretprobe:BIN:add { printf(\"%d %d\\n\", @[tid], retval); delete(@, tid); }", "3 7|30 70")]
    [InlineData("uprobe:\"BIN\":\"add\" { printf(\"%d\\n\", arg0); }", "3|30")]
    [InlineData("uprobe:BIN:add { printf(\"a\\n\"); } uprobe:BIN:add { printf(\"b\\n\"); }", "a|b|a|b")]
    public void User_functions(string script, string expected)
    {
        string wanted = Fill(expected);
        Assert.Equal(wanted, Text(script));
        Assert.Equal(wanted, Text(script, "uprobe_multi")); // by perf events, as on kernels before 6.6
    }

    [RequiresProgramTheory]
    [InlineData("usdt:BIN:shop:sale { printf(\"%d %d %d %d\\n\", arg0, (int32)arg1, (int8)arg2, (int16)arg3); }", "0 -5 -5 -300|1 -5 -5 -300|2 -5 -5 -300")]
    [InlineData("usdt:BIN:sale { printf(\"%d %d %d %s\\n\", (int64)arg4, (int64)arg5, arg6, str(arg7)); }", "-20 10 77 shoe|-20 -20 77 shoe|-20 30 77 shoe")]
    [InlineData("U:BIN:shop:* { printf(\"%s\\n\", probe); }", "usdt:BIN:shop:sale|usdt:BIN:shop:sale|usdt:BIN:shop:sale|usdt:BIN:shop:closed")]
    [InlineData("usdt:BIN:*:closed { printf(\"closed\\n\"); }", "closed")]
    [InlineData("usdt:BIN:shop:sale /arg0 == 1/ { printf(\"one\\n\"); } usdt:BIN:shop:closed { printf(\"end\\n\"); }", "one|end")]
    public void Static_probes(string script, string expected)
    {
        string wanted = Fill(expected);
        Assert.Equal(wanted, Text(script));
        Assert.Equal(wanted, Text(script, "uprobe_multi"));
    }

    [RequiresProgramTheory]
    [InlineData("uprobe:add { @ = count(); }", 2)]
    [InlineData("uprobe:*:add { @ = count(); }", 2)]
    [InlineData("usdt:sale { @ = count(); }", 3)]
    [InlineData("usdt:shop:sale { @ = count(); }", 3)]
    [InlineData("usdt:*:shop:sale { @ = count(); }", 3)]
    [InlineData("watchpoint:WATCHED:4:w { @ = count(); }", 4)]
    [InlineData("w:WATCHED:4:rw { @ = count(); }", 4)]
    public void A_process_gives_the_binary(string script, long expected)
    {
        using ChildProcess child = ChildProcess.StartProgram(Program, "wait");
        using TraceSession session = Trace.Start(Fill(script), new TraceOptions { ProcessId = child.Id });
        child.RunToEnd();
        Assert.Equal(expected, Convert.ToInt64(session.ReadRecords().OfType<MapRecord>().Single().Entries[0].Value, CultureInfo.InvariantCulture));
    }

    /// <summary>The program looks at the semaphore once, after it was let go.</summary>
    [RequiresProgramTheory]
    [InlineData("usdt:BIN:shop:sale { @ = count(); }", "somebody looks")]
    [InlineData("usdt:BIN:shop:closed { @ = count(); }", "nobody looks")]
    public void A_semaphore_counts_who_looks(string script, string expected)
    {
        foreach (string[] avoided in (string[][])[[], ["uprobe_multi"]])
        {
            using ChildProcess child = ChildProcess.StartProgram(Program, "wait");
            using (Trace.Start(Fill(script), new TraceOptions { ProcessId = child.Id, AvoidedFeatures = [.. avoided] }))
                child.RunToEnd();
            Assert.Equal(expected, child.ReadLine());
        }
    }

    /// <summary>A watchpoint is of neither side: the address says whose memory it is.</summary>
    [RequiresProgramTheory]
    [InlineData("uptr(WATCHED)")]
    [InlineData("WATCHED")]
    public void A_watchpoint_sees_each_write_with_the_value_written(string address)
    {
        using ChildProcess child = ChildProcess.StartProgram(Program, "wait");
        using TraceSession session = Trace.Start(
            Fill($"watchpoint:WATCHED:4:w {{ printf(\"%d\\n\", *(int32 *){address}); }}"), new TraceOptions { ProcessId = child.Id, Form = EventForm.Text });
        child.RunToEnd();
        Assert.Equal("11\n22\n33\n44", Trace.TextOf(session.ReadRecords()).TrimEnd('\n'));
    }

    [RequiresProgramTheory]
    [InlineData("unwatch(WATCHED);", 0)]
    [InlineData("unwatch((int8 *)WATCHED);", 0)]
    [InlineData("unwatch(WATCHED); unwatch(WATCHED);", 0)]
    [InlineData("unwatch(WATCHED + 4);", 4)]
    public void A_watchpoint_can_be_taken_away(string statement, int seen)
    {
        using ChildProcess child = ChildProcess.StartProgram(Program, "wait");
        string script = $"begin {{ {statement} printf(\"done\\n\"); }} watchpoint:WATCHED:4:w {{ printf(\"written\\n\"); }}";
        using (TraceSession session = Trace.Start(Fill(script), new TraceOptions { ProcessId = child.Id, Form = EventForm.Text }))
        {
            using IEnumerator<TraceRecord> records = session.ReadRecords().GetEnumerator();
            while (records.MoveNext() && records.Current is not TextRecord)
            {
            }

            // What was printed after it is there: it has been done.
            child.RunToEnd();
            int count = 0;
            while (records.MoveNext())
                count += records.Current is TextRecord text ? System.Text.Encoding.UTF8.GetString(text.Text.Span).Split("written\n").Length - 1 : 0;
            Assert.Equal(seen, count);
        }
    }

    [RequiresProgramTheory]
    [InlineData("uprobe:BIN:add+2 { }", "InvalidAttachPoint")]
    [InlineData("uprobe:BIN:0x1 { }", "InvalidAttachPoint")]
    [InlineData("uprobe:BIN:add+100 { }", "InvalidAttachPoint")]
    [InlineData("uprobe:BIN:no_such { }", "ProbeNotFound")]
    [InlineData("uprobe:/no/such/file:add { }", "InvalidAttachPoint")]
    [InlineData("uretprobe:BIN:add+4 { }", "InvalidAttachPoint")]
    [InlineData("usdt:BIN:shop:no_such { }", "ProbeNotFound")]
    [InlineData("usdt:BIN:shop:closed { print(arg0); }", "ArgumentsUnknown")]
    [InlineData("watchpoint:WATCHED:3:w { }", "InvalidAttachPoint")]
    [InlineData("watchpoint:WATCHED:4:x { }", "AttachFailed")]
    [InlineData("watchpoint:add+arg0:4:w { }", "InvalidAttachPoint")]
    public void What_is_wrong_is_said_at_its_place(string script, string id)
    {
        string text = Fill(script);
        using CompiledTrace trace = TraceCompiler.Compile(new SourceText(text), new TraceOptions { Command = Program });
        Diagnostic error = trace.HasErrors
            ? trace.Diagnostics.First(static d => d.IsError)
            : Assert.Throws<TraceStartException>(() => TraceSession.Start(trace).Dispose()).Diagnostics[^1];
        Assert.Equal(id, error.Id);
        Assert.Equal(1, error.Location!.Value.Start.Line);
        Assert.InRange(error.Location.Value.Start.Column, 1, text.Length);
    }
}
