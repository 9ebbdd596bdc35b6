using BpfTrace.Language.Binding.Inference;
using BpfTrace.Language.Diagnostics;
using BpfTrace.Language.Symbols;
using BpfTrace.Language.Syntax;
using BpfTrace.Language.Text;

namespace BpfTrace.Language.Binding;

/// <summary>
/// Leaves out the probes for which the running kernel lacks something: a place to attach to, a type or a member that the body names. Their
/// bodies still say what maps hold, so that what other probes read there keeps its type.
/// </summary>
internal static class LackingProbes
{
    /// <summary>Whether some probe cannot be part of the program.</summary>
    public static bool Any(List<ProbeInstance> probes, ProgramBinder bound) =>
        bound.Diagnostics.HasErrors || probes.Exists(static p => p.IsAbsent);

    /// <summary>The program without them, from the types of the whole; the reasons are reported as warnings.</summary>
    /// <param name="context">What stays the same.</param>
    /// <param name="program">The script.</param>
    /// <param name="probes">All its probes.</param>
    /// <param name="bound">All of them bound, their types settled.</param>
    /// <param name="store">Those types.</param>
    /// <param name="diagnostics">Takes the reasons.</param>
    public static ProgramBinder LeaveOut(BindContext context, ProgramSyntax program, List<ProbeInstance> probes, ProgramBinder bound, InferenceStore store, DiagnosticBag diagnostics)
    {
        MissingProbes mode = context.Options.MissingProbes(context.Config);
        if (mode == MissingProbes.Error)
            return bound;
        var left = new List<ProbeInstance>(probes.Count);
        bool anyLack = probes.Exists(static p => p.IsAbsent);
        for (int i = 0; i < probes.Count; i++)
        {
            if (probes[i].IsAbsent)
                continue;
            Diagnostic? lack = FindLack(bound, i);
            if (lack is null)
            {
                left.Add(probes[i]);
                continue;
            }
            anyLack = true;
            Report(lack, probes[i], context, mode, diagnostics);
        }
        if (anyLack)
            LeaveOutDependents(context, probes, left, bound, mode, diagnostics);
        if (left.Count == 0)
            diagnostics.ReportNoProbes(new TextLocation(context.Source, program.Span));
        var result = new ProgramBinder(context, store);
        result.BindProgram(program, left);
        return result;
    }

    /// <summary>Errors, those about a lack with what can be done.</summary>
    public static IEnumerable<Diagnostic> Advise(IEnumerable<Diagnostic> diagnostics)
    {
        foreach (Diagnostic diagnostic in diagnostics)
            yield return diagnostic.IsLack ? diagnostic with { Hints = diagnostic.Hints.Add(DiagnosticBag.MissingTypesHint) } : diagnostic;
    }

    /// <summary>What nothing is known of any more because the probes that assign it are left out.</summary>
    private static void LeaveOutDependents(BindContext context, List<ProbeInstance> all, List<ProbeInstance> left, ProgramBinder bound, MissingProbes mode, DiagnosticBag diagnostics)
    {
        for (int i = 0; i < all.Count; i++)
        {
            if (!left.Contains(all[i]) || bound.FirstError(i, static d => d.Id is DiagnosticIds.UndefinedMap or DiagnosticIds.UnresolvedType) is not { } unknown)
                continue;
            left.Remove(all[i]);
            Report(unknown, all[i], context, mode, diagnostics);
        }
    }

    /// <summary>The first thing a probe's body lacks; null also where something else is wrong with it that is not a consequence.</summary>
    private static Diagnostic? FindLack(ProgramBinder bound, int probe) =>
        bound.FirstError(probe, static d => d.Id is DiagnosticIds.UnknownFunction || (d.Id is DiagnosticIds.UnknownIdentifier && !d.IsLack)) is null
            ? bound.FirstError(probe, static d => d.IsLack)
            : null;

    private static void Report(Diagnostic lack, ProbeInstance probe, BindContext context, MissingProbes mode, DiagnosticBag diagnostics)
    {
        if (mode == MissingProbes.Warn)
            diagnostics.ReportProbeLeftOut(lack, new TextLocation(context.Source, probe.Syntax.AttachPoints[0].Span));
    }
}
