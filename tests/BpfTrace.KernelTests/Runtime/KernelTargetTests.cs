using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using BpfTrace.Bpf;
using BpfTrace.KernelTests.Support;
using BpfTrace.Language.Diagnostics;
using BpfTrace.Language.Text;

namespace BpfTrace.KernelTests.Runtime;

/// <summary>
/// Every form of a probe in the kernel, on a child that sends itself the same signal three times: the probe is hit three times, with that signal in its
/// arguments. The signal, SIGWINCH, has no effect.
/// </summary>
[Collection(KernelCollection.Name)]
public partial class KernelTargetTests
{
    private const string Function = "security_task_kill"; // (p, info, sig, cred), returns 0; never inlined
    private const string Print = "{ printf(\"%d\\n\", SIG); }";

    [LibraryImport("libc", SetLastError = true)]
    private static partial int kill(int pid, int signal);

    /// <summary>What the script prints of the child, lines joined by a bar.</summary>
    private static string Text(string script, TraceOptions? options = null)
    {
        using ChildProcess child = ChildProcess.Start("for i in 1 2 3; do kill -28 $$; done");
        string text = script.Replace("FN", Function, StringComparison.Ordinal)
            .Replace("ADDRESS", $"0x{LinuxKernelCatalog.Shared.KernelSymbolAddress(Function):x}", StringComparison.Ordinal);
        using TraceSession session = Trace.Start(text, (options ?? new TraceOptions()) with { ProcessId = child.Id, Form = EventForm.Text, EmitMapsAtEnd = false, AllowUnsafe = true });
        child.RunToEnd();
        return Trace.TextOf(session.ReadRecords()).Trim('\n').Replace('\n', '|');
    }

    [RequiresRootTheory(KernelNeed.Kprobe)]
    [InlineData("kprobe:FN { printf(\"%d\\n\", arg2); }", "28|28|28")]
    [InlineData("k:FN { printf(\"%d\\n\", reg(\"dx\")); }", "28|28|28")]
    [InlineData("kprobe:vmlinux:FN { printf(\"%d %s\\n\", arg2, func); }", "28 FN|28 FN|28 FN")]
    [InlineData("kprobe:ADDRESS { printf(\"%d\\n\", arg2); }", "28|28|28")]
    [InlineData("kprobe:FN* { printf(\"%d\\n\", arg2); }", "28|28|28")]
    [InlineData("kprobe:security_task_kil*,kprobe:security_task_fix_setuid { printf(\"%s\\n\", probe); }", "kprobe:FN|kprobe:FN|kprobe:FN")]
    [InlineData("kprobe:FN, kprobe:security_task_fix_setuid { printf(\"%s\\n\", probe); }", "kprobe:FN|kprobe:FN|kprobe:FN")]
    [InlineData("kprobe:FN /arg2 == 28/ { printf(\"a\\n\"); } kprobe:FN { printf(\"b\\n\"); }", "a|b|a|b|a|b")]
    [InlineData("kretprobe:FN { printf(\"%d\\n\", retval); }", "0|0|0")]
    [InlineData("kr:FN { printf(\"%s\\n\", func); }", "FN|FN|FN")]
    [InlineData("kretprobe:ADDRESS { printf(\"%d\\n\", retval); }", "0|0|0")]
    [InlineData("kretprobe:security_task_kil* { printf(\"%d %s\\n\", retval, probe); }", "0 kretprobe:FN|0 kretprobe:FN|0 kretprobe:FN")]
    [InlineData("kprobe:FN { @[tid] = arg2; } kretprobe:FN { printf(\"%d %d\\n\", @[tid], retval); }", "28 0|28 0|28 0")]
    [InlineData("kprobe:FN { @[tid] = arg2; } kretprobe:FN { printf(\"%d\\n\", @[tid]); } kretprobe:FN { printf(\"again\\n\"); }", "28|again|28|again|28|again")]
    public void Kprobes(string script, string expected)
    {
        string wanted = expected.Replace("FN", Function, StringComparison.Ordinal);
        Assert.Equal(wanted, Text(script));
        Assert.Equal(wanted, Text(script, new TraceOptions { AvoidedFeatures = ["kprobe_multi", "kprobe_session"] }));
    }

    /// <summary>Where an instruction begins differs between kernels: after the landing pad, after ftrace's call. One of the places is right in each.</summary>
    [RequiresRootFact(KernelNeed.Kprobe)]
    public void A_kprobe_at_an_offset_is_hit_there()
    {
        string text = Text("config = { missing_probes = ignore } kprobe:FN+4, kprobe:FN+5, kprobe:FN+9 { printf(\"%d %d\\n\", reg(\"ip\") - kaddr(\"FN\"), arg2); }");
        Assert.Matches("^((4|5|6|9|10) 28\\|?){3,9}$", text); // behind the breakpoint's one byte, or not
    }

