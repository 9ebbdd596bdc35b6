using BpfTrace.Language.Syntax;

namespace BpfTrace.Language.Probes;

/// <summary>Tells scripts written for bpftrace 0.17 and older from newer ones, by forms that have been replaced since.</summary>
internal static class OldDialect
{
    /// <summary>Whether a script uses <c>delete(@m[k])</c>, <c>args-></c>, <c>sargN</c>, or probes named kfunc and kretfunc.</summary>
    public static bool IsUsed(ProgramSyntax program)
    {
        foreach (ProbeSyntax probe in program.Probes)
        {
            foreach (AttachPointSyntax point in probe.AttachPoints)
            {
                if (point.Provider.Text is "kfunc" or "kretfunc")
                    return true;
            }

            foreach (SyntaxNode node in probe.DescendantsAndSelf())
            {
                if (IsOld(node))
                    return true;
            }
        }

        return false;
    }

    private static bool IsOld(SyntaxNode node) => node switch
    {
        CallExpressionSyntax { Name: "delete", Arguments: [MapAccessExpressionSyntax] } => true,
        MemberAccessExpressionSyntax { IsArrow: true, Expression: IdentifierExpressionSyntax { Name: "args" } } => true,
        IdentifierExpressionSyntax { Name: ['s', 'a', 'r', 'g', >= '0' and <= '9'] } => true,
        _ => false,
    };
}
