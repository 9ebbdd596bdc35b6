namespace BpfTrace.Fuzz.Generation;

/// <summary>Attach points to choose from.</summary>
internal sealed class ProbePool
{
    private readonly string[] _points;

    private ProbePool(params string[] points) => _points = points;

    /// <summary>Every kind of probe, for a machine made of tables (its names are those of the tests' catalog).</summary>
    public static ProbePool All { get; } = new(
        "begin", "begin", "end", "interval:s:1", "interval:10ms", "profile:hz:99", "profile:ms:5", "self:signal:SIGUSR1",
        "tracepoint:syscalls:sys_enter_openat", "tracepoint:syscalls:sys_enter_openat", "tracepoint:sched:sched_switch",
        "tracepoint:sched:sched_process_exec", "tracepoint:sched:sched_w*", "rawtracepoint:sched_switch", "t:syscalls:sys_exit_openat",
        "kprobe:vfs_read", "kprobe:vfs_read+4", "kprobe:vfs_*", "kretprobe:vfs_read", "fentry:vfs_read", "fexit:vfs_read", "kprobe:nf_tables:nf_tables_newtable",
        "uprobe:/bin/sh:main", "uretprobe:/bin/sh:readline", "uprobe:/bin/sh:readline*", "usdt:/bin/sh:tracetest:testprobe",
        "uprobe:/bin/sh:cpp:\"add(int, int)\"", "software:cpu-clock:100000", "software:faults:", "hardware:cache-misses:1000", "watchpoint:0x1000:8:w",
        "iter:task", "test:one", "bench:two", "kprobe:no_such_function", "BEGIN");

    /// <summary>What every kernel can load without attaching it.</summary>
    public static ProbePool Loadable { get; } = new(
        "begin", "begin", "begin", "end", "interval:s:1", "interval:10ms", "profile:hz:99", "self:signal:SIGUSR1",
        "tracepoint:syscalls:sys_enter_openat", "tracepoint:syscalls:sys_enter_openat", "tracepoint:sched:sched_switch", "tracepoint:sched:sched_process_exec",
        "tracepoint:sched:sched_wak*", "rawtracepoint:sched_switch", "rawtracepoint:sys_enter", "tracepoint:raw_syscalls:sys_enter", "tracepoint:syscalls:sys_exit_openat",
        "uprobe:libc:malloc", "uprobe:libc:malloc", "uretprobe:libc:malloc", "uprobe:libc:free+4", "uprobe:libc:str*cmp", "software:cpu-clock:1000000", "software:faults:",
        "hardware:cache-misses:1000000", "watchpoint:0x10000000:8:w", "iter:task", "kprobe:vfs_read", "kretprobe:vfs_read", "fentry:vfs_read");

    public string Pick(Dice dice) => dice.Pick<string>(_points);

    /// <summary>As bpftrace 0.17 spells it.</summary>
    public static string OldSpelling(string point) => point switch
    {
        "begin" => "BEGIN",
        "end" => "END",
        _ when point.StartsWith("fentry:", StringComparison.Ordinal) => "kfunc" + point["fentry".Length..],
        _ when point.StartsWith("fexit:", StringComparison.Ordinal) => "kretfunc" + point["fexit".Length..],
        _ => point,
    };
}
