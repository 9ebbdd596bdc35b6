using BpfTrace.Language.Syntax;

namespace BpfTrace.Tests.Language.Syntax;

public class PrecedenceTests
{
    /// <summary>The table of the language reference, weakest first, independent of the one the parser uses.</summary>
    private static readonly string[][] s_levels =
    [
        ["||"], ["&&"], ["|"], ["^"], ["&"], ["==", "!="], ["<", "<=", ">", ">="], ["<<", ">>"], ["+", "-"], ["*", "/", "%"],
    ];

    public static TheoryData<string, string, bool> Pairs()
    {
        var pairs = new TheoryData<string, string, bool>();
        for (int i = 0; i < s_levels.Length; i++)
        {
            for (int j = 0; j < s_levels.Length; j++)
            {
                foreach (string first in s_levels[i])
                {
                    foreach (string second in s_levels[j])
                        pairs.Add(first, second, i >= j);
                }
            }
        }
        return pairs;
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void A_pair_of_binary_operators_groups_by_precedence_and_to_the_left(string first, string second, bool firstBindsTighter)
    {
        BinaryExpressionSyntax outer = Assert.IsType<BinaryExpressionSyntax>(ParseAssert.Expression($"$a {first} $b {second} $c"));
        string printed = SyntaxPrinter.Print(outer);
        Assert.Equal(firstBindsTighter ? $"($a {first} $b) {second} $c" : $"$a {first} ($b {second} $c)", printed);
        Assert.Equal(firstBindsTighter ? second : first, SyntaxFacts.GetText(outer.Operator));
    }

    public static TheoryData<string, string> UnaryPairs()
    {
        var pairs = new TheoryData<string, string>();
        foreach (string unary in new[] { "!", "~", "-", "*" })
        {
            foreach (string binary in s_levels.SelectMany(static level => level))
                pairs.Add(unary, binary);
        }
        return pairs;
    }

    [Theory]
    [MemberData(nameof(UnaryPairs))]
    public void A_prefix_operator_binds_tighter_than_any_binary_one(string unary, string binary)
    {
        Assert.Equal($"({unary}$a) {binary} ({unary}$b)", SyntaxPrinter.Print(ParseAssert.Expression($"{unary}$a {binary} {unary}$b")));
    }

    [Theory]
    [InlineData("a ? b : c ? d : e", "a ? b : (c ? d : e)")]
    [InlineData("a ? b ? c : d : e", "a ? (b ? c : d) : e")]
    [InlineData("a || b ? c : d", "(a || b) ? c : d")]
    [InlineData("a ? b : c || d", "a ? b : (c || d)")]
    [InlineData("a ?: b", "a ? : b")]
    [InlineData("a ? : b ?: c", "a ? : (b ? : c)")]
    [InlineData("-a.b", "-a.b")]
    [InlineData("*$p->x.y", "*$p.x.y")]
    [InlineData("(*$p)->x", "(*$p).x")]
    [InlineData("!$x[1]", "!$x[1]")]
    [InlineData("-$x++", "-($x++)")]
    [InlineData("++@m[1]", "++@m[1]")]
    [InlineData("(int32)$x + 1", "((int32)$x) + 1")]
    [InlineData("(int32)-$x", "(int32)(-$x)")]
    [InlineData("(struct a *)$x->y", "(struct a*)$x.y")]
    [InlineData("((struct a *)$x)->y", "((struct a*)$x).y")]
    [InlineData("1 + 2 * 3 - 4", "(1 + (2 * 3)) - 4")]
    [InlineData("1 - 2 - 3 - 4", "((1 - 2) - 3) - 4")]
    [InlineData("1 | 2 ^ 3 & 4 == 5 < 6 << 7 + 8 * 9", "1 | (2 ^ (3 & (4 == (5 < (6 << (7 + (8 * 9)))))))")]
    [InlineData("9 * 8 + 7 << 6 < 5 == 4 & 3 ^ 2 | 1", "(((((((9 * 8) + 7) << 6) < 5) == 4) & 3) ^ 2) | 1")]
    [InlineData("comptime $x + 1", "comptime $x + 1")]
    [InlineData("&$x + 1", "(&$x) + 1")]
    [InlineData("$x & &@m", "$x & (&@m)")]
    [InlineData("$t.0.1", "$t.0.1")]
    public void Operators_group(string text, string printed)
    {
        Assert.Equal(printed, SyntaxPrinter.Print(ParseAssert.Expression(text)));
    }

    [Fact]
    public void Comptime_is_a_prefix_operator()
    {
        BinaryExpressionSyntax sum = Assert.IsType<BinaryExpressionSyntax>(ParseAssert.Expression("comptime $x + 1"));
        Assert.IsType<ComptimeExpressionSyntax>(sum.Left);
    }

    [Fact]
    public void A_binary_expression_spans_its_operands_and_knows_its_operator()
    {
        const string Text = "$a  +  $b * 2";
        BinaryExpressionSyntax sum = Assert.IsType<BinaryExpressionSyntax>(ParseAssert.Expression(Text));
        Assert.Equal(Text, Text.Substring(sum.Span.Start, sum.Span.Length));
        Assert.Equal("+", Text.Substring(sum.OperatorSpan.Start, sum.OperatorSpan.Length));
        Assert.Equal("$b * 2", Text.Substring(sum.Right.Span.Start, sum.Right.Span.Length));
    }
}
