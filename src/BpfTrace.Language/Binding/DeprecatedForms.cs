using BpfTrace.Language.Diagnostics;
using BpfTrace.Language.Syntax;
using BpfTrace.Language.Text;

namespace BpfTrace.Language.Binding;

/// <summary>
/// Forms of bpftrace 0.17 that still work and have a newer form: one warning for each form a script uses, at its first use (bpftrace docs/migration_guide.md, stdlib.md
/// "delete").
/// </summary>
internal static class DeprecatedForms
{
    /// <summary>Warns of the old forms.</summary>
    public static void Report(ProgramSyntax program, SourceText source, DiagnosticBag diagnostics)
    {
        // Most scripts have none of the words, and need not be walked.
        bool mayDelete = source.Text.Contains("delete", StringComparison.Ordinal);
        bool mayArrow = source.Text.Contains("args->", StringComparison.Ordinal);
        if (source.Text.Contains("kfunc:", StringComparison.Ordinal) || source.Text.Contains("kretfunc:", StringComparison.Ordinal))
            ReportProbes(program, source, diagnostics);
        if (!mayDelete && !mayArrow)
            return;
        foreach (ProbeSyntax probe in program.Probes)
        {
            foreach (SyntaxNode node in probe.DescendantsAndSelf())
            {
                switch (node)
                {
                    case CallExpressionSyntax { Name: "delete", Arguments: [MapAccessExpressionSyntax access] } when mayDelete:
                        diagnostics.ReportDeprecatedForm(new TextLocation(source, node.Span), "delete(@map[key])", $"delete({access.Map.Name}, {Keys(access, source)})");
                        mayDelete = false;
                        break;
                    case MemberAccessExpressionSyntax { IsArrow: true, Expression: IdentifierExpressionSyntax { Name: "args" } } member when mayArrow:
                        diagnostics.ReportDeprecatedForm(new TextLocation(source, node.Span), "args->", $"args.{member.Name}");
                        mayArrow = false;
                        break;
                }
            }
        }
    }

    private static void ReportProbes(ProgramSyntax program, SourceText source, DiagnosticBag diagnostics)
    {
        bool hasEntry = false, hasReturn = false;
        foreach (ProbeSyntax probe in program.Probes)
        {
            foreach (AttachPointSyntax point in probe.AttachPoints)
            {
                bool isReturn = point.Provider.Text == "kretfunc";
                if (!isReturn && point.Provider.Text != "kfunc")
                    continue;
                if (isReturn ? hasReturn : hasEntry)
                    continue;
                hasReturn |= isReturn;
                hasEntry |= !isReturn;
                diagnostics.ReportDeprecatedForm(new TextLocation(source, point.Span), point.Provider.Text, isReturn ? "fexit" : "fentry");
            }
        }
    }

    /// <summary>Several keys are a tuple in the new form.</summary>
    private static string Keys(MapAccessExpressionSyntax access, SourceText source)
    {
        string keys = source.ToString(TextSpan.FromBounds(access.Keys[0].Span.Start, access.Keys[^1].Span.End));
        return access.Keys.Length == 1 ? keys : $"({keys})";
    }
}