    [RequiresRootTheory(KernelNeed.Fentry)]
    [InlineData("fentry:FN { printf(\"%d\\n\", args.sig); }", "28|28|28")]
    [InlineData("f:vmlinux:FN { printf(\"%d %s\\n\", args.sig, probe); }", "28 fentry:vmlinux:FN|28 fentry:vmlinux:FN|28 fentry:vmlinux:FN")]
    [InlineData("kfunc:FN { printf(\"%d\\n\", args->sig); }", "28|28|28")]
    [InlineData("fentry:security_task_kil* { printf(\"%d\\n\", args.sig); }", "28|28|28")]
    [InlineData("fentry:FN { printf(\"%d\\n\", args.p->tgid == pid); }", "1|1|1")]
    [InlineData("fexit:FN { printf(\"%d %d\\n\", args.sig, retval); }", "28 0|28 0|28 0")]
    [InlineData("fr:vmlinux:FN { printf(\"%d\\n\", retval); }", "0|0|0")]
    [InlineData("kretfunc:FN { printf(\"%d\\n\", retval); }", "0|0|0")]
    [InlineData("fentry:FN, fexit:FN { printf(\"%s\\n\", func); }", "FN|FN|FN|FN|FN|FN")]
    public void Fentry_and_fexit(string script, string expected) => Assert.Equal(expected.Replace("FN", Function, StringComparison.Ordinal), Text(script));

    [RequiresRootTheory]
    [InlineData("tracepoint:syscalls:sys_enter_kill { printf(\"%d\\n\", args.sig); }", "28|28|28")]
    [InlineData("t:syscalls:sys_enter_kill { printf(\"%d\\n\", args->sig); }", "28|28|28")]
    [InlineData("tracepoint:sys*ls:sys_enter_kil* { printf(\"%d\\n\", args.sig); }", "28|28|28")]
    [InlineData("tracepoint:signal:signal_generate /args.sig == 28/ { printf(\"%d\\n\", args.pid == pid); }", "1|1|1")]
    [InlineData("tracepoint:syscalls:sys_enter_kill, tracepoint:syscalls:sys_exit_kill { printf(\"%s\\n\", probe); }",
        "tracepoint:syscalls:sys_enter_kill|tracepoint:syscalls:sys_exit_kill|tracepoint:syscalls:sys_enter_kill|tracepoint:syscalls:sys_exit_kill|tracepoint:syscalls:sys_enter_kill|tracepoint:syscalls:sys_exit_kill")]
    [InlineData("tracepoint:syscalls:sys_exit_kill { printf(\"%d\\n\", args.ret); }", "0|0|0")]
    [InlineData("rawtracepoint:sys_enter /arg1 == 62/ { printf(\"%d\\n\", ((struct pt_regs *)arg0)->si); }", "28|28|28")]
    [InlineData("rt:vmlinux:signal_generate /arg0 == 28/ { printf(\"%s\\n\", probe); }", "rawtracepoint:vmlinux:signal_generate|rawtracepoint:vmlinux:signal_generate|rawtracepoint:vmlinux:signal_generate")]
    [InlineData("rawtracepoint:signal_generate /args.sig == 28/ { printf(\"%d\\n\", args.task->tgid == pid); }", "1|1|1")]
    [InlineData("rawtracepoint:signal_gener* /arg0 == 28/ { printf(\"x\\n\"); }", "x|x|x")]
    public void Tracepoints(string script, string expected) => Assert.Equal(expected, Text(script));

    /// <summary>Ticks of 300 ms, or of as long as a busy machine made of them: none too many, and perhaps few.</summary>
    [RequiresRootTheory]
    [InlineData("interval:ms:20", 15, false)]
    [InlineData("i:us:10000", 30, false)]
    [InlineData("interval:hz:50", 15, false)]
    [InlineData("interval:10ms", 30, false)]
    [InlineData("profile:hz:50", 15, true)]
    [InlineData("p:ms:20", 15, true)]
    [InlineData("profile:us:10000", 30, true)]
    [InlineData("profile:10ms", 30, true)]
    public void Timers(string probe, int ticks, bool onEachCpu)
    {
        long start = Stopwatch.GetTimestamp();
        List<TraceRecord> records = Trace.Run($"{probe} {{ @[cpu] = count(); }}", new TraceOptions { Duration = TimeSpan.FromMilliseconds(300) });
        MapEntry[] entries = [.. records.OfType<MapRecord>().Single().Entries];
        double limit = ticks * 4 * Math.Max(1, Stopwatch.GetElapsedTime(start).TotalMilliseconds / 300);
        Assert.InRange(entries.Length, 1, onEachCpu ? Cpus.GetOnline().Length : 1);
        Assert.All(entries, e => Assert.InRange(Convert.ToDouble(e.Value, CultureInfo.InvariantCulture), 1, limit));
    }

