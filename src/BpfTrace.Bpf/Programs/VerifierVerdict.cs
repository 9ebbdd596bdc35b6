using System.Globalization;

namespace BpfTrace.Bpf;

/// <summary>What kind of thing the verifier refused, as far as its log tells.</summary>
public enum VerifierFault
{
    /// <summary>Something the log says in words that are not known here.</summary>
    Other,

    /// <summary>A read or write through a number, or through a pointer of another kind.</summary>
    InvalidAccess,

    /// <summary>A pointer that may be null is used without a check.</summary>
    MissingNullCheck,

    /// <summary>An index, length or offset has no proven limit.</summary>
    Unbounded,

    /// <summary>An access beyond the end of a map value, the stack, a buffer or a kernel structure.</summary>
    OutOfBounds,

    /// <summary>An access to the context at a place this kind of program may not read or write.</summary>
    InvalidContextAccess,

    /// <summary>A register or stack slot is read before it has a value.</summary>
    Uninitialised,

    /// <summary>A loop whose end is not proven.</summary>
    EndlessLoop,

    /// <summary>More instructions to look at than the verifier does (one million), or too many branches.</summary>
    TooComplex,

    /// <summary>More instructions than a program may have.</summary>
    TooLarge,

    /// <summary>More maps than a program may use (64).</summary>
    TooManyMaps,

    /// <summary>More than 512 bytes of stack, subprograms included.</summary>
    StackTooLarge,

    /// <summary>Subprograms and callbacks are nested more than 8 deep.</summary>
    CallsTooDeep,

    /// <summary>The kernel has this helper, but not for this kind of program or at this place.</summary>
    HelperNotAllowed,

    /// <summary>The kernel does not have this helper at all.</summary>
    HelperUnknown,

    /// <summary>A helper or kernel function got an argument of another kind than it takes.</summary>
    InvalidArgument,

    /// <summary>The kernel has no such kernel function, or does not let this kind of program call it.</summary>
    KernelFunctionNotAllowed,

    /// <summary>The function or type a program is loaded for is not one it can be loaded for.</summary>
    InvalidTarget,

    /// <summary>A reference is not given back.</summary>
    UnreleasedReference,

    /// <summary>The program's license does not allow the helper.</summary>
    License,
}

/// <summary>The verifier's verdict, read from the end of its log (kernel/bpf/verifier.c, the <c>verbose()</c> calls).</summary>
/// <param name="Fault">What kind of thing was refused.</param>
/// <param name="Line">The log's line that says so, trimmed; empty when the log has none.</param>
public sealed record VerifierVerdict(VerifierFault Fault, string Line)
{
    // The verdict is among the last lines: what follows it is statistics.
    private const int TailLength = 12;

