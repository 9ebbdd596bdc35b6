using BpfTrace.Bpf.Btf;
using BpfTrace.Bpf.Tracefs;
using BpfTrace.Language.Probes;

namespace BpfTrace.Tests.Language.Binding;

/// <summary>A machine made of tables. Its types are those of the BTF it is given, if any.</summary>
internal sealed class FakeKernelCatalog(BtfFile? btf = null) : IKernelCatalog
{
    public List<(string Module, string Name)> Functions { get; } =
    [
        ("vmlinux", "vfs_read"), ("vmlinux", "vfs_readv"), ("vmlinux", "vfs_write"), ("vmlinux", "do_nanosleep"), ("vmlinux", "vfs_open"),
        ("nf_tables", "nf_tables_newtable"), ("vmlinux", "f"), ("vmlinux", "queued_spin_lock_slowpath"), ("vmlinux", "queued_write_lock_slowpath"),
    ];

    public List<(string Category, string Event)> Events { get; } =
    [
        ("syscalls", "sys_enter_openat"), ("syscalls", "sys_enter_open"), ("syscalls", "sys_exit_openat"), ("sched", "sched_switch"),
        ("sched", "sched_wakeup"), ("sched", "sched_wakeup_new"), ("sched", "sched_process_exec"),
    ];

    public List<(string Path, UserFunction Function)> UserSymbols { get; } =
    [
        ("/bin/sh", new UserFunction("main", 0x4000, 0x4000, 100)), ("/bin/sh", new UserFunction("readline", 0x4100, 0x4100, 50)),
        ("/bin/sh", new UserFunction("readline_callback", 0x4200, 0x4200, 60)), ("/bin/sh", new UserFunction("_Z3addii", 0x4300, 0x4300, 60)),
        ("/bin/sh", new UserFunction("_Z3addv", 0x4400, 0x4400, 60)), ("/usr/lib/libt.so.1", new UserFunction("fa", 0x100, 0x100, 16)),
        ("/usr/lib/libt.so.2", new UserFunction("fa", 0x100, 0x100, 16)),
    ];

    public List<(string Path, UserStaticProbe Probe)> StaticProbes { get; } =
    [
        ("/bin/sh", new UserStaticProbe("tracetest", "testprobe", 0x5000, 0, "8@%rdi -4@%esi")),
        ("/bin/sh", new UserStaticProbe("tracetest", "testprobe2", 0x5100, 0, "8@%rdi")), ("/usr/lib/libt.so.1", new UserStaticProbe("t", "probe", 0x10, 0, "")),
        ("/usr/lib/libt.so.2", new UserStaticProbe("t", "probe", 0x10, 0, "")),
    ];

    /// <summary>Every binary and every function that is asked for by name exists.</summary>
    public bool HasEverything { get; init; }

    /// <summary>A kind of probe the machine cannot attach.</summary>
    public ProbeType? Unsupported { get; init; }

    public BtfFile? KernelTypes => btf;

    public IEnumerable<string> TypeModules => btf is null ? [] : ["vmlinux"];

    public bool HasKprobeMulti => true;

    public bool HasKprobeSession { get; init; }

    public bool HasUprobeMulti => true;

    public BtfFile? ModuleTypes(string module) => module == "vmlinux" ? btf : null;

    public IEnumerable<(string Module, string Name)> KernelFunctions(string? modulePattern, string functionPattern) =>
        HasEverything && !functionPattern.Contains('*', StringComparison.Ordinal) ? [(modulePattern ?? "vmlinux", functionPattern)] : Functions.Where(f => (modulePattern is null || new WildcardPattern(modulePattern).IsMatch(f.Module)) && new WildcardPattern(functionPattern).IsMatch(f.Name));

    public IEnumerable<(string Module, string Name)> TypedKernelFunctions(string? modulePattern, string functionPattern) => KernelFunctions(modulePattern, functionPattern);

    public IEnumerable<(string Category, string Event)> Tracepoints(string categoryPattern, string eventPattern) =>
        HasEverything && !(categoryPattern + eventPattern).Contains('*', StringComparison.Ordinal) ? [(categoryPattern, eventPattern)] : Events.Where(e => new WildcardPattern(categoryPattern).IsMatch(e.Category) && new WildcardPattern(eventPattern).IsMatch(e.Event));

    public TracepointFormat? TracepointFormat(string category, string name)
    {
        List<TracepointField> fields = [new("unsigned short", "common_type", 0, 2, false), new("int", "common_pid", 4, 4, true)];
        switch (name)
        {
            case "sys_enter_openat":
                fields.AddRange([new("int", "__syscall_nr", 8, 4, true), new("int", "dfd", 16, 8, false), new("const char *", "filename", 24, 8, false), new("int", "flags", 32, 8, false)]);
                break;
            case "sys_enter_open":
                fields.AddRange([new("int", "__syscall_nr", 8, 4, true), new("const char *", "filename", 16, 8, false), new("int", "flags", 24, 8, false)]);
                break;
            case "sys_exit_openat":
                fields.AddRange([new("int", "__syscall_nr", 8, 4, true), new("long", "ret", 16, 8, true)]);
                break;
            case "sched_process_exec":
                fields.AddRange([new("__data_loc char[]", "filename", 8, 4, false), new("pid_t", "pid", 12, 4, true)]);
                break;
            default:
                fields.AddRange([new("char[16]", "comm", 8, 16, false), new("pid_t", "pid", 24, 4, true), new("int", "prio", 28, 4, true)]);
                break;
        }
        return Events.Contains((category, name)) ? new TracepointFormat(category, name, 1, [.. fields]) : null;
    }

    public IEnumerable<(string Module, string Name)> RawTracepoints(string? modulePattern, string eventPattern) =>
        Events.Where(e => e.Category != "syscalls" && new WildcardPattern(eventPattern).IsMatch(e.Event)).Select(static e => ("vmlinux", e.Event));

    public ulong? KernelSymbolAddress(string name) => name == "avenrun" ? 0xffffffff81000000 : null;

    public IEnumerable<string> ResolveBinary(string nameOrPattern, int? processId) =>
        HasEverything ? [nameOrPattern] : UserSymbols.Select(static s => s.Path).Distinct().Where(p => new WildcardPattern(nameOrPattern).IsMatch(p) || Path.GetFileNameWithoutExtension(p).Split('.')[0] == nameOrPattern);

    public IEnumerable<UserFunction> UserFunctions(string path, string namePattern) =>
        HasEverything ? [new UserFunction(namePattern.Replace("*", "", StringComparison.Ordinal), 0x1000, 0x1000, 64)] : UserSymbols.Where(s => s.Path == path && new WildcardPattern(namePattern).IsMatch(s.Function.Name)).Select(static s => s.Function);

    public IEnumerable<UserStaticProbe> UserStaticProbes(string path, string providerPattern, string namePattern) =>
        HasEverything ? [new UserStaticProbe("provider", namePattern, 0x1000, 0, "8@%rdi 8@%rsi")] : StaticProbes.Where(s => s.Path == path && new WildcardPattern(providerPattern).IsMatch(s.Probe.Provider) && new WildcardPattern(namePattern).IsMatch(s.Probe.Name)).Select(static s => s.Probe);

    public IEnumerable<string> MappedBinaries(int processId) => ["/bin/sh"];

    public ulong? CgroupId(string path) => path == "/sys/fs/cgroup" ? 1 : null;

    public bool Supports(ProbeType type, out string reason)
    {
        reason = type == Unsupported ? "not in this table" : "";
        return type != Unsupported;
    }

    public string? WhyEmpty(ProbeType type) => null;
}
