using System.Collections.Immutable;
using BpfTrace.Bpf;
using BpfTrace.Language.Binding;
using BpfTrace.Language.Diagnostics;
using BpfTrace.Language.Probes;

namespace BpfTrace;

/// <summary>Shows a compiled script to the kernel's verifier, without attaching anything.</summary>
public static class TraceVerifier
{
    private const int BPF_LOG_LEVEL2 = 2;
    private const int BPF_LOG_STATS = 4;

    /// <summary>Whether this process may load programs at all.</summary>
    public static bool IsPermitted => TraceCompiler.MissingPrerequisites().IsEmpty;

    /// <summary>Loads each of the script's programs, keeps what the verifier says, and unloads everything.</summary>
    /// <param name="trace">A script that compiled.</param>
    /// <param name="wholeLog">Whether the whole log is wanted, of programs that were taken too; up to <c>log_size</c> bytes each.</param>
    /// <exception cref="ArgumentException">The script has errors.</exception>
    public static TraceVerification Verify(CompiledTrace trace, bool wholeLog = false)
    {
        ArgumentNullException.ThrowIfNull(trace);
        if (trace.HasErrors || trace.Result?.Collection is not { } collection)
            throw new ArgumentException("the script has errors", nameof(trace));
        ImmutableArray<Diagnostic> missing = TraceCompiler.MissingPrerequisites();
        if (!missing.IsEmpty)
            return new TraceVerification(missing, []);

        BoundProgram program = trace.RuntimeProgram;
        FileLimit.Raise(program, collection, trace.Options.ProcessIds);
        var loader = new ProgramLoader(program, collection, trace.Catalog, !trace.Options.ProcessIds.IsEmpty || trace.Options.Command is not null)
        {
            LogLevel = wholeLog ? BPF_LOG_LEVEL2 | BPF_LOG_STATS : BPF_LOG_STATS,
        };
        BpfCollection? kernel = null;
        try
        {
            kernel = loader.CreateMaps();
            return LoadEach(program, loader);
        }
        catch (TraceStartException e)
        {
            return new TraceVerification(e.Diagnostics, []);
        }
        finally
        {
            kernel?.Dispose();
        }
    }

    private static TraceVerification LoadEach(BoundProgram program, ProgramLoader loader)
    {
        var diagnostics = ImmutableArray.CreateBuilder<Diagnostic>();
        var programs = ImmutableArray.CreateBuilder<VerifiedProgram>(program.Probes.Length);
        foreach (BoundProbe probe in program.Probes)
        {
            if (probe.Type is ProbeType.Test or ProbeType.Bench)
                continue;
            ProgramSpec spec = loader.Find(probe);
            var seen = new VerifiedProgram { Name = probe.Name, Targets = probe.Targets, InstructionCount = spec.InstructionCount };
            try
            {
                using BpfProgram loaded = loader.LoadInstance(probe, spec, loader.FormOf(probe));
                string log = loaded.VerifierLog;
                programs.Add(seen with
                {
                    IsAccepted = true,
                    Statistics = VerifierStatistics.Read(log.Split('\n')),
                    JitedSize = (int)loaded.GetInfo().JitedSize,
                    Log = log,
                });
            }
            catch (BpfException e)
            {
                diagnostics.AddRange(LoadDiagnostics.Refused(program, probe, e));
                var verifier = e as VerifierException;
                programs.Add(seen with
                {
                    Statistics = verifier is null ? null : VerifierStatistics.Read(verifier.Log),
                    Log = verifier is null ? "" : string.Join('\n', verifier.Log),
                });
                if (verifier is null && !e.IsTooLarge)
                    break; // without privilege every program fails alike
            }
        }

        return new TraceVerification(diagnostics.ToImmutable(), programs.ToImmutable());
    }
}
