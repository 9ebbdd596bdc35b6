using BpfTrace.Language.Diagnostics;
using BpfTrace.Language.Parsing;
using BpfTrace.Language.Syntax;
using BpfTrace.Language.Text;

namespace BpfTrace.Tests.Language.Syntax;

/// <summary>Parses what must parse.</summary>
internal static class ParseAssert
{
    internal static ProgramSyntax Program(string text)
    {
        ParseResult result = Parser.Parse(new SourceText(text));
        Assert.True(result.Success, DiagnosticRenderer.Render(result.Diagnostics));
        return result.Root;
    }

    internal static ExpressionSyntax Expression(string text)
    {
        var diagnostics = new DiagnosticBag();
        ExpressionSyntax? expression = Parser.ParseExpression(new SourceText(text), diagnostics);
        Assert.True(expression is not null, DiagnosticRenderer.Render(diagnostics));
        return expression;
    }

    /// <summary>The statements of a probe's body.</summary>
    internal static IReadOnlyList<StatementSyntax> Body(string statements)
    {
        ProbeSyntax probe = Assert.Single(Program($"BEGIN {{ {statements} }}").Probes);
        Assert.Null(probe.Body.Value);
        return probe.Body.Statements;
    }

    internal static T Statement<T>(string statement)
        where T : StatementSyntax => Assert.IsType<T>(Assert.Single(Body(statement)));

    internal static AttachPointSyntax AttachPoint(string text) =>
        Assert.Single(Assert.Single(Program(text + " { exit(); }").Probes).AttachPoints);
}
