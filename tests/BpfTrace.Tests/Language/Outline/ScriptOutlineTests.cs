using BpfTrace.Language.Outline;
using BpfTrace.Language.Parsing;
using BpfTrace.Language.Text;

namespace BpfTrace.Tests.Language.Outline;

/// <summary>What a script says of itself.</summary>
public sealed class ScriptOutlineTests
{
    private static ScriptOutline Of(string script, string name = "tool")
    {
        ParseResult parsed = Parser.Parse(new SourceText(script));
        Assert.Empty(parsed.Diagnostics);
        return ScriptOutline.Of(parsed.Root!, name);
    }

    [Fact]
    public void A_block_comment_has_a_synopsis_paragraphs_parameters_and_examples()
    {
        ScriptOutline outline = Of("""
            #!/usr/bin/env bpft
            /*
             * tool: what it is for.
             *
             * A paragraph
             * of two lines.
             *
             * $1 seconds: how long,
             * in seconds
             * $2 name: whose
             *
             *   bpft tool.bt 5 me
             *   Invoke-BpfTool tool
             */
            begin { printf("%d %s\n", $1, str($2)); exit(); }
            """);
        Assert.Equal("what it is for.", outline.Synopsis);
        Assert.Equal(["A paragraph of two lines."], outline.Description.AsEnumerable());
        Assert.Equal(["bpft tool.bt 5 me", "Invoke-BpfTool tool"], outline.Examples.AsEnumerable());
        Assert.Equal(
            [
                new ScriptParameter("seconds", 1, ScriptParameterKind.Integer, 0L, "how long, in seconds"),
                new ScriptParameter("name", 2, ScriptParameterKind.Text, "", "whose"),
            ],
            outline.Parameters.AsEnumerable());
    }

    [Fact]
    public void Line_comments_are_one_comment_up_to_a_blank_line()
    {
        ScriptOutline outline = Of("""
            // tool.bt	Counts things.
            //
            // USAGE: tool.bt -- [--all]

            // not of the header
            begin { }
            """);
        Assert.Equal("Counts things.", outline.Synopsis);
        Assert.Equal(["USAGE: tool.bt -- [--all]"], outline.Description.AsEnumerable());
    }

    [Theory]
    [InlineData("begin { } // tool: not on top")]
    [InlineData("begin { }")]
    public void Without_a_comment_on_top_there_is_no_synopsis(string script) => Assert.Equal("", Of(script).Synopsis);

    [Fact]
    public void Another_word_first_is_part_of_the_synopsis() => Assert.Equal("toolbox of things", Of("/* toolbox of things */ begin { }").Synopsis);

    [Fact]
    public void Getopt_gives_named_parameters_of_their_defaults_types()
    {
        ScriptOutline outline = Of("""
            begin {
              print(getopt("text", "x", "a text"));
              print(getopt("number", 5));
              print(getopt("number", 5, "said later"));
              print(getopt("below", -3));
              print(getopt("on", true));
              print(getopt("flag"));
            }
            """);
        Assert.Equal(
            [
                new ScriptParameter("below", 0, ScriptParameterKind.Integer, -3L, ""),
                new ScriptParameter("flag", 0, ScriptParameterKind.Flag, false, ""),
                new ScriptParameter("number", 0, ScriptParameterKind.UnsignedInteger, 5UL, "said later"),
                new ScriptParameter("on", 0, ScriptParameterKind.Flag, true, ""),
                new ScriptParameter("text", 0, ScriptParameterKind.Text, "x", "a text"),
            ],
            outline.Parameters.AsEnumerable());
    }

    [Fact]
    public void Macros_that_are_used_count_and_others_do_not()
    {
        ScriptOutline outline = Of("""
            macro inner() { getopt("inner", 1) }
            macro used() { inner }
            macro unused() { getopt("unused", 1) }
            fn f($a : int64) : int64 { return $a + (int64)getopt("in_function", -1); }
            begin { if (used() > 0) { print(1); } }
            """);
        Assert.Equal(["in_function", "inner"], outline.Parameters.Select(p => p.Name));
    }

    [Fact]
    public void A_parameter_of_an_attach_point_must_be_given()
    {
        ScriptOutline outline = Of("uprobe:$1:$2, interval:s:1 /pid == $3/ { } end { }");
        Assert.Equal([true, true, false], outline.Parameters.Select(p => p.IsRequired));
        Assert.Equal(["arg1", "arg2", "arg3"], outline.Parameters.Select(p => p.Name));
        Assert.Equal(["uprobe:$1:$2", "interval:s:1"], outline.AttachPoints.AsEnumerable());
    }
}
