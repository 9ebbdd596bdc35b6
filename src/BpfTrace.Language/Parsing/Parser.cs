using BpfTrace.Language.Diagnostics;
using BpfTrace.Language.Syntax;
using BpfTrace.Language.Text;
using Sprache;

namespace BpfTrace.Language.Parsing;

/// <summary>
/// Turns a script into its syntax tree. Never throws for any text; reports the first syntax error, at the place where
/// the text stops being a program.
/// </summary>
public static class Parser
{
    /// <summary>
    /// How deep a tree may be. Later phases walk it recursively on whatever stack the host gives (1 MB in a PowerShell
    /// pipeline), and a stack overflow would end the host.
    /// </summary>
    internal const int MaxTreeDepth = 500;

    /// <summary>Parses a whole script; of a text of several files the last one, with spans in the whole.</summary>
    public static ParseResult Parse(SourceText source)
    {
        ArgumentNullException.ThrowIfNull(source);
        var state = new ParseState(source);
        CheckText(state);
        ProgramSyntax root = Grammar.Program(new ScriptInput(state, source.LastPartStart));
        CheckDepth(state, root);
        return new ParseResult(root, Report(state).ToImmutableArray());
    }

    /// <summary>Parses a lone expression, as the body of a <c>#define</c> is one.</summary>
    /// <param name="source">The text.</param>
    /// <param name="diagnostics">Receives the syntax error where there is one.</param>
    /// <returns>The expression, or null where there is none or it has an error.</returns>
    public static ExpressionSyntax? ParseExpression(SourceText source, DiagnosticBag diagnostics)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(diagnostics);
        var state = new ParseState(source);
        CheckText(state);
        IResult<ExpressionSyntax>? result = Grammar.LoneExpression(new ScriptInput(state, 0));
        if (result is { WasSuccessful: true })
            CheckDepth(state, result.Value);
        diagnostics.AddRange(Report(state));
        return result is { WasSuccessful: true } && !state.HasFailed ? result.Value : null;
    }

    private static DiagnosticBag Report(ParseState state)
    {
        var diagnostics = new DiagnosticBag();
        state.ReportTo(diagnostics);
        return diagnostics;
    }

    /// <summary>A NUL is in no script, quoted or not: this is some other file.</summary>
    private static void CheckText(ParseState state)
    {
        int nul = state.Text.IndexOf('\0', state.Source.LastPartStart);
        if (nul >= 0)
            state.RecordFinal(new TextSpan(nul, 1), "unexpected character \\x00; this is not a script", DiagnosticIds.InvalidCharacter);
    }

    private static void CheckDepth(ParseState state, SyntaxNode root)
    {
        // Without many operators in chains the nesting limit alone bounds the depth.
        if (state.HasFailed || Math.Max(state.Links, state.MaxLinks) + (2 * Combinators.MaxNesting) < MaxTreeDepth)
            return;
        if (Combinators.FindTooDeep(root, MaxTreeDepth) is { } node)
        {
            state.RecordFinal(
                node.Span, $"expression is too deep (limit is {MaxTreeDepth} operators in one another)", DiagnosticIds.NestingTooDeep);
        }
    }
}
