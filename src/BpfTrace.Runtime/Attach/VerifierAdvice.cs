using System.Collections.Immutable;
using BpfTrace.Bpf;
using BpfTrace.Language.Binding;
using BpfTrace.Language.Diagnostics;
using BpfTrace.Language.Probes;

namespace BpfTrace;

/// <summary>The verifier's verdict in a sentence about the script, and what to do next.</summary>
/// <param name="Id">The diagnostic's id.</param>
/// <param name="Message">What was refused.</param>
/// <param name="Hints">What to do.</param>
internal sealed record VerifierAdvice(string Id, string Message, ImmutableArray<string> Hints)
{
    private const string Reads = "Kernel and user memory are read with a dereference or a function (*$p, str(), kptr(), uptr()); a number becomes an address by a cast to a pointer type.";

    /// <summary>The advice for a verdict.</summary>
    /// <param name="verdict">The verdict.</param>
    /// <param name="probe">The probe whose program was refused.</param>
    public static VerifierAdvice For(VerifierVerdict verdict, BoundProbe probe)
    {
        string type = ProbeNames.GetName(probe.Type);
        string helper = verdict.Helper ?? "a helper";
        return verdict.Fault switch
        {
            // The wording of the next three is bpftrace's (src/bpfbytecode.cpp).
            VerifierFault.HelperNotAllowed or VerifierFault.HelperUnknown => new(SessionDiagnosticIds.HelperNotAllowed, $"helper {helper} not allowed in probe", [HelperHint(verdict, type)]),
            VerifierFault.MissingNullCheck when verdict.Helper is not null => Rejected($"helper {helper}: result needs to be null-checked before accessing fields", "Compare it first: if ($p) { ... }"),
            VerifierFault.StackTooLarge => new(
                SessionDiagnosticIds.StackLimitExceeded,
                StackLimit.Message,
                [StackLimit.Hint]),

            VerifierFault.TooComplex => new(
                SessionDiagnosticIds.ProgramTooComplex,
                "This probe is too complex: the verifier gave up after looking at 1000000 instructions",
                ["Loops that the verifier walks turn by turn (while, unroll) and many branches in a row multiply. A for loop over a range is looked at once: for ($i : 0..N) { ... }", "Split the work among several probes."]),
            VerifierFault.TooLarge => new(
                SessionDiagnosticIds.ProgramTooLarge,
                "This probe is too large for the kernel",
                ["A program can have 1000000 instructions, less where the kernel is older than 5.2 or the process has no CAP_BPF. Split it into several probes, or use a loop."]),
            VerifierFault.TooManyMaps => new(
                SessionDiagnosticIds.ProgramTooLarge,
                "This probe uses more maps than the kernel lets one program",
                ["A program can use 64 maps. Split it into several probes, or keep several in one map with a key for each: @m[\"reads\", pid]."]),
            VerifierFault.EndlessLoop => new(
                SessionDiagnosticIds.LoopNotBounded,
                "The verifier does not see that this loop ends",
                ["Give it a limit that does not change, as a for loop over a range has: for ($i : 0..100) { ... }; leave it early with break."]),
            VerifierFault.CallsTooDeep => Rejected("Loops are nested too deep: the kernel lets 8 calls be open at a time, and each level of a for loop is one", "Put the inner loops into another probe, or compute their bounds into one range."),
            VerifierFault.InvalidAccess => Rejected("This reads or writes through something the verifier does not take for a valid pointer", Reads),
            VerifierFault.MissingNullCheck => Rejected("This pointer may be null where it is used", "Compare it first: if ($p) { ... }"),
            VerifierFault.Unbounded => Rejected("The verifier sees no limit of this offset or length", "Limit it before it is used: a comparison (if ($n < 64) { ... }), a mask ($n & 63), an unsigned type."),
            VerifierFault.OutOfBounds => Rejected("This goes beyond the end of the memory it is in", "Compare the index or length with the size first."),
            VerifierFault.InvalidContextAccess => Rejected($"{type} programs may not access their context here", "Use args, argN and retval: what of ctx can be read depends on the kind of probe."),
            VerifierFault.Uninitialised => Rejected("This uses a value that is not set on every way to it", "Give it a value before the branch: let $x = 0;"),
            VerifierFault.InvalidArgument => Rejected(
                verdict.Helper is null ? "An argument is not of the kind the kernel takes here" : $"{helper} does not take this argument",
                "The kernel vouches for pointers only on the way from args (fentry, fexit, iter, rawtracepoint) along fields; a pointer that was cast, stored or computed is a number to it."),
            VerifierFault.KernelFunctionNotAllowed => Rejected($"The kernel does not let {type} programs call this kernel function", "kfunc_allowed(\"name\") tells a script so beforehand; which functions are open to which kind of program differs by kernel."),
            VerifierFault.InvalidTarget => Rejected("The kernel cannot load a program for this function or type", "bpft -l lists what can be traced; functions that are inlined or marked notrace cannot."),
            VerifierFault.UnreleasedReference => Rejected("A reference is taken and not given back on every way out", "Release it before each return and at the end."),
            VerifierFault.License => Rejected("This needs a license the kernel takes for the GPL's", "Set it: config = { license = \"GPL\" }"),
            _ => Rejected("The kernel's verifier refused this", "Simplify the statement, or take it apart: the log says what was known of each value."),
        };
    }

    private static VerifierAdvice Rejected(string message, string hint) => new(SessionDiagnosticIds.VerifierRejected, message, [hint]);

    private static string HelperHint(VerifierVerdict verdict, string type)
    {
        string running = HelperHistory.RunningRelease;
        string? since = verdict.HelperNumber is int number ? HelperHistory.Since(number) : null;
        if (since is not null && Version.Parse(since) > Version.Parse(running))
            return $"It exists since Linux {since}; this is Linux {running}.";
        if (verdict.Helper is "bpf_probe_write_user" or "bpf_override_return" && PrivilegeCheck.Lockdown() is not "none" and var mode)
            return $"Kernel lockdown ({mode}) forbids it: programs may not change the system. Boot with lockdown=none for it.";
        if (verdict.Helper == "bpf_override_return")
            return "This kernel is built without CONFIG_BPF_KPROBE_OVERRIDE.";
        if (verdict.Line.Contains("sleep", StringComparison.Ordinal))
            return "It may sleep, and this probe's programs may not.";
        if (verdict.Helper == "bpf_d_path")
            return "path() works in fentry and fexit probes of some functions (security_file_open, vfs_open, filp_close, dentry_open, vfs_truncate, vfs_fallocate, vfs_getattr ...) and in iter probes.";
        return $"Linux {running} has it, but not for {type} programs: use another kind of probe for this, such as {Alternative(verdict.Helper)}.";
    }

    /// <summary>Kinds of probes that have what others lack.</summary>
    private static string Alternative(string? helper) => helper switch
    {
        "bpf_get_func_ip" => "kprobe or uprobe",
        "bpf_get_attach_cookie" => "kprobe, uprobe or tracepoint",
        "bpf_skb_output" or "bpf_get_socket_cookie" => "fentry or fexit",
        _ => "kprobe or fentry",
    };
}
