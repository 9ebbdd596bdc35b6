using System.Text;
using BpfTrace.Language.Diagnostics;
using BpfTrace.Language.Parsing;
using BpfTrace.Language.Text;

namespace BpfTrace.Tests.Language.Syntax;

/// <summary>A script with «» around the text a diagnostic must point at.</summary>
internal sealed record AnnotatedText(string Text, TextSpan Span)
{
    internal static AnnotatedText Parse(string text)
    {
        var plain = new StringBuilder();
        int start = -1, end = -1;
        foreach (char c in text)
        {
            if (c == '«')
                start = plain.Length;
            else if (c == '»')
                end = plain.Length;
            else
                plain.Append(c);
        }
        Assert.True(start >= 0 && end >= start, "the test marks no text");
        return new AnnotatedText(plain.ToString(), TextSpan.FromBounds(start, end));
    }

    /// <summary>Parses the text and checks that the one diagnostic is this one, here.</summary>
    internal static void AssertSyntaxError(string text, string message, string id = DiagnosticIds.SyntaxError)
    {
        AnnotatedText annotated = Parse(text);
        ParseResult result = Parser.Parse(new SourceText(annotated.Text));
        Diagnostic diagnostic = Assert.Single(result.Diagnostics);
        Assert.Equal("syntax: " + message, diagnostic.Message);
        Assert.Equal(id, diagnostic.Id);
        Assert.Equal(DiagnosticSeverity.Error, diagnostic.Severity);
        Assert.Equal(annotated.Span, diagnostic.Location!.Value.Span);
    }
}
