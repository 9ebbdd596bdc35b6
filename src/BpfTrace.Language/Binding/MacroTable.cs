using BpfTrace.Language.Diagnostics;
using BpfTrace.Language.Syntax;

namespace BpfTrace.Language.Binding;

/// <summary>The script's macros by name; one name may have several, told apart by their parameters.</summary>
internal sealed class MacroTable
{
    private readonly Dictionary<string, List<MacroSyntax>> _macros = new(StringComparer.Ordinal);

    /// <param name="program">The script.</param>
    /// <param name="diagnostics">Takes what is wrong with a definition: such a macro is left out (bpftrace <c>macro_expansion.cpp</c>).</param>
    public MacroTable(ProgramSyntax program, DiagnosticBag diagnostics)
    {
        foreach (MacroSyntax macro in program.Macros)
        {
            if (!_macros.TryGetValue(macro.Name, out List<MacroSyntax>? named))
                _macros[macro.Name] = named = [];

            // The most precise definition comes first: one that an earlier one covers is never reached.
            if (named.Find(m => Match(m, macro.Parameters) >= 0) is { } original)
                diagnostics.ReportMacroRedefined(program.LocationOf(macro), macro.Name, program.LocationOf(original));
            else if (HasDistinctParameters(macro, program, diagnostics))
                named.Add(macro);
        }
    }

    /// <summary>Every macro's name.</summary>
    public IEnumerable<string> Names => _macros.Keys;

    /// <summary>The macros of a name, in the script's order.</summary>
    public IReadOnlyList<MacroSyntax> Named(string name) => _macros.TryGetValue(name, out List<MacroSyntax>? named) ? named : [];

    /// <summary>How well arguments fit parameters: -1 not at all, else the number of exact kinds.</summary>
    public static int Match(MacroSyntax macro, IReadOnlyList<ExpressionSyntax> arguments)
    {
        if (macro.Parameters.Length != arguments.Count)
            return -1;
        int score = 0;
        for (int i = 0; i < macro.Parameters.Length; i++)
        {
            switch (macro.Parameters[i])
            {
                case VariableExpressionSyntax when arguments[i] is not VariableExpressionSyntax:
                case MapExpressionSyntax when arguments[i] is not MapExpressionSyntax:
                    return -1;
                case VariableExpressionSyntax or MapExpressionSyntax:
                    score++;
                    break;
            }
        }
        return score;
    }

    private static bool HasDistinctParameters(MacroSyntax macro, ProgramSyntax program, DiagnosticBag diagnostics)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (ExpressionSyntax parameter in macro.Parameters)
        {
            (string kind, string name) = parameter switch
            {
                VariableExpressionSyntax variable => ("Variable", variable.Name),
                MapExpressionSyntax map => ("Map", map.Name),
                _ => ("Ident", ((IdentifierExpressionSyntax)parameter).Name),
            };
            if (seen.Add(name))
                continue;
            diagnostics.ReportMacroArguments(program.LocationOf(parameter), $"{kind} for macro argument has already been used: {name}");
            return false;
        }
        return true;
    }
}
