using BpfTrace.Bpf.Btf;
using BpfTrace.Language.Binding;

namespace BpfTrace.Tests.Language.Binding;

/// <summary>Which builtin is there in which type of probe, all of them against all, and what is said where one is not.</summary>
public class ProbeBuiltinTests
{
    private static readonly (string Type, string Point)[] s_probes =
    [
        ("kprobe", "kprobe:vfs_read"), ("kretprobe", "kretprobe:vfs_read"), ("uprobe", "uprobe:/bin/sh:main"), ("uretprobe", "uretprobe:/bin/sh:main"),
        ("usdt", "usdt:/bin/sh:tracetest:testprobe"), ("tracepoint", "tracepoint:syscalls:sys_enter_openat"), ("rawtracepoint", "rawtracepoint:sched_switch"),
        ("fentry", "fentry:vfs_read"), ("fexit", "fexit:vfs_read"), ("profile", "profile:hz:99"), ("interval", "interval:s:1"), ("software", "software:cpu-clock:1000"),
        ("hardware", "hardware:cycles:1000"), ("watchpoint", "watchpoint:0x1000:8:w"), ("iter", "iter:task"), ("begin", "begin"), ("end", "end"),
        ("self", "self:signal:SIGUSR1"), ("test", "test:one"), ("bench", "bench:one"),
    ];

    private const string PerfEvents = "profile interval software hardware watchpoint";
    private const string Registers = "kprobe kretprobe uprobe uretprobe usdt " + PerfEvents;
    private const string All = "kprobe kretprobe uprobe uretprobe usdt tracepoint rawtracepoint fentry fexit " + PerfEvents + " iter begin end self test bench";

    [Theory]
    [InlineData("arg0", "kprobe uprobe usdt rawtracepoint", "The arg0 builtin can only be used with 'kprobes', 'uprobes' and 'usdt' probes")]
    [InlineData("arg5", "kprobe uprobe rawtracepoint", null)]
    [InlineData("args", "tracepoint rawtracepoint fentry fexit", null)]
    [InlineData("retval", "kretprobe uretprobe fexit", null)]
    [InlineData("ctx", "kprobe kretprobe uprobe uretprobe usdt iter " + PerfEvents, null)]
    [InlineData("func", "kprobe kretprobe uprobe uretprobe fentry fexit", "The func builtin can not be used with '{0}' probes")]
    [InlineData("reg(\"ip\")", Registers, "reg can not be used with \"{0}\" probes")]
    [InlineData("uaddr(\"main\")", "uprobe uretprobe usdt", "uaddr can not be used with \"{0}\" probes")]
    [InlineData("usermode", All, null)]
    [InlineData("probe", All, null)]
    [InlineData("probetype", All, null)]
    [InlineData("kstack", All, null)]
    [InlineData("ustack(perf, 3)", All, null)]
    [InlineData("curtask", All, null)]
    [InlineData("cpu", All, null)]
    public void Builtins(string builtin, string valid, string? message)
    {
        if (BindHelper.KernelTypes is not { } types)
            return; // args, curtask and fentry are typed by the kernel.
        var unexpected = new List<string>();
        foreach ((string type, string point) in s_probes)
        {
            List<string> errors = Errors(point, builtin, types);
            bool isValid = valid.Split(' ').Contains(type);
            if (isValid != (errors.Count == 0))
                unexpected.Add($"{type}: {(errors.Count == 0 ? "accepted" : errors[0])}");
            else if (!isValid && message is not null && !errors.Contains(string.Format(System.Globalization.CultureInfo.InvariantCulture, message, type)))
                unexpected.Add($"{type}: {errors[0]}");
        }

        Assert.Empty(unexpected);
    }

