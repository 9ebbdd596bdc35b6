using BpfTrace.Language.Diagnostics;

namespace BpfTrace.Cli;

/// <summary>The exit statuses but the script's own of <c>exit()</c>: bpftrace's (src/main.cpp, run_bpftrace.cpp; what run() in bpftrace.cpp returns).</summary>
internal static class ExitStatus
{
    /// <summary>Wrong usage, a script with errors, nothing to attach, a failed test.</summary>
    public const int Error = 1;

    /// <summary>It was not the script itself: a variable of the environment, or its C definitions.</summary>
    public const int Surroundings = 2;

    /// <summary>A script that is right could not be loaded or attached (run() returns -1).</summary>
    public const int NotStarted = 255;

    /// <summary>Of a compilation with errors.</summary>
    public static int OfCompilation(CompiledTrace trace)
    {
        int status = Error;
        bool isAttaching = true;
        foreach (Diagnostic diagnostic in trace.Diagnostics)
        {
            if (!diagnostic.IsError)
                continue;
            if (diagnostic is { Id: DiagnosticIds.InvalidConfig, Location: null } or { Id: DiagnosticIds.CDefinition or SessionDiagnosticIds.ClangFailed })
                return Surroundings;
            if (diagnostic.Id == SessionDiagnosticIds.InvalidProbeFilter)
                status = NotStarted;
            isAttaching &= diagnostic.IsOfAttaching;
        }

        return isAttaching ? NotStarted : status;
    }

    /// <summary>Of a trace that did not start.</summary>
    public static int OfStart(TraceStartException failure)
    {
        foreach (Diagnostic diagnostic in failure.Diagnostics)
        {
            if (diagnostic.IsError && diagnostic.Id is SessionDiagnosticIds.NoSuchProcess or SessionDiagnosticIds.MissingPrivilege or SessionDiagnosticIds.KernelLacksFeature)
                return Error; // bpftrace looks for these (the last is lockdown) before it runs anything
        }

        return NotStarted;
    }
}
