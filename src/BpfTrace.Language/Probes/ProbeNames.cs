using BpfTrace.Bpf.Tracefs;

namespace BpfTrace.Language.Probes;

/// <summary>The names of probe types and their short forms (bpftrace <c>src/probe_types.h</c>).</summary>
public static class ProbeNames
{
    private static readonly (string Name, string[] Aliases, ProbeType Type, bool IsListed)[] s_names =
    [
        ("kprobe", ["k"], ProbeType.Kprobe, true),
        ("kretprobe", ["kr"], ProbeType.Kretprobe, false),
        ("uprobe", ["u"], ProbeType.Uprobe, false),
        ("uretprobe", ["ur"], ProbeType.Uretprobe, false),
        ("usdt", ["U"], ProbeType.Usdt, false),
        ("begin", [], ProbeType.Begin, false),
        ("end", [], ProbeType.End, false),
        ("self", [], ProbeType.Self, false),
        ("test", [], ProbeType.Test, false),
        ("bench", [], ProbeType.Bench, false),
        ("tracepoint", ["t"], ProbeType.Tracepoint, true),
        ("profile", ["p"], ProbeType.Profile, false),
        ("interval", ["i"], ProbeType.Interval, false),
        ("software", ["s"], ProbeType.Software, true),
        ("hardware", ["h"], ProbeType.Hardware, true),
        ("watchpoint", ["w"], ProbeType.Watchpoint, false),
        ("fentry", ["f", "kfunc"], ProbeType.Fentry, true),
        ("fexit", ["fr", "kretfunc"], ProbeType.Fexit, false),
        ("iter", ["it"], ProbeType.Iter, true),
        ("rawtracepoint", ["rt"], ProbeType.RawTracepoint, true),
    ];

    /// <summary>Every name, in bpftrace's order, without the short forms.</summary>
    public static IEnumerable<string> All => s_names.Select(static n => n.Name);

    /// <summary>The full name of a probe type: <c>kprobe</c>.</summary>
    public static string GetName(ProbeType type)
    {
        foreach ((string name, _, ProbeType candidate, _) in s_names)
        {
            if (candidate == type)
                return name;
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
        foreach ((string name, string[] aliases, ProbeType candidate, _) in s_names)
        {
            if (Array.IndexOf(aliases, text) >= 0 || name.Equals(text, StringComparison.OrdinalIgnoreCase))
            {
                type = candidate;
                return true;
            }
        }
        foreach ((_, string[] aliases, ProbeType candidate, _) in s_names)
        {
            if (Array.Exists(aliases, a => a.Equals(text, StringComparison.OrdinalIgnoreCase)))
            {
                type = candidate;
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
        foreach ((string name, string[] aliases, ProbeType type, bool isListed) in s_names)
        {
            bool candidate = userSpace ? type is ProbeType.Uprobe or ProbeType.Usdt : isListed;
            if (candidate && (wildcard.IsMatch(name) || Array.Exists(aliases, a => wildcard.IsMatch(a))))
                yield return type;
        }
    }
}
