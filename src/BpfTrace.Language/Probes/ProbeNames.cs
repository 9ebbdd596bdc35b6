using BpfTrace.Bpf.Tracefs;

namespace BpfTrace.Language.Probes;

/// <summary>The names of probe types and their short forms (bpftrace <c>src/probe_types.h</c>).</summary>
public static class ProbeNames
{
    private static readonly Entry[] s_names =
    [
        new("kprobe", ["k"], ProbeType.Kprobe, true),
        new("kretprobe", ["kr"], ProbeType.Kretprobe, false),
        new("uprobe", ["u"], ProbeType.Uprobe, false),
        new("uretprobe", ["ur"], ProbeType.Uretprobe, false),
        new("usdt", ["U"], ProbeType.Usdt, false),
        new("begin", [], ProbeType.Begin, false),
        new("end", [], ProbeType.End, false),
        new("self", [], ProbeType.Self, false),
        new("test", [], ProbeType.Test, false),
        new("bench", [], ProbeType.Bench, false),
        new("tracepoint", ["t"], ProbeType.Tracepoint, true),
        new("profile", ["p"], ProbeType.Profile, false),
        new("interval", ["i"], ProbeType.Interval, false),
        new("software", ["s"], ProbeType.Software, true),
        new("hardware", ["h"], ProbeType.Hardware, true),
        new("watchpoint", ["w"], ProbeType.Watchpoint, false),
        new("fentry", ["f", "kfunc"], ProbeType.Fentry, true),
        new("fexit", ["fr", "kretfunc"], ProbeType.Fexit, false),
        new("iter", ["it"], ProbeType.Iter, true),
        new("rawtracepoint", ["rt"], ProbeType.RawTracepoint, true),
    ];

    /// <summary>Every name, in bpftrace's order, without the short forms.</summary>
    public static IReadOnlyList<string> All { get; } = Array.ConvertAll(s_names, static n => n.Name);

    /// <summary>The names of the kinds that a listing of the kernel shows unasked, sorted: those of the kernel, without the return forms.</summary>
    public static IReadOnlyList<string> ListedOfKernel { get; } = ["fentry", "hardware", "iter", "kprobe", "rawtracepoint", "software", "tracepoint"];

    /// <summary>The names of the kinds that a listing shows unasked where a process or a file narrows the search.</summary>
    public static IReadOnlyList<string> ListedOfUser { get; } = ["uprobe", "usdt"];

    /// <summary>The full name of a probe type: <c>kprobe</c>.</summary>
    public static string GetName(ProbeType type)
    {
        foreach (Entry entry in s_names)
        {
            if (entry.Type == type)
                return entry.Name;
        }
        throw new ArgumentOutOfRangeException(nameof(type));
    }

    /// <summary>What a probe type is for, in a line, after its form.</summary>
    public static string Describe(ProbeType type) => type switch
    {
        ProbeType.Begin => "begin\nonce, before the others are attached",
        ProbeType.End => "end\nonce, after the others are detached",
        ProbeType.Self => "self:signal:SIGUSR1\nwhen the tracer gets the signal",
        ProbeType.Test => "test:NAME\na test of the script, run by --test",
        ProbeType.Bench => "bench:NAME\na benchmark of the script, run by --bench",
        ProbeType.Kprobe => "kprobe:[MODULE:]FUNCTION[+OFFSET]\nentry of a kernel function",
        ProbeType.Kretprobe => "kretprobe:[MODULE:]FUNCTION\nreturn of a kernel function",
        ProbeType.Uprobe => "uprobe:BINARY:FUNCTION[+OFFSET]\nentry of a user function",
        ProbeType.Uretprobe => "uretprobe:BINARY:FUNCTION\nreturn of a user function",
        ProbeType.Usdt => "usdt:BINARY:[PROVIDER:]NAME\na static probe of a user program",
        ProbeType.Tracepoint => "tracepoint:CATEGORY:EVENT\na static probe of the kernel, with args",
        ProbeType.RawTracepoint => "rawtracepoint:[MODULE:]EVENT\na static probe of the kernel, with its raw arguments",
        ProbeType.Profile => "profile:hz|s|ms|us:N\na timer on each processor",
        ProbeType.Interval => "interval:hz|s|ms|us:N\na timer on one processor",
        ProbeType.Software => "software:EVENT[:COUNT]\nan event the kernel counts",
        ProbeType.Hardware => "hardware:EVENT[:COUNT]\nan event the processor counts",
        ProbeType.Watchpoint => "watchpoint:ADDRESS:LENGTH:MODE\nan access to memory",
        ProbeType.Fentry => "fentry:[MODULE:]FUNCTION\nentry of a kernel function, with typed args",
        ProbeType.Fexit => "fexit:[MODULE:]FUNCTION\nreturn of a kernel function, with typed args and retval",
        _ => "iter:OBJECT[:PIN]\na walk over objects of the kernel",
    };

    /// <summary>
    /// The probe type of a name or short form. Short forms keep their case (<c>u</c> is a uprobe, <c>U</c> a usdt probe); full names
    /// do not (<c>BEGIN</c>).
    /// </summary>
    public static bool TryParse(string text, out ProbeType type)
    {
        ArgumentNullException.ThrowIfNull(text);
        foreach (Entry entry in s_names)
        {
            if (Array.IndexOf(entry.Aliases, text) >= 0 || entry.Name.Equals(text, StringComparison.OrdinalIgnoreCase))
            {
                type = entry.Type;
                return true;
            }
        }
        foreach (Entry entry in s_names)
        {
            if (Array.Exists(entry.Aliases, a => a.Equals(text, StringComparison.OrdinalIgnoreCase)))
            {
                type = entry.Type;
                return true;
            }
        }
        type = default;
        return false;
    }

    /// <summary>The probe types whose names a pattern matches, among those a listing of the kernel shows, or of user programs.</summary>
    public static IEnumerable<ProbeType> Match(string pattern, bool userSpace)
    {
        WildcardPattern wildcard = new(pattern);
        foreach (Entry entry in s_names)
        {
            bool candidate = userSpace ? entry.Type is ProbeType.Uprobe or ProbeType.Usdt : entry.IsListed;
            if (candidate && (wildcard.IsMatch(entry.Name) || Array.Exists(entry.Aliases, a => wildcard.IsMatch(a))))
                yield return entry.Type;
        }
    }

    private sealed class Entry(string name, string[] aliases, ProbeType type, bool isListed)
    {
        public string Name => name;

        public string[] Aliases => aliases;

        public ProbeType Type => type;

        public bool IsListed => isListed;
    }
}
