using BpfTrace.Language.Syntax;

namespace BpfTrace.Tests.Language.Syntax;

public class ExpressionTests
{
    [Theory]
    [InlineData("pid", typeof(IdentifierExpressionSyntax))]
    [InlineData("$x", typeof(VariableExpressionSyntax))]
    [InlineData("$1", typeof(PositionalParameterExpressionSyntax))]
    [InlineData("$#", typeof(PositionalParameterCountExpressionSyntax))]
    [InlineData("@", typeof(MapExpressionSyntax))]
    [InlineData("@m", typeof(MapExpressionSyntax))]
    [InlineData("@[1]", typeof(MapAccessExpressionSyntax))]
    [InlineData("@m [1, (2, 3)]", typeof(MapAccessExpressionSyntax))]
    [InlineData("@m[1][2]", typeof(ElementAccessExpressionSyntax))]
    [InlineData("(@m)[2]", typeof(ElementAccessExpressionSyntax))]
    [InlineData("args.filename", typeof(MemberAccessExpressionSyntax))]
    [InlineData("args->filename", typeof(MemberAccessExpressionSyntax))]
    [InlineData("$t.0", typeof(TupleAccessExpressionSyntax))]
    [InlineData("printf(\"%d\", 1)", typeof(CallExpressionSyntax))]
    [InlineData("nsecs (sw_tai)", typeof(CallExpressionSyntax))]
    [InlineData("(1, 2)", typeof(TupleExpressionSyntax))]
    [InlineData("(1, 2,)", typeof(TupleExpressionSyntax))]
    [InlineData("(1,)", typeof(TupleExpressionSyntax))]
    [InlineData("()", typeof(TupleExpressionSyntax))]
    [InlineData("(x=1, pid=pid)", typeof(RecordExpressionSyntax))]
    [InlineData("(pid=pid, comm=comm)", typeof(RecordExpressionSyntax))]
    [InlineData("(x == 1)", typeof(BinaryExpressionSyntax))]
    [InlineData("(uint64)$x", typeof(CastExpressionSyntax))]
    [InlineData("(uint64 *)$x", typeof(CastExpressionSyntax))]
    [InlineData("(uint8[8])1", typeof(CastExpressionSyntax))]
    [InlineData("(struct task_struct * *)curtask", typeof(CastExpressionSyntax))]
    [InlineData("(enum e)1", typeof(CastExpressionSyntax))]
    [InlineData("(size_t)-1", typeof(CastExpressionSyntax))]
    [InlineData("(typeof($x))1", typeof(CastExpressionSyntax))]
    [InlineData("(cpu) - 1", typeof(BinaryExpressionSyntax))]
    [InlineData("(pid) & 1", typeof(BinaryExpressionSyntax))]
    [InlineData("(arg0) * 2", typeof(BinaryExpressionSyntax))]
    [InlineData("(x)", typeof(IdentifierExpressionSyntax))]
    [InlineData("(a[1])", typeof(ElementAccessExpressionSyntax))]
    [InlineData("(a[$i + 1])", typeof(ElementAccessExpressionSyntax))]
    [InlineData("(a * b)", typeof(BinaryExpressionSyntax))]
    [InlineData("sizeof(struct S)", typeof(SizeofExpressionSyntax))]
    [InlineData("offsetof(struct S, a.b)", typeof(OffsetofExpressionSyntax))]
    [InlineData("typeinfo($x)", typeof(TypeinfoExpressionSyntax))]
    [InlineData("comptime 1", typeof(ComptimeExpressionSyntax))]
    [InlineData("&@m", typeof(UnaryExpressionSyntax))]
    [InlineData("/* a */ 1 // b", typeof(IntegerLiteralExpressionSyntax))]
    public void An_expression_is_of_its_kind(string text, Type type) => Assert.IsType(type, ParseAssert.Expression(text));

    [Theory]
    [InlineData("sizeof(uint64)", typeof(NamedTypeSyntax))]
    [InlineData("sizeof(struct S *)", typeof(PointerTypeSyntax))]
    [InlineData("sizeof(size_t *)", typeof(PointerTypeSyntax))]
    [InlineData("sizeof(string[64])", typeof(ArrayTypeSyntax))]
    [InlineData("sizeof(size_t)", typeof(ExpressionTypeSyntax))]
    [InlineData("sizeof($x)", typeof(ExpressionTypeSyntax))]
    [InlineData("sizeof(pid)", typeof(ExpressionTypeSyntax))]
    [InlineData("sizeof(a * b)", typeof(ExpressionTypeSyntax))]
    [InlineData("sizeof(typeof(enum e))", typeof(TaggedTypeSyntax))]
    public void Sizeof_takes_a_type_or_an_expression(string text, Type type) =>
        Assert.IsType(type, Assert.IsType<SizeofExpressionSyntax>(ParseAssert.Expression(text)).Type);

    [Fact]
    public void A_call_can_take_a_type()
    {
        CallExpressionSyntax call = Assert.IsType<CallExpressionSyntax>(ParseAssert.Expression("f(typeof(struct S *), typeof($x))"));
        Assert.IsType<PointerTypeSyntax>(Assert.IsType<TypeArgumentExpressionSyntax>(call.Arguments[0]).Type);
        Assert.IsType<ExpressionTypeSyntax>(Assert.IsType<TypeArgumentExpressionSyntax>(call.Arguments[1]).Type);
    }

    [Theory]
    [InlineData("(uint64) $x", "(uint64) ")]
    [InlineData("$a.b->c", "$a.b->c")]
    [InlineData("(1 + 2) * 3", "1 + 2) * 3")]
    [InlineData("pid == 1 ? 2 : 3", "pid == 1 ? 2 : 3")]
    public void Spans_are_those_bpftrace_draws(string text, string spanned)
    {
        ExpressionSyntax expression = ParseAssert.Expression(text);
        Assert.Equal(spanned, text.Substring(expression.Span.Start, expression.Span.Length));
    }
}
