using System.Collections.Immutable;
using BpfTrace.Bpf;
using BpfTrace.Compiler;
using BpfTrace.Language.Binding;
using BpfTrace.Language.Diagnostics;
using BpfTrace.Language.Probes;

namespace BpfTrace.Fuzz.Checks;

/// <summary>Loads a compiled program's parts into the kernel, attaches nothing, runs nothing, and unloads them at once.</summary>
internal sealed class LoadCheck(IKernelCatalog catalog)
{
    private static readonly string[] s_limits =
    [
        "BPF program is too large", "infinite loop detected", "is too complex", "The sequence of", "too many states",
        // A locked down kernel has no such helper, for programs of no type.
        "cannot use helper bpf_probe_write_user",
    ];

    // What a script hands to skboutput(), path() and socket_cookie() must be a pointer that the kernel vouches for.
    private static readonly string[] s_trusting = ["call bpf_skb_output#", "call bpf_d_path#", "call bpf_get_socket_cookie#"];

    // What follows a verdict.
    private static readonly string[] s_statistics = ["processed ", "verification time", "stack depth"];

    public CheckResult Check(BoundProgram program, CompilationResult compiled)
    {
        BpfCollection? collection = null;
        try
        {
            var loader = new ProgramLoader(program, compiled.Collection!, catalog, inProcesses: false);
            ImmutableArray<LoadedProbe> probes = loader.Load(out collection);
            foreach (LoadedProbe probe in probes)
            {
                // Multi-attached programs are loaded when they are attached: the verifier sees the same program.
                if (probe.Program is null)
                    loader.LoadInstance(probe.Probe, probe.Spec).Dispose();
            }

            return new CheckResult(Outcome.Loaded, null);
        }
        catch (TraceStartException refused)
        {
            return new CheckResult(Outcome.NotLoaded, Judge(refused), refused.Message);
        }
        catch (VerifierException verdict)
        {
            return new CheckResult(Outcome.NotLoaded, Verdict(verdict, ""), verdict.Message);
        }
        catch (Exception exception)
        {
            return new CheckResult(Outcome.NotLoaded, Finding.Of("load", exception));
        }
        finally
        {
            collection?.Dispose();
        }
    }

    private static Finding? Judge(TraceStartException refused)
    {
        if (LanguageCheck.CheckDiagnostics(refused.Diagnostics, "load") is { } wrong)
            return wrong;
        if (!refused.Diagnostics.Any(static d => d.IsError))
            return new Finding("load: refused without an error", "");
        return refused.InnerException is VerifierException verdict ? Verdict(verdict, DiagnosticRenderer.Render(refused.Diagnostics)) : null;
    }

    /// <summary>
    /// The verifier's verdict on code we generated is a defect of ours, unless it is about what the script itself asks for: more
    /// instructions than the verifier walks, a loop without an end.
    /// </summary>
    private static Finding? Verdict(VerifierException verdict, string detail)
    {
        string log = string.Join('\n', verdict.Log);
        if (s_limits.Any(limit => log.Contains(limit, StringComparison.Ordinal)))
            return null;
        int at = verdict.Log.Length - 1;
        while (at >= 0 && (verdict.Log[at].Length == 0 || s_statistics.Any(start => verdict.Log[at].StartsWith(start, StringComparison.Ordinal))))
            at--;
        if (IsAboutTrust(verdict.Log, at))
            return null;
        string last = at < 0 ? verdict.Message : verdict.Log[at];
        return new Finding("verifier: " + CompileCheck.Signature(last), detail + string.Join('\n', verdict.Log.TakeLast(60)));
    }

    /// <summary>Whether the verdict in line <paramref name="at"/> is about a pointer as the script has it.</summary>
    private static bool IsAboutTrust(ImmutableArray<string> log, int at)
    {
        if (at < 1)
            return false;
        if (log[at].Contains(" type=scalar expected=", StringComparison.Ordinal))
            return s_trusting.Any(call => log[at - 1].Contains(call, StringComparison.Ordinal));
        // In a raw tracepoint with packets the arguments are the kernel's typed pointers: with them it lets a program do less than with numbers.
        return log[at].Contains("makes trusted_ptr_ pointer be out of bounds", StringComparison.Ordinal)
            || (log[at].Contains("pointer arithmetic with", StringComparison.Ordinal) && log.Any(static l => l.Contains("trusted_ptr_", StringComparison.Ordinal)));
    }
}
