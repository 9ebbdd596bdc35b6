using System.Text;
using BpfTrace.Language.Diagnostics;
using BpfTrace.Language.Parsing;
using BpfTrace.Language.Syntax;
using BpfTrace.Language.Text;

namespace BpfTrace.Tests.Language.Formatting;

public class FormatPropertyTests
{
    private static readonly string[] s_comments =
        ["/* i */", " // t\n", "\n// o\n", "\n/* own */\n", " /* tr */\n", "/* m\n  n */", " // a\n // b\n", "\n\n\n", "/**/", "//\n"];

    private static readonly int s_rounds = int.Parse(Environment.GetEnvironmentVariable("BPFTRACE_FORMAT_ROUNDS") ?? "8", System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Formats, and checks what must hold for every script.</summary>
    private static void Check(string text)
    {
        ParseResult parsed = Parser.Parse(new SourceText(text));
        string formatted = SyntaxPrinter.Format(parsed.Root);
        ParseResult again = Parser.Parse(new SourceText(formatted));
        string Shown(string what) => $"{what}\n--- script\n{text}\n--- formatted\n{formatted}";

        Assert.True(again.Success, Shown(DiagnosticRenderer.Render(again.Diagnostics)));
        if (TreeText.Of(parsed.Root) != TreeText.Of(again.Root))
            Assert.Equal(TreeText.Of(parsed.Root), Shown(TreeText.Of(again.Root)));
        string twice = SyntaxPrinter.Format(again.Root);
        Assert.True(formatted == twice, Shown("not the same again:\n" + twice));
        Assert.True(Comments(parsed.Root) == Comments(again.Root), Shown($"comments were\n{Comments(parsed.Root)}\nand are\n{Comments(again.Root)}"));
        if (parsed.Root.CDefinitions.IsEmpty && !parsed.Root.Probes.Any(static p => p.AttachPoints.Any(static a => a.Text.Contains('\n', StringComparison.Ordinal))))
            Assert.DoesNotContain(formatted.Split('\n'), static line => line.Length > 0 && char.IsWhiteSpace(line[^1]));
    }

    /// <summary>The comments without their blanks, sorted: few may trade places, none may be lost or told twice.</summary>
    private static string Comments(ProgramSyntax program) => string.Join(
        '|', program.Comments.Select(c => string.Concat(program.Source.ToString(c.Span).Where(static x => !char.IsWhiteSpace(x)))).Order(StringComparer.Ordinal));

    [Fact]
    public void Every_program_in_the_repository_keeps_its_tree_and_is_formatted_once()
    {
        Assert.True(RepositoryScripts.All.Count > 200, $"{RepositoryScripts.All.Count} programs were found");
        foreach (string script in RepositoryScripts.All)
            Check(script);
    }

    /// <summary>A comment before a closing brace that gets a line of its own does not count for the width, as it would not when read again.</summary>
    [Theory]
    [InlineData("if ((!65535) && ((9 * $c) == (if (0) { 256/* a comment */ /* and a second one of some length */ } else { 4294967296 }))) { }")]
    [InlineData("if ((!65535) && ((9 * $c) == (if (0) { 2 } else { 4 /* a comment of some length, and something else behind it */ }))) { }")]
    [InlineData("$x = $some_long_name + $another_long_name * ({ 256 /* a comment of some length, and something else behind it */ });")]
    [InlineData("$x = if (0) { 256 /* short */ } else { 4 /* too */ }; $y = { 5 /* five */ };")]
    public void Comments_before_a_brace_are_formatted_once(string statements) => Check($"begin {{ let $c = 1; if (1) {{ }} else {{ {statements} }} }}");

    [Theory]
    [InlineData(20260801)]
    [InlineData(7)]
    public void Comments_anywhere_stay(int seed)
    {
        var random = new Random(seed);
        int tried = 0;
        foreach (string script in RepositoryScripts.All)
        {
            ProgramSyntax program = Parser.Parse(new SourceText(script)).Root;
            if (!program.CDefinitions.IsEmpty)
                continue;
            string formatted = SyntaxPrinter.Format(program);
            for (int i = 0; i < s_rounds; i++)
            {
                string commented = WithComments(formatted, program.Header?.Length ?? 0, random);
                if (!Parser.Parse(new SourceText(commented)).Success)
                    continue;
                Check(commented);
                tried++;
            }
        }
        Assert.True(tried > 500, $"only {tried} scripts with comments parsed");
    }

    private static string WithComments(string script, int start, Random random)
    {
        var text = new StringBuilder(script);
        for (int i = random.Next(3); i >= 0; i--)
        {
            int at = random.Next(start, text.Length);
            while (at < text.Length && !" \n(){};,[]".Contains(text[at], StringComparison.Ordinal))
                at++;
            text.Insert(at, s_comments[random.Next(s_comments.Length)]);
        }
        return text.ToString();
    }

    [Fact]
    public void The_tree_shown_parses_to_the_same_tree()
    {
        foreach (string script in RepositoryScripts.All)
        {
            ProgramSyntax program = Parser.Parse(new SourceText(script)).Root;
            string printed = SyntaxPrinter.Print(program);
            ParseResult again = Parser.Parse(new SourceText(printed));
            Assert.True(again.Success, printed + DiagnosticRenderer.Render(again.Diagnostics));
            Assert.Equal(printed, SyntaxPrinter.Print(again.Root));
        }
    }
}
