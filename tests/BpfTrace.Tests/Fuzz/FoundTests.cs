using BpfTrace.Language.Binding;
using BpfTrace.Language.Diagnostics;
using BpfTrace.Language.Parsing;
using BpfTrace.Language.Syntax;
using BpfTrace.Language.Text;
using BpfTrace.Tests.Language.Binding;
using BpfTrace.Tests.Language.Syntax;

namespace BpfTrace.Tests.Fuzz;

/// <summary>What generated programs found, kept.</summary>
public class FoundTests
{
    /// <summary>Printed without their parentheses these would be something else, or nothing.</summary>
    [Theory]
    [InlineData("begin { if ((1, 2).0) { } if (()) { } while ((1,)) { } unroll ((2, 3).0) { } }")]
    [InlineData("begin { for $i : ((1, 2).0)..(($x).y) { } }")]
    [InlineData("begin { (break); (continue)(1); (let) + 1; }")]
    [InlineData("begin { $a = sizeof((uint64)); $b = sizeof((pid) == 1); $c = sizeof(true); }")]
    public void Prints_to_the_same_tree(string script)
    {
        ProgramSyntax root = ParseAssert.Program(script);
        foreach (string printed in (string[])[SyntaxPrinter.Print(root), SyntaxPrinter.Format(root)])
        {
            ParseResult again = Parser.Parse(new SourceText(printed));
            Assert.True(again.Success, DiagnosticRenderer.Render(again.Diagnostics) + printed);
            Assert.Equal(SyntaxPrinter.Print(root), SyntaxPrinter.Print(again.Root));
            Assert.Equal(
                root.DescendantsAndSelf().Select(static n => n.GetType().Name), again.Root.DescendantsAndSelf().Select(static n => n.GetType().Name));
        }
    }

    [Fact]
    public void A_quoted_control_character_does_not_reach_the_terminal()
    {
        ParseResult result = Parser.Parse(new SourceText("begin { print(\"\\\u001b\"); }"));
        Assert.Equal(DiagnosticIds.InvalidEscape, Assert.Single(result.Diagnostics).Id);
        Assert.DoesNotContain('\u001b', DiagnosticRenderer.Render(result.Diagnostics));
    }

    [Fact]
    public void An_index_beyond_int64_is_out_of_bounds() =>
        BindHelper.AssertDiagnostic("begin { print(«\"a\"[~2]»); }", DiagnosticSeverity.Error, DiagnosticIds.IndexOutOfBounds, "the index 18446744073709551613 is out of bounds for array of size 2");

    /// <summary>The map's value is known to be an integer only after the variable got its type.</summary>
    [Fact]
    public void A_loop_variable_that_cannot_hold_the_entry_is_an_error_there()
    {
        BindResult result = BindHelper.Bind("begin { delete(@b, ksym(0)); for ($d : @b) { $d = (ksym(0), ksym(nsecs)); } }");
        Assert.Contains(result.Diagnostics, static d => d.IsError && d.Message.Contains("$d", StringComparison.Ordinal));
    }

    [Fact]
    public void Macros_that_double_are_stopped()
    {
        string macros = string.Concat(Enumerable.Range(1, 30).Select(static i => $"macro m{i}(x) {{ m{i - 1}(x) + m{i - 1}(x) }}\n"));
        BindResult result = BindHelper.Bind($"macro m0(x) {{ x }}\n{macros}begin {{ @ = m30(pid); }}");
        Assert.Equal(DiagnosticIds.MacroTooLarge, Assert.Single(result.Diagnostics, static d => d.IsError).Id);
    }

    [Fact]
    public void Unrolling_that_multiplies_is_stopped()
    {
        string nested = string.Concat(Enumerable.Repeat("unroll (100) { ", 3));
        BindResult result = BindHelper.Bind($"begin {{ {nested} @++; }} }} }} }}");
        Assert.Contains(result.Diagnostics, static d => d.IsError && d.Message.Contains("unroll within unroll", StringComparison.Ordinal));
        BindHelper.Program("begin { unroll (100) { unroll (100) { @++; } } }");
    }
}