    private static readonly (string Text, VerifierFault Fault)[] s_texts =
    [
        ("Too large", VerifierFault.StackTooLarge), // combined stack size of 2 calls is 544. Too large
        ("call stack of", VerifierFault.CallsTooDeep),
        ("number of maps per program", VerifierFault.TooManyMaps), // The total … has reached the limit of 64
        ("BPF program is too large", VerifierFault.TooComplex), // … Processed 1000001 insn
        ("jumps is too complex", VerifierFault.TooComplex),
        ("infinite loop detected", VerifierFault.EndlessLoop),
        ("back-edge from insn", VerifierFault.EndlessLoop),
        ("cannot call GPL-restricted function", VerifierFault.License),
        ("cannot call GPL only function", VerifierFault.License),
        ("cannot use helper", VerifierFault.HelperNotAllowed), // program of this type cannot use helper (6.12)
        ("helper call is not allowed in probe", VerifierFault.HelperNotAllowed),
        ("helper call might sleep", VerifierFault.HelperNotAllowed),
        ("sleepable helper", VerifierFault.HelperNotAllowed),
        ("invalid func unknown#", VerifierFault.HelperUnknown),
        ("unknown func ", VerifierFault.HelperNotAllowed), // before 6.12, of helpers the kernel knows
        ("invalid func ", VerifierFault.HelperUnknown),
        ("calling kernel function", VerifierFault.KernelFunctionNotAllowed),
        ("calling invalid kernel function", VerifierFault.KernelFunctionNotAllowed),
        ("kernel function call", VerifierFault.KernelFunctionNotAllowed),
        ("kernel btf_id", VerifierFault.KernelFunctionNotAllowed),
        ("Unreleased reference", VerifierFault.UnreleasedReference),
        ("reference leak", VerifierFault.UnreleasedReference),
        ("_or_null prohibited, null-check it first", VerifierFault.MissingNullCheck),
        ("_or_null_ prohibited, null-check it first", VerifierFault.MissingNullCheck),
        ("_or_null'", VerifierFault.MissingNullCheck), // R1 invalid mem access 'map_value_or_null'
        ("attach_btf_id", VerifierFault.InvalidTarget),
        ("Tracing program must provide btf_id", VerifierFault.InvalidTarget),
        ("is not a modifiable function", VerifierFault.InvalidTarget),
        ("is not a function", VerifierFault.InvalidTarget),
        ("min value is negative", VerifierFault.Unbounded),
        ("unbounded memory access", VerifierFault.Unbounded),
        ("unbounded min value", VerifierFault.Unbounded),
        ("unbounded variable-offset", VerifierFault.Unbounded),
        ("variable offset", VerifierFault.Unbounded),
        ("out of the allowed memory range", VerifierFault.OutOfBounds),
        ("outside of the allowed memory range", VerifierFault.OutOfBounds),
        ("outside of the array range", VerifierFault.OutOfBounds),
        ("invalid bpf_context access", VerifierFault.InvalidContextAccess),
        ("modified ctx ptr", VerifierFault.InvalidContextAccess),
        ("invalid indirect read from stack", VerifierFault.Uninitialised),
        ("invalid read from stack", VerifierFault.Uninitialised),
        ("!read_ok", VerifierFault.Uninitialised),
        ("invalid access to map value", VerifierFault.OutOfBounds),
        ("invalid access to map key", VerifierFault.OutOfBounds),
        ("invalid access to memory", VerifierFault.OutOfBounds),
        ("invalid write to stack", VerifierFault.StackTooLarge),
        ("invalid stack type", VerifierFault.OutOfBounds),
        ("invalid variable-offset", VerifierFault.Unbounded),
        ("access beyond struct", VerifierFault.OutOfBounds),
        ("access beyond the end of", VerifierFault.OutOfBounds),
        ("invalid mem access", VerifierFault.InvalidAccess),
        ("cannot access ptr member", VerifierFault.InvalidAccess),
        ("pointer arithmetic", VerifierFault.InvalidAccess),
        ("only read is supported", VerifierFault.InvalidAccess),
        ("cannot write into", VerifierFault.InvalidAccess),
        ("write into map forbidden", VerifierFault.InvalidAccess),
        ("expected=", VerifierFault.InvalidArgument), // R1 type=scalar expected=ptr_
        ("arg#", VerifierFault.InvalidArgument),
        ("has no valid kptr", VerifierFault.InvalidArgument),
    ];

    /// <summary>The helper the verdict is about, as the kernel names it (<c>bpf_d_path</c>); null when it is about none.</summary>
    public string? Helper { get; init; }

    /// <summary>That helper's number, null when the log does not say.</summary>
    public int? HelperNumber { get; init; }

    /// <summary>Reads the verdict of a refused program's log.</summary>
    /// <param name="log">The log's lines.</param>
    /// <param name="errno">What bpf(2) returned: a program of too many instructions has no log (E2BIG).</param>
    public static VerifierVerdict Read(IReadOnlyList<string> log, int errno = 0)
    {
        ArgumentNullException.ThrowIfNull(log);
        int end = VerifierLog.EndOf(log);
        for (int i = end - 1; i >= 0 && i >= end - TailLength; i--)
        {
            string line = log[i].Trim();
            if (IsTrace(line))
                continue;
            foreach ((string text, VerifierFault fault) in s_texts)
            {
                if (line.Contains(text, StringComparison.Ordinal))
                    return WithHelper(new VerifierVerdict(fault, line), log, i);
            }
        }

        if (errno == Syscalls.Errno.E2BIG)
            return new VerifierVerdict(VerifierFault.TooLarge, "");
        for (int i = end - 1; i >= 0; i--)
        {
            if (!IsTrace(log[i]))
                return new VerifierVerdict(VerifierFault.Other, log[i].Trim());
        }

        return new VerifierVerdict(VerifierFault.Other, "");
    }

