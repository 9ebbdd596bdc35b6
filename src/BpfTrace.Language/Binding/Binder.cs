using BpfTrace.Language.Binding.Inference;
using BpfTrace.Language.CDefinitions;
using BpfTrace.Language.Diagnostics;
using BpfTrace.Language.Probes;
using BpfTrace.Language.Symbols;
using BpfTrace.Language.Syntax;
using BpfTrace.Language.Text;

namespace BpfTrace.Language.Binding;

/// <summary>
/// Binds a script: attach points to places, names to what they mean, expressions to types. The program's types are found by binding
/// it until nothing changes any more; only the last pass counts.
/// </summary>
public static class Binder
{
    /// <summary>More passes than any program needs: one to learn, one to find nothing new, and one for each level of <c>if comptime</c>.</summary>
    private const int MaxPasses = 100;

    /// <summary>Binds a parsed script.</summary>
    /// <param name="program">The tree, of a script that parsed without errors.</param>
    /// <param name="source">The script's text.</param>
    /// <param name="catalog">The machine it is bound for.</param>
    /// <param name="options">Arguments, process, configuration.</param>
    public static BindResult Bind(ProgramSyntax program, SourceText source, IKernelCatalog catalog, BindOptions options)
    {
        ArgumentNullException.ThrowIfNull(program);
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(options);
        var diagnostics = new DiagnosticBag();
        TraceConfig config = ConfigBinder.Bind(program.Config, source, options, diagnostics);
        var types = new TypeCatalog(catalog);
        CSymbols symbols = CDefinitionBinder.Bind(program, source, types, options, diagnostics);
        CCodeBinder code = CCodeBinder.Bind(program, options, diagnostics);
        var context = new BindContext(source, catalog, options, config, types, new MacroTable(program, diagnostics), symbols, code);
        bool isWhole = !diagnostics.HasErrors;
        List<ProbeInstance> probes = new ProbePlanner(context, diagnostics).Plan(program);
        if (!diagnostics.HasErrors && probes.TrueForAll(static p => p.IsAbsent))
            diagnostics.ReportNoProbes(new TextLocation(source, program.Span));
        if (diagnostics.HasErrors)
        {
            if (isWhole)
                ReportBodies(context, program, probes, diagnostics);
            return new BindResult(null, diagnostics.ToImmutableArray());
        }

        DeprecatedForms.Report(program, source, diagnostics);
        var store = new InferenceStore();
        ProgramBinder last = Settle(context, program, probes, store);
        if (LackingProbes.Any(probes, last))
            last = LackingProbes.LeaveOut(context, program, probes, last, store, diagnostics);
        if (last.Diagnostics.HasErrors)
        {
            diagnostics.AddRange(LackingProbes.Advise(Consequences.Without(Once(last.Diagnostics), last)));
            return new BindResult(null, diagnostics.ToImmutableArray());
        }
        diagnostics.AddRange(Once(last.Diagnostics));
        return new BindResult(diagnostics.HasErrors ? null : last.ToProgram(), diagnostics.ToImmutableArray());
    }

    /// <summary>Where attach points are wrong, mistakes in the bodies are told in the same run.</summary>
    private static void ReportBodies(BindContext context, ProgramSyntax program, List<ProbeInstance> probes, DiagnosticBag diagnostics)
    {
        if (probes.Count == 0 && !program.Members.Any(static m => m is SubprogramSyntax))
            return;
        ProgramBinder bound = Settle(context, program, probes, new InferenceStore());
        foreach (Diagnostic diagnostic in Once(bound.Diagnostics))
        {
            // A lack may be one of the probe that is not there. Functions without a probe lack nothing.
            if (probes.Count == 0 || (!diagnostic.IsLack && Consequences.IsIndependent(diagnostic)))
                diagnostics.Add(diagnostic);
        }
    }

    private static ProgramBinder Settle(BindContext context, ProgramSyntax program, List<ProbeInstance> probes, InferenceStore store)
    {
        for (int pass = 1; ; pass++)
        {
            store.BeginPass();
            var binder = new ProgramBinder(context, store);
            binder.BindProgram(program, probes);
            if (pass == MaxPasses)
            {
                binder.Diagnostics.ReportTypesDoNotSettle(new TextLocation(context.Source, program.Span));
                return binder;
            }
            if (store.Changed)
            {
                store.DecideNoMore();
            }
            else if (store.HasUndecided && !store.IsDeciding)
            {
                store.DecideNext();
                continue;
            }
            else if (!store.SeedUnresolvedMaps(binder))
            {
                return binder;
            }
            store.Propagate();
        }
    }

    /// <summary>A body bound for several probes says the same several times.</summary>
    private static IEnumerable<Diagnostic> Once(DiagnosticBag diagnostics) =>
        diagnostics.Count < 2 ? diagnostics : diagnostics.Distinct(new SameStatement());

    // A class: a tuple as the key would have to be compiled first, and with it everything that compares it.
    private sealed class SameStatement : IEqualityComparer<Diagnostic>
    {
        public bool Equals(Diagnostic? x, Diagnostic? y) =>
            ReferenceEquals(x, y) || (x is not null && y is not null && x.Id == y.Id && x.Message == y.Message && x.Location == y.Location);

        public int GetHashCode(Diagnostic obj) => obj.Message.GetHashCode(StringComparison.Ordinal);
    }
}
