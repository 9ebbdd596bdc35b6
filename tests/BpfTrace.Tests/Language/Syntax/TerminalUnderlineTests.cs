using System.Globalization;
using BpfTrace.Language.Diagnostics;
using BpfTrace.Language.Parsing;
using BpfTrace.Language.Text;

namespace BpfTrace.Tests.Language.Syntax;

/// <summary>The underline lies under what a terminal shows, whatever the script is written in; columns are UTF-16 code units.</summary>
public class TerminalUnderlineTests
{
    [Theory]
    [InlineData("begin { printf(\"aé\"; }", 20, 19)] // one column, two bytes
    [InlineData("begin { printf(\"日本\"; }", 20, 21)] // wide: two columns each
    [InlineData("begin { printf(\"😀\"; }", 20, 19)] // a surrogate pair, two columns
    [InlineData("begin { printf(\"e\u0301\"; }", 20, 18)] // a combining accent takes none
    [InlineData("begin { /* ﬁ → Ω */ $x = ; }", 26, 25)]
    public void The_underline_is_where_the_mistake_is_seen(string script, int column, int blanks)
    {
        Diagnostic error = Assert.Single(Parser.Parse(new SourceText(script)).Diagnostics);
        string[] lines = DiagnosticRenderer.Render(error).Split('\n');
        Assert.StartsWith(string.Create(CultureInfo.InvariantCulture, $"stdin:1:{column}-"), lines[0], StringComparison.Ordinal);
        Assert.Equal(script, lines[1]);
        Assert.Equal(blanks, lines[2].IndexOf('~', StringComparison.Ordinal));
    }

    [Fact]
    public void Bytes_that_are_no_text_have_a_column_each()
    {
        SourceText source = SourceText.FromBytes([.. "begin { printf(\""u8, 0xff, 0xfe, .. "\"; }"u8]);
        Diagnostic error = Assert.Single(Parser.Parse(source).Diagnostics);
        string[] lines = DiagnosticRenderer.Render(error).Split('\n');
        Assert.Equal("begin { printf(\"\uFFFD\uFFFD\"; }", lines[1]);
        Assert.Equal(19, lines[2].IndexOf('~', StringComparison.Ordinal));
    }

    [Fact]
    public void Details_are_printed_below_everything()
    {
        var diagnostic = new Diagnostic("X", DiagnosticSeverity.Error, "no", null) { Hints = ["do"], Details = ["raw 1", "raw 2"] };
        Assert.Equal("ERROR: no\nHINT: do\n    raw 1\n    raw 2\n", DiagnosticRenderer.Render(diagnostic));
    }
}