    [Theory]
    [InlineData("tracepoint:syscalls:sys_enter_openat", "ctx", "Use args instead of ctx in tracepoint")]
    [InlineData("fentry:vfs_read", "ctx", "The ctx builtin can not be used with 'fentry' probes")]
    [InlineData("rawtracepoint:sched_switch", "ctx", "The ctx builtin can not be used with 'rawtracepoint' probes")]
    [InlineData("tracepoint:syscalls:sys_enter_openat", "retval", "The retval builtin can only be used with 'kretprobe' and 'uretprobe' and 'fentry' probes (try to use args.ret instead)")]
    [InlineData("kprobe:vfs_read", "retval", "The retval builtin can only be used with 'kretprobe' and 'uretprobe' and 'fentry' probes")]
    [InlineData("fentry:vfs_read", "retval", "Can't find a field retval")]
    [InlineData("kprobe:vfs_read", "args", "The args builtin can only be used with tracepoint, rawtracepoint, fentry/fexit, and uprobe probes (kprobe used here)")]
    [InlineData("uretprobe:/bin/sh:main", "args", "The args builtin can only be used with tracepoint, rawtracepoint, fentry/fexit, and uprobe probes (uretprobe used here)")]
    [InlineData("kprobe:vfs_read", "arg6", "x86_64 doesn't support arg6")]
    [InlineData("uprobe:/bin/sh:main", "arg9", "x86_64 doesn't support arg9")]
    [InlineData("kprobe:vfs_read", "reg(\"eax\")", "'eax' is not a valid register on this architecture (x86_64)")]
    [InlineData("kprobe:vfs_read", "path(arg0)", "The path function can only be used with 'fentry', 'fexit', 'iter' probes")]
    [InlineData("kprobe:vfs_read", "skboutput(\"f\", arg0, 10, 0)", "skboutput can not be used with \"kprobe\" probes")]
    [InlineData("tracepoint:sched:sched_switch", "socket_cookie(0)", "socket_cookie can not be used with \"tracepoint\" probes")]
    public void What_is_said(string point, string builtin, string message)
    {
        if (BindHelper.KernelTypes is not { } types)
            return;
        Assert.Equal([message], Errors(point, builtin, types));
    }

    [Fact]
    public void Override_and_signal_are_for_some_probes()
    {
        var unsafely = new BindOptions { AllowUnsafe = true };
        foreach ((string type, string point) in s_probes)
        {
            FakeKernelCatalog catalog = new(BindHelper.KernelTypes);
            string[] wrong = [.. BindHelper.Bind($"{point} {{ override(1); }}", unsafely, catalog).Diagnostics.Where(static d => d.IsError).Select(static d => d.Message)];
            Assert.Equal(type == "kprobe" ? [] : ["override() can only be used inside kprobes"], wrong);
            bool canSignal = "kprobe kretprobe uprobe uretprobe usdt tracepoint profile fentry fexit rawtracepoint".Split(' ').Contains(type);
            wrong = [.. BindHelper.Bind($"{point} {{ signal(\"TERM\"); }}", unsafely, catalog).Diagnostics.Where(static d => d.IsError).Select(static d => d.Message)];
            Assert.Equal(canSignal ? [] : [$"signal() can not be used for this probetype {(type is "begin" or "end" or "self" ? "special" : type == "bench" ? "benchmark" : type)}"], wrong);
        }
    }

    [Fact]
    public void Every_register_has_a_name()
    {
        // arch/x86 struct pt_regs, and bpftrace's second name for the instruction pointer.
        string[] names = ["r15", "r14", "r13", "r12", "bp", "bx", "r11", "r10", "r9", "r8", "ax", "cx", "dx", "si", "di", "orig_rax", "ip", "cs", "flags", "sp", "ss", "pc"];
        Assert.All(names, static name => Assert.Empty(Errors("uprobe:/bin/sh:main", $"reg(\"{name}\")", null)));
    }

    private static List<string> Errors(string point, string builtin, BtfFile? types) =>
        [.. BindHelper.Bind($"{point} {{ _ = {builtin}; }}", null, new FakeKernelCatalog(types)).Diagnostics.Where(static d => d.IsError).Select(static d => d.Message)];
}