    /// <summary>The lines that say what is wrong and what led to it: the log's end without the statistics.</summary>
    /// <param name="log">The log's lines.</param>
    /// <param name="count">How many at most.</param>
    public static IReadOnlyList<string> Tail(IReadOnlyList<string> log, int count)
    {
        ArgumentNullException.ThrowIfNull(log);
        int end = VerifierLog.EndOf(log);
        var tail = new List<string>();
        for (int i = Math.Max(0, end - count); i < end; i++)
            tail.Add(log[i].TrimEnd());
        return tail;
    }

    /// <summary>The helper is named in the verdict, or in the call before it: <c>37: (85) call bpf_d_path#147</c>.</summary>
    private static VerifierVerdict WithHelper(VerifierVerdict verdict, IReadOnlyList<string> log, int at)
    {
        if (verdict.Fault is not (VerifierFault.HelperNotAllowed or VerifierFault.HelperUnknown or VerifierFault.InvalidArgument or VerifierFault.License
            or VerifierFault.Unbounded or VerifierFault.OutOfBounds or VerifierFault.Uninitialised or VerifierFault.InvalidAccess))
        {
            return verdict;
        }

        for (int i = at; i >= 0 && i >= at - TailLength; i--)
        {
            ReadOnlySpan<char> line = log[i];
            bool isCall = line.Contains(" call ", StringComparison.Ordinal) && VerifierLog.IsInstruction(log[i]);
            if (i != at && VerifierLog.IsInstruction(log[i]) && !isCall)
                break; // the verdict is about an instruction that calls nothing
            if (i != at && !isCall)
                continue;
            int hash = line.IndexOf('#');
            if (hash < 0)
                continue;
            int start = hash;
            while (start > 0 && (char.IsAsciiLetterOrDigit(line[start - 1]) || line[start - 1] == '_'))
                start--;
            int stop = hash + 1;
            while (stop < line.Length && char.IsAsciiDigit(line[stop]))
                stop++;
            if (start == hash || !int.TryParse(line[(hash + 1)..stop], NumberStyles.None, CultureInfo.InvariantCulture, out int number))
                continue;
            return verdict with { Helper = line[start..hash].ToString(), HelperNumber = number };
        }

        return verdict;
    }

    /// <summary>What the verifier walked, not what it says of it: instructions, register states, source lines, notes about paths.</summary>
    private static bool IsTrace(string line) =>
        VerifierLog.IsInstruction(line)
        || line.StartsWith("; ", StringComparison.Ordinal)
        || line.StartsWith("from ", StringComparison.Ordinal)
        || line.StartsWith("mark_precise:", StringComparison.Ordinal)
        || line.StartsWith("propagating ", StringComparison.Ordinal)
        || line.StartsWith("func#", StringComparison.Ordinal)
        || line.StartsWith("last_idx ", StringComparison.Ordinal)
        || line.StartsWith("regs=", StringComparison.Ordinal)
        || line.Contains(" has btf_id ", StringComparison.Ordinal)
        // The context is void * in our BTF, which is no fault (before Linux 6.7, and since).
        || line.StartsWith("reg type unsupported for arg#0 function ", StringComparison.Ordinal)
        || line.StartsWith("arg#0 reference type('UNKNOWN ')", StringComparison.Ordinal)
        || (line.Length > 1 && char.IsAsciiDigit(line[0]) && line.Contains(": R", StringComparison.Ordinal))
        || string.IsNullOrWhiteSpace(line);
}
