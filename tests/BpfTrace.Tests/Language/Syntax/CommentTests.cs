using BpfTrace.Language.Parsing;
using BpfTrace.Language.Syntax;
using BpfTrace.Language.Text;

namespace BpfTrace.Tests.Language.Syntax;

public class CommentTests
{
    private static string Comments(string text)
    {
        ProgramSyntax program = ParseAssert.Program(text);
        return string.Join('|', program.Comments.Select(comment => program.Source.ToString(comment.Span)));
    }

    [Fact]
    public void Comments_are_kept_beside_the_tree_once_and_in_order() => Assert.Equal(
        "// a|/* b */|// c|/* d\n e */|// f|// g",
        Comments("// a\n#!/usr/bin/bpftrace\n/* b */ kprobe:f, // c\nkprobe:g /pid/ { /* d\n e */ f(1 // f\n, 2); } // g"));

    [Theory]
    [InlineData("begin { $x = (x[/* a */ 1] /* b */ ) + 1; }", "/* a */|/* b */")]
    [InlineData("begin { print(sizeof(x[/* a */ 1] /* b */ )); }", "/* a */|/* b */")]
    [InlineData("begin { $x = (struct s /* a */ * /* b */)1; }", "/* a */|/* b */")]
    [InlineData("begin /* a */ / /* b */ 1 /* c */ / /* d */ { }", "/* a */|/* b */|/* c */|/* d */")]
    [InlineData("begin { if 1 /* a */ { } /* b */ else /* c */ { } }", "/* a */|/* b */|/* c */")]
    public void What_a_rule_looks_at_ahead_of_time_loses_none(string text, string comments) => Assert.Equal(comments, Comments(text));

    [Theory]
    [InlineData("begin { printf(\"// no /* comment */\"); }")]
    [InlineData("uprobe:\"/bin//x\":f { }")]
    [InlineData("uprobe:/bin//x:f { }")]
    [InlineData("#define A 1 // C's own\nbegin { }")]
    [InlineData("struct s { int x; /* C's own */ };\nbegin { }")]
    public void What_looks_like_a_comment_in_strings_paths_and_c_is_none(string text) => Assert.Equal("", Comments(text));

    [Theory]
    [InlineData("BEGIN// c\n{ }")]
    [InlineData("BEGIN/* c */{ }")]
    public void A_comment_may_follow_a_probe_that_has_no_path(string text)
    {
        ProgramSyntax program = ParseAssert.Program(text);
        Assert.Equal("BEGIN", Assert.Single(Assert.Single(program.Probes).AttachPoints).Text);
        Assert.Single(program.Comments);
    }

    [Fact]
    public void Comments_and_statements_cost_the_same_wherever_they_are()
    {
        const string Unit =
            """
            // about the probe
            kprobe:f /pid == 1 && comm != "x"/ {
              $x = ((struct s *)arg0)->a + sizeof(struct t) * 2; // behind
              if ($x > 1 /* inside */) { @[comm, $x] = count(); } else { printf("%d\n", $x); }
              /* last */
            }

            """;
        long small = Allocated(Unit, 40), large = Allocated(Unit, 800);

        // What is allocated tells the work without the machine's other work in it: twenty times the text, twenty times the bytes.
        Assert.InRange(large, small * 15, small * 26);
    }

    private static long Allocated(string unit, int count)
    {
        var source = new SourceText(string.Concat(Enumerable.Repeat(unit, count)));
        SyntaxPrinter.Format(Parser.Parse(source).Root);
        long before = GC.GetAllocatedBytesForCurrentThread();
        ParseResult parsed = Parser.Parse(source);
        SyntaxPrinter.Format(parsed.Root);
        long bytes = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.Equal(3 * count, parsed.Root.Comments.Length - count);
        return bytes;
    }
}
