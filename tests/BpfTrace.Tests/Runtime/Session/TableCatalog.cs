using System.Collections.Immutable;
using BpfTrace.Bpf.Btf;
using BpfTrace.Bpf.Tracefs;
using BpfTrace.Language.Probes;

namespace BpfTrace.Tests.Runtime.Session;

/// <summary>A machine with a handful of everything.</summary>
internal sealed class TableCatalog : IKernelCatalog
{
    private static readonly (string, string)[] s_functions = [("vmlinux", "vfs_read"), ("vmlinux", "vfs_write"), ("vmlinux", "do_nanosleep"), ("ext4", "ext4_read"), ("vmlinux", "vfs_read.part.0")];
    private static readonly (string, string)[] s_tracepoints = [("syscalls", "sys_enter_read"), ("syscalls", "sys_enter_nanosleep"), ("sched", "sched_switch")];

    public BtfFile? KernelTypes => null;

    public IEnumerable<string> TypeModules => [];

    public bool HasKprobeMulti => false;

    public bool HasUprobeMulti => false;

    public BtfFile? ModuleTypes(string module) => null;

    public IEnumerable<(string Module, string Name)> KernelFunctions(string? modulePattern, string functionPattern) => Select(s_functions, modulePattern, functionPattern);

    public IEnumerable<(string Module, string Name)> TypedKernelFunctions(string? modulePattern, string functionPattern) => Select(s_functions[..4], modulePattern, functionPattern);

    public IEnumerable<(string Category, string Event)> Tracepoints(string categoryPattern, string eventPattern) => Select(s_tracepoints, categoryPattern, eventPattern);

    public TracepointFormat? TracepointFormat(string category, string name) => new(category, name, 1, ImmutableArray.Create(
        new TracepointField("unsigned short", "common_type", 0, 2, false),
        new TracepointField("const char *", "filename", 8, 8, false),
        new TracepointField("char[16]", "comm", 16, 16, false)));

    public IEnumerable<(string Module, string Name)> RawTracepoints(string? modulePattern, string eventPattern) => Select([("vmlinux", "sys_enter")], modulePattern, eventPattern);

    public ulong? KernelSymbolAddress(string name) => null;

    public IEnumerable<string> ResolveBinary(string nameOrPattern, int? processId) => [nameOrPattern];

    public IEnumerable<UserFunction> UserFunctions(string path, string namePattern) =>
        ((string[])["main", "readline", "readline_set"]).Where(n => new WildcardPattern(namePattern).IsMatch(n)).Select(n => new UserFunction(n, 16, 16, 8));

    public IEnumerable<UserStaticProbe> UserStaticProbes(string path, string providerPattern, string namePattern) =>
        new WildcardPattern(providerPattern).IsMatch("libc") && new WildcardPattern(namePattern).IsMatch("setjmp") ? [new UserStaticProbe("libc", "setjmp", 1, 0, "")] : [];

    public IEnumerable<string> MappedBinaries(int processId) => ["/bin/mapped"];

    public ulong? CgroupId(string path) => null;

    public bool Supports(ProbeType type, out string reason)
    {
        reason = "";
        return true;
    }

    public string? WhyEmpty(ProbeType type) => null;

    private static IEnumerable<(string, string)> Select((string Target, string Name)[] table, string? target, string name) =>
        table.Where(e => (target is null || new WildcardPattern(target).IsMatch(e.Target)) && new WildcardPattern(name).IsMatch(e.Name));
}
