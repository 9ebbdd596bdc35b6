using System.Collections.Immutable;
using System.Runtime.InteropServices;
using BpfTrace.Language.Binding;
using BpfTrace.Language.Diagnostics;
using BpfTrace.Language.Text;

namespace BpfTrace;

/// <summary>Words for the errors that programs report while they run; bpftrace's (src/output/text.cpp, src/required_resources.h).</summary>
internal static class RuntimeErrors
{
    private const int E2BIG = 7;
    private const int ENOENT = 2;
    private const int EFAULT = 14;

    /// <summary>The warning for a reported error.</summary>
    /// <param name="source">The script.</param>
    /// <param name="site">Where it happened, what it was.</param>
    /// <param name="code">What the helper returned: a negative error number.</param>
    public static Diagnostic Describe(SourceText source, OutputSite site, int code)
    {
        string message = site.RuntimeError switch
        {
            RuntimeErrorKind.DivideByZero => "Divide or modulo by 0 detected. This can lead to unexpected results. 1 is being used as the result.",
            RuntimeErrorKind.LoopLimit => "The loop was ended after 8388608 turns, the kernel's limit for one loop.",
            RuntimeErrorKind.KernelStack => "Error reading kstack.",
            RuntimeErrorKind.UserStack => "Error reading ustack.",
            RuntimeErrorKind.NoUnwindTable => "No DWARF unwind data available for this process. Use -p or --dwarf-pid to specify target PIDs.",
            RuntimeErrorKind.IndexOutOfBounds => "Array access out of bounds. This can lead to unexpected results.",
            _ => DescribeHelper(site.Helper ?? "", code) + $"\nAdditional Info - helper: {site.Helper}, retcode: {code}",
        };
        return At(source, site, SessionDiagnosticIds.RuntimeError, DiagnosticSeverity.Warning, message);
    }

    /// <summary>What can be done about a reported error, where its words do not say it; bpftrace says nothing more.</summary>
    public static ImmutableArray<string> NextStep(OutputSite site, int code) => (site.RuntimeError, site.Helper, code) switch
    {
        (RuntimeErrorKind.DivideByZero, _, _) => ["Ask before: $n != 0 ? $x / $n : 0."],
        (RuntimeErrorKind.IndexOutOfBounds, _, _) => ["Ask before whether the index is below the array's length."],
        (RuntimeErrorKind.LoopLimit, _, _) or (_, "loop", -E2BIG) => ["Loops in one another have more turns: each has its own."],
        (RuntimeErrorKind.NoUnwindTable, _, _) => ["In PowerShell that is -ProcessId and -DwarfProcessId; -Command does too."],
        (_, "map_delete_elem", -ENOENT) or (_, "map_lookup_elem" or "map_lookup_percpu_elem", _) => ["Ask before: if (has_key(@m, $key)) { ... }."],
        (_, _, -EFAULT) => ["Check the type of the pointer, that it is not null, and whose it is: uptr() reads the process's memory, kptr() the kernel's."],
        _ => [],
    };

    /// <summary>A diagnostic at an output site, with the uses of the macros it lies in.</summary>
    public static Diagnostic At(SourceText script, OutputSite site, string id, DiagnosticSeverity severity, string message)
    {
        var diagnostic = new Diagnostic(id, severity, message, new TextLocation(script, site.Span));
        return site.ExpandedFrom is null ? diagnostic
            : diagnostic with { Notes = [.. site.ExpandedFrom.Select(use => new DiagnosticNote("expanded from", new TextLocation(script, use), DiagnosticNoteKind.ExpandedFrom))] };
    }

    private static string DescribeHelper(string helper, int code) => (helper, code) switch
    {
        ("map_update_elem", -E2BIG) =>
            "Map full; can't update element. Try increasing max_map_keys config or manually setting the max entries in a map declaration e.g. `let @a = hash(5000)`",
        ("loop", -E2BIG) => "The loop did not run: its range has more than 8388608 turns, the kernel's limit for one loop.",
        ("map_delete_elem", -ENOENT) => "Can't delete map element because it does not exist.",
        // A lookup gives a null pointer and no error number.
        ("map_lookup_elem" or "map_lookup_percpu_elem", _) => "Can't lookup map element because it does not exist.",
        _ => Marshal.GetPInvokeErrorMessage(-code),
    };
}
