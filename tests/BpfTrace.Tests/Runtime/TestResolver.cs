using BpfTrace.Decoding;
using BpfTrace.Language.Symbols;

namespace BpfTrace.Tests.Runtime;

/// <summary>Resolves from tables; boot time 0 is 2026-01-02 03:04:05 UTC.</summary>
internal sealed class TestResolver : IValueResolver
{
    public const long BootUnixNanoseconds = 1_767_323_045_000_000_000;

    public Dictionary<ulong, StackTrace> Stacks { get; } = [];

    public long ToUnixNanoseconds(ulong nanoseconds, ClockMode clock) =>
        clock == ClockMode.Tai ? (long)nanoseconds : BootUnixNanoseconds + (long)nanoseconds;

    public string GetProbeName(int targetIndex) => targetIndex == 0 ? "begin" : $"tracepoint:test:event{targetIndex}";

    public Symbol ResolveKernelSymbol(ulong address) => address switch
    {
        0xffffffff81000000 => new Symbol(address, "vfs_read"),
        _ => new Symbol(address),
    };

    public Symbol ResolveUserSymbol(ulong address, int processId) => address == 0x401000 && processId == 42
        ? new Symbol(address, "main", 0, "/bin/x")
        : new Symbol(address);

    public StackTrace ResolveStack(StackType type, ulong id, int frameCount, int processId) =>
        Stacks.TryGetValue(id, out StackTrace? stack) ? stack : StackTrace.Empty;

    public string ResolveCgroupPath(ulong id, string filter) => $"unified:/slice{id}{filter}";

    public string ResolveUserName(ulong uid) => uid == 0 ? "root" : "";
}
