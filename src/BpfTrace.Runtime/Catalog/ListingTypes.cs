using BpfTrace.Language.Probes;

namespace BpfTrace;

/// <summary>The kinds of probe by name, as listings know them. bpftrace: PROBE_LIST in src/probe_types.h.</summary>
internal static class ListingTypes
{
    /// <summary>Listed by default: kernel probes, without the return forms.</summary>
    public static readonly string[] Kernel = ["fentry", "hardware", "iter", "kprobe", "rawtracepoint", "software", "tracepoint"];

    /// <summary>Listed by default when a process or a file narrows the search.</summary>
    public static readonly string[] User = ["uprobe", "usdt"];

    /// <summary>Names of software events and their aliases. include/uapi/linux/perf_event.h, enum perf_sw_ids.</summary>
    public static readonly string[] SoftwareEvents =
    [
        "alignment-faults", "bpf-output", "context-switches", "cpu", "cpu-clock", "cpu-migrations", "cs", "dummy", "emulation-faults",
        "faults", "major-faults", "minor-faults", "page-faults", "task-clock",
    ];

    /// <summary>Names of processor events and their aliases. include/uapi/linux/perf_event.h, enum perf_hw_id.</summary>
    public static readonly string[] HardwareEvents =
    [
        "backend-stalls", "branch-instructions", "branch-misses", "branches", "bus-cycles", "cache-misses", "cache-references", "cpu-cycles",
        "cycles", "frontend-stalls", "instructions", "ref-cycles",
    ];

    /// <summary>Units of profile and interval.</summary>
    public static readonly string[] TimeUnits = ["hz", "ms", "s", "us"];

    /// <summary>A kind by its name or alias, upper or lower case.</summary>
    public static bool TryParse(string name, out ProbeType type)
    {
        ProbeType? found = name.ToLowerInvariant() switch
        {
            "kprobe" or "k" => ProbeType.Kprobe,
            "kretprobe" or "kr" => ProbeType.Kretprobe,
            "uprobe" => ProbeType.Uprobe,
            "u" => name is "U" ? ProbeType.Usdt : ProbeType.Uprobe,
            "uretprobe" or "ur" => ProbeType.Uretprobe,
            "usdt" => ProbeType.Usdt,
            "begin" => ProbeType.Begin,
            "end" => ProbeType.End,
            "self" => ProbeType.Self,
            "test" => ProbeType.Test,
            "bench" => ProbeType.Bench,
            "tracepoint" or "t" => ProbeType.Tracepoint,
            "rawtracepoint" or "rt" => ProbeType.RawTracepoint,
            "profile" or "p" => ProbeType.Profile,
            "interval" or "i" => ProbeType.Interval,
            "software" or "s" => ProbeType.Software,
            "hardware" or "h" => ProbeType.Hardware,
            "watchpoint" or "w" => ProbeType.Watchpoint,
            "fentry" or "f" or "kfunc" => ProbeType.Fentry,
            "fexit" or "fr" or "kretfunc" => ProbeType.Fexit,
            "iter" or "it" => ProbeType.Iter,
            _ => null,
        };
        type = found ?? default;
        return found.HasValue;
    }

    /// <summary>A kind's full name.</summary>
    public static string NameOf(ProbeType type) => type switch
    {
        ProbeType.Begin => "begin",
        ProbeType.End => "end",
        ProbeType.Self => "self",
        ProbeType.Test => "test",
        ProbeType.Bench => "bench",
        ProbeType.Kprobe => "kprobe",
        ProbeType.Kretprobe => "kretprobe",
        ProbeType.Uprobe => "uprobe",
        ProbeType.Uretprobe => "uretprobe",
        ProbeType.Usdt => "usdt",
        ProbeType.Tracepoint => "tracepoint",
        ProbeType.RawTracepoint => "rawtracepoint",
        ProbeType.Profile => "profile",
        ProbeType.Interval => "interval",
        ProbeType.Software => "software",
        ProbeType.Hardware => "hardware",
        ProbeType.Watchpoint => "watchpoint",
        ProbeType.Fentry => "fentry",
        ProbeType.Fexit => "fexit",
        _ => "iter",
    };
}