    [RequiresRootTheory]
    [InlineData("software:page-faults:1")]
    [InlineData("s:faults:1")]
    [InlineData("software:minor-faults:1")]
    [InlineData("software:page-faults:10")]
    [InlineData("software:cpu-clock:100000")]
    [InlineData("software:cpu:100000")]
    [InlineData("software:task-clock:100000")]
    [InlineData("software:context-switches:1")]
    [InlineData("software:cs:1")]
    public void Software_events_count_what_the_child_does(string probe)
    {
        using ChildProcess child = ChildProcess.Start("i=0; while [ $i -lt 1500 ]; do x=\"$x 0123456789012345678901234567890123456789\"; i=$((i+1)); done; read line");
        using TraceSession session = Trace.Start($"{probe} {{ @[pid] = count(); }}", new TraceOptions { ProcessId = child.Id });
        child.Go();
        child.RunToEnd();
        MapEntry only = Assert.Single(session.ReadRecords().OfType<MapRecord>().Single().Entries);
        Assert.Equal((long)child.Id, Convert.ToInt64(only.Key, CultureInfo.InvariantCulture));
        Assert.InRange(Convert.ToInt64(only.Value, CultureInfo.InvariantCulture), 1, 1_000_000);
    }

    [RequiresRootTheory]
    [InlineData("software:alignment-faults:1")]
    [InlineData("software:bpf-output:1")]
    [InlineData("software:cpu-migrations:1")]
    [InlineData("software:dummy:1")]
    [InlineData("software:emulation-faults:1")]
    [InlineData("software:major-faults:1")]
    public void Software_events_that_seldom_happen_attach(string probe)
    {
        List<TraceRecord> records = Trace.Run($"{probe} {{ @ = count(); }}", new TraceOptions { ProcessId = Environment.ProcessId, Duration = TimeSpan.FromMilliseconds(10) });
        Assert.Equal(1, records.OfType<AttachedRecord>().Single().ProbeCount);
    }

    [RequiresRootFact]
    public void Begin_and_end_probes_run_in_order_any_number_of_them() => Assert.Equal(
        "one\ntwo\nthree\nfour",
        Trace.Text("begin { printf(\"one\\n\"); } END { printf(\"three\\n\"); } BEGIN { printf(\"two\\n\"); } end { printf(\"four\\n\"); }").Trim('\n'));

    [RequiresRootFact]
    public void A_signal_to_the_tracer_runs_its_probe()
    {
        using TraceSession session = Trace.Start("self:signal:SIGUSR1 { printf(\"%s\\n\", probe); exit(); }", new TraceOptions { Form = EventForm.Text });
        Assert.Equal(0, kill(Environment.ProcessId, 10));
        Assert.Equal("self:signal:SIGUSR1", Trace.TextOf(session.ReadRecords()).Trim('\n'));
    }

    [RequiresRootTheory(KernelNeed.Kprobe)]
    [InlineData("kprobe:FN+1 { }", "AttachFailed")]
    [InlineData("kretprobe:FN+4 { }", "InvalidAttachPoint")]
    [InlineData("kprobe:no_such_module:FN { }", "ProbeNotFound")]
    [InlineData("kprobe:no_such_function_at_all { }", "ProbeNotFound")]
    [InlineData("kprobe:no_such_function* { }", "NoAttachPoints")]
    [InlineData("kprobe:0x1 { }", "InvalidAttachPoint")]
    public void What_is_wrong_with_a_kprobe_is_said_at_its_place(string script, string id)
    {
        using CompiledTrace trace = TraceCompiler.Compile(new SourceText(script.Replace("FN", Function, StringComparison.Ordinal)));
        Diagnostic error = trace.HasErrors
            ? trace.Diagnostics.First(static d => d.IsError)
            : Assert.Throws<TraceStartException>(() => TraceSession.Start(trace).Dispose()).Diagnostics[^1];
        Assert.Equal(id, error.Id);
        Assert.Equal(1, error.Location!.Value.Start.Column);
    }
}
