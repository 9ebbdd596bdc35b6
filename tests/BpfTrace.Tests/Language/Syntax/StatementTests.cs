using BpfTrace.Language.Syntax;

namespace BpfTrace.Tests.Language.Syntax;

public class StatementTests
{
    [Theory]
    [InlineData("+=", BinaryOperatorKind.Add)]
    [InlineData("-=", BinaryOperatorKind.Subtract)]
    [InlineData("*=", BinaryOperatorKind.Multiply)]
    [InlineData("/=", BinaryOperatorKind.Divide)]
    [InlineData("%=", BinaryOperatorKind.Modulo)]
    [InlineData("&=", BinaryOperatorKind.BitwiseAnd)]
    [InlineData("|=", BinaryOperatorKind.BitwiseOr)]
    [InlineData("^=", BinaryOperatorKind.BitwiseXor)]
    [InlineData("<<=", BinaryOperatorKind.ShiftLeft)]
    [InlineData(">>=", BinaryOperatorKind.ShiftRight)]
    public void Compound_assignments(string text, BinaryOperatorKind kind)
    {
        foreach (string target in new[] { "$x", "@", "@m", "@m[1, pid]" })
        {
            AssignmentStatementSyntax assignment = ParseAssert.Statement<AssignmentStatementSyntax>($"{target} {text} 2 + 3");
            Assert.Equal(kind, assignment.Operator);
            Assert.Equal(target, SyntaxPrinter.Print(assignment.Target));
            Assert.Equal("2 + 3", SyntaxPrinter.Print(assignment.Value));
        }
    }

    [Fact]
    public void An_assignment_spans_target_and_value_without_the_semicolon()
    {
        const string Script = "BEGIN { @m[1] = hist(pid); }";
        StatementSyntax statement = Assert.Single(Assert.Single(ParseAssert.Program(Script).Probes).Body.Statements);
        Assert.Equal("@m[1] = hist(pid)", Script.Substring(statement.Span.Start, statement.Span.Length));
    }

    [Theory]
    [InlineData("let $x;", null, null)]
    [InlineData("let $x = 1", null, "1")]
    [InlineData("let $x : uint16 = 1;", "uint16", "1")]
    [InlineData("let $x : struct task_struct * = curtask;", "struct task_struct*", "curtask")]
    [InlineData("let $x : string[64];", "string[64]", null)]
    [InlineData("let $x : int32*[4];", "int32*[4]", null)]
    [InlineData("let $x : typeof($y) = 1;", "typeof($y)", "1")]
    [InlineData("let $x : typeof(struct S *);", "struct S*", null)]
    public void Declarations(string text, string? type, string? value)
    {
        VariableDeclarationStatementSyntax declaration = ParseAssert.Statement<VariableDeclarationStatementSyntax>(text);
        Assert.Equal("$x", declaration.Variable.Name);
        Assert.Equal(type, declaration.Type is null ? null : SyntaxPrinter.Print(declaration.Type));
        Assert.Equal(value, declaration.Initializer is null ? null : SyntaxPrinter.Print(declaration.Initializer));
    }

    [Theory]
    [InlineData("for ($kv : @map) { print($kv); }", "@map")]
    [InlineData("for $kv : @map { print($kv); }", "@map")]
    [InlineData("for ($i : 0..10) { print($i); }", "0..10")]
    [InlineData("for $i : ($a + 1)..$b { print($i); }", "($a + 1)..$b")]
    public void Loops_over_maps_and_ranges(string text, string iterable)
    {
        ForStatementSyntax loop = ParseAssert.Statement<ForStatementSyntax>(text);
        Assert.Equal(iterable, SyntaxPrinter.Print(loop.Iterable));
        Assert.Single(loop.Body.Statements);
    }

    [Fact]
    public void Jumps()
    {
        IReadOnlyList<StatementSyntax> statements = ParseAssert.Body("while 1 { break; continue } return; return 1 + 2;");
        WhileStatementSyntax loop = Assert.IsType<WhileStatementSyntax>(statements[0]);
        Assert.IsType<BreakStatementSyntax>(loop.Body.Statements[0]);
        Assert.IsType<ContinueStatementSyntax>(loop.Body.Statements[1]);
        Assert.Null(Assert.IsType<ReturnStatementSyntax>(statements[1]).Value);
        Assert.IsType<BinaryExpressionSyntax>(Assert.IsType<ReturnStatementSyntax>(statements[2]).Value);
    }

    [Fact]
    public void A_chain_of_ifs_needs_no_semicolons_and_has_no_values_in_statement_position()
    {
        IReadOnlyList<StatementSyntax> statements = ParseAssert.Body(
            "if pid { @a = 1 } else if (pid == 2) { f() } else { 3 } if !pid { } ++@x; @y");
        Assert.Equal(4, statements.Count);
        IfExpressionSyntax first = Assert.IsType<IfExpressionSyntax>(Assert.IsType<ExpressionStatementSyntax>(statements[0]).Expression);
        IfExpressionSyntax second = Assert.IsType<IfExpressionSyntax>(first.Else);
        Assert.Null(second.Then.Value);
        Assert.IsType<CallExpressionSyntax>(Assert.IsType<ExpressionStatementSyntax>(Assert.Single(second.Then.Statements)).Expression);
        Assert.Null(Assert.IsType<BlockExpressionSyntax>(second.Else).Value);
    }

    [Theory]
    [InlineData("$x = if pid { 1 } else { 2 };")]
    [InlineData("$x = { let $y = 1; $y };")]
    public void Blocks_in_expressions_have_values(string text)
    {
        AssignmentStatementSyntax assignment = ParseAssert.Statement<AssignmentStatementSyntax>(text);
        BlockExpressionSyntax block = assignment.Value as BlockExpressionSyntax ?? Assert.IsType<IfExpressionSyntax>(assignment.Value).Then;
        Assert.NotNull(block.Value);
    }

    [Theory]
    [InlineData("_ = f(1)", typeof(DiscardStatementSyntax))]
    [InlineData("_x", typeof(ExpressionStatementSyntax))]
    [InlineData("_ == 1", typeof(ExpressionStatementSyntax))]
    [InlineData("unroll (5) { @x++ }", typeof(UnrollStatementSyntax))]
    [InlineData("unroll $1 { @x++ }", typeof(UnrollStatementSyntax))]
    [InlineData("import \"x.bt\";", typeof(ImportStatementSyntax))]
    [InlineData("$x == 1 ? 2 : 3;", typeof(ExpressionStatementSyntax))]
    [InlineData("$1", typeof(ExpressionStatementSyntax))]
    [InlineData("@x++", typeof(ExpressionStatementSyntax))]
    [InlineData("--$x;", typeof(ExpressionStatementSyntax))]
    [InlineData("formatted();", typeof(ExpressionStatementSyntax))]
    [InlineData("letter", typeof(ExpressionStatementSyntax))]
    public void A_statement_is_told_by_how_it_begins(string text, Type type) => Assert.IsType(type, Assert.Single(ParseAssert.Body(text)));
}
