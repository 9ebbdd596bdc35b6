using BpfTrace.Language.Probes;

namespace BpfTrace.Language.Completion;

/// <summary>Which builtins a kind of probe has, as far as completion goes: what it leaves out would not work there.</summary>
internal static class ProbeBuiltins
{
    private static readonly string[] s_arguments = ["arg0", "arg1", "arg2", "arg3", "arg4", "arg5"];

    /// <summary>Whether a name is worth offering.</summary>
    /// <param name="name">A builtin or function.</param>
    /// <param name="type">The kind of probe; null where it is not known, as in a macro.</param>
    public static bool IsAvailable(string name, ProbeType? type) => type is not { } kind || name switch
    {
        "args" => kind is ProbeType.Tracepoint or ProbeType.RawTracepoint or ProbeType.Fentry or ProbeType.Fexit or ProbeType.Uprobe,
        "retval" => kind is ProbeType.Kretprobe or ProbeType.Uretprobe or ProbeType.Fexit,
        "ctx" => kind is not (ProbeType.Tracepoint or ProbeType.RawTracepoint or ProbeType.Fentry or ProbeType.Fexit),
        "func" => IsFunction(kind) || kind is ProbeType.Fentry or ProbeType.Fexit,
        "reg" => IsFunction(kind) || kind is ProbeType.Usdt or ProbeType.Profile or ProbeType.Interval or ProbeType.Software or ProbeType.Hardware or ProbeType.Watchpoint,
        "uaddr" or "usdt_arg" => kind is ProbeType.Uprobe or ProbeType.Uretprobe or ProbeType.Usdt,
        "override" => kind is ProbeType.Kprobe,
        "path" => kind is ProbeType.Fentry or ProbeType.Fexit or ProbeType.Iter,
        "skboutput" or "socket_cookie" => kind is ProbeType.Fentry or ProbeType.Fexit or ProbeType.Iter or ProbeType.RawTracepoint,
        _ => true,
    };

    /// <summary><c>arg0</c> and so on where the probe has them.</summary>
    public static IReadOnlyList<string> NumberedArguments(ProbeType? type) =>
        type is ProbeType.Kprobe or ProbeType.Uprobe or ProbeType.Usdt or ProbeType.RawTracepoint ? s_arguments : [];

    private static bool IsFunction(ProbeType type) => type is ProbeType.Kprobe or ProbeType.Kretprobe or ProbeType.Uprobe or ProbeType.Uretprobe;
}
