using BpfTrace.Language.Diagnostics;
using BpfTrace.Language.Text;

namespace BpfTrace.Tests.Language.Syntax;

public class DiagnosticRendererTests
{
    private static Diagnostic Create(string text, int start, int length, DiagnosticSeverity severity = DiagnosticSeverity.Error) =>
        new("SomeId", severity, "what is wrong", new TextLocation(new SourceText(text), new TextSpan(start, length)));

    [Fact]
    public void A_span_in_a_line_is_underlined() => Assert.Equal(
        "stdin:1:9-12: ERROR: what is wrong\nBEGIN { foo }\n        ~~~\n",
        DiagnosticRenderer.Render(Create("BEGIN { foo }\nEND { }", 8, 3)));

    [Fact]
    public void A_span_over_lines_shows_the_lines() => Assert.Equal(
        "stdin:2-3: ERROR: what is wrong\nb {\n\tc }\n",
        DiagnosticRenderer.Render(Create("a\nb {\n\tc }\nd", 2, 8)));

    [Fact]
    public void A_tab_is_four_blanks_wide() => Assert.Equal(
        "stdin:1:2-4: ERROR: what is wrong\n    a    b\n    ~~~~~\n",
        DiagnosticRenderer.Render(Create("\ta\tb", 1, 2)));

    [Fact]
    public void The_end_of_the_text_is_a_place() => Assert.Equal(
        "stdin:1:8-8: ERROR: what is wrong\nBEGIN {\n       \n",
        DiagnosticRenderer.Render(Create("BEGIN {", 7, 0)));

    [Fact]
    public void Notes_and_hints_stand_in_bpftraces_order()
    {
        var source = new SourceText("one two", "x.bt");
        var diagnostic = new Diagnostic("SomeId", DiagnosticSeverity.Error, "first", new TextLocation(source, new TextSpan(0, 3)))
        {
            Hints = ["try this", "or that"],
            Notes =
            [
                new DiagnosticNote("expanded from", new TextLocation(source, new TextSpan(4, 3)), DiagnosticNoteKind.ExpandedFrom),
                new DiagnosticNote("the other", new TextLocation(source, new TextSpan(4, 1))),
            ],
        };
        Assert.Equal(
            """
            x.bt:1:1-4: ERROR: first
            one two
            ~~~
            x.bt:1:5-6: ERROR: the other
            one two
                ~
            HINT: try this
            HINT: or that
            x.bt:1:5-8: ERROR: expanded from
            one two
                ~~~

            """,
            DiagnosticRenderer.Render(diagnostic));
    }

    [Fact]
    public void Errors_come_before_warnings_and_are_coloured()
    {
        Diagnostic warning = Create("x", 0, 1, DiagnosticSeverity.Warning) with { Location = null };
        Diagnostic error = Create("x", 0, 1);
        Assert.Equal(
            "\u001b[31mstdin:1:1-2: ERROR: what is wrong\u001b[0m\nx\n~\n\u001b[33mWARNING: what is wrong\u001b[0m\n",
            DiagnosticRenderer.Render([warning, error], color: true));
    }

    [Fact]
    public void A_script_cannot_steer_the_terminal()
    {
        SourceText source = SourceText.FromBytes([(byte)'a', 0x1b, (byte)'[', 0xff, (byte)'b', 0xf0, 0x9f, 0x90, 0x9d]);
        var diagnostic = new Diagnostic("SomeId", DiagnosticSeverity.Error, "m", new TextLocation(source, new TextSpan(4, 1)));
        Assert.Equal("stdin:1:5-6: ERROR: m\na\uFFFD[\uFFFDb🐝\n    ~\n", DiagnosticRenderer.Render(diagnostic));
    }

    [Theory]
    [InlineData("cont", "count")]
    [InlineData("pritnf", "printf")]
    [InlineData("Comm", "comm")]
    [InlineData("x", null)]
    [InlineData("something", null)]
    public void The_nearest_name_is_suggested(string name, string? suggestion) =>
        Assert.Equal(suggestion, Suggestions.Closest(name, ["printf", "print", "count", "comm", "pid"]));
}
