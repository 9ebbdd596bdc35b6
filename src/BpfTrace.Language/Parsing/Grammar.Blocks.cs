using System.Collections.Immutable;
using BpfTrace.Language.Syntax;
using BpfTrace.Language.Text;
using Sprache;

namespace BpfTrace.Language.Parsing;

internal static partial class Grammar
{
    // { @x = 1; $y }      of a macro, an if or a block expression: the last expression is its value
    private static IResult<BlockExpressionSyntax> Block(IInput input) =>
        Combinators.Nested((ScriptInput)input, s_block);

    private static readonly Parser<BlockExpressionSyntax> s_block = static input => BlockItems(input);

    // { @x = 1; f($y) }   of a probe, a loop or a subprogram: the last expression is a statement
    private static IResult<BlockExpressionSyntax> Body(IInput input)
    {
        IResult<BlockExpressionSyntax> block = Block(input);
        return block.WasSuccessful
            ? Combinators.Success(WithoutValue(block.Value), block.Remainder)
            : block;
    }

    private static IResult<BlockExpressionSyntax> BlockItems(IInput input)
    {
        // The span begins before white space, as bpftrace's does.
        IResult<Token> open = s_openBrace(input);
        if (!open.WasSuccessful)
            return Combinators.Fail<BlockExpressionSyntax>(open);
        ImmutableArray<StatementSyntax>.Builder statements = ImmutableArray.CreateBuilder<StatementSyntax>();
        ScriptInput next = SkipLayout(open.Remainder);
        ExpressionSyntax? value = null;
        while (!next.AtEnd && next.Peek() != '}')
        {
            int links = next.State.Links;
            IResult<SyntaxNode> item = BlockItem(next);
            next.State.EndLinks(links);
            if (!item.WasSuccessful)
                return Combinators.Fail<BlockExpressionSyntax>(item);
            next = SkipLayout(item.Remainder);
            if (item.Value is StatementSyntax statement)
                statements.Add(statement);
            else
                value = (ExpressionSyntax)item.Value;
        }
        IResult<Token> close = s_closeBrace(next);
        if (!close.WasSuccessful)
            return Combinators.Fail<BlockExpressionSyntax>(close);
        TextSpan span = TextSpan.FromBounds(input.Position, close.Remainder.Position);
        return Combinators.Success(new BlockExpressionSyntax(span, statements.ToImmutable(), value), close.Remainder);
    }

    private static readonly Parser<Token> s_openBrace = Symbol('{');
    private static readonly Parser<Token> s_closeBrace = Symbol('}');

    /// <summary>A statement, or the expression before the closing brace.</summary>
    private static IResult<SyntaxNode> BlockItem(ScriptInput here)
    {
        switch (PeekWord(here))
        {
            case "let":
                return VariableDeclaration(here);
            case "while":
                return s_while(here);
            case "unroll":
                return s_unroll(here);
            case "for":
                return s_for(here);
            case "return":
                return Return(here);
            case "break":
                return s_break(here);
            case "continue":
                return s_continue(here);
            case "import":
                return s_importStatement(here);
            case "_" when IsPlainAssignment(SkipLayout(here.At(here.Position + 1))):
                return s_discard(here);
            case "if":
                return ExpressionItem(here, If(here));
        }
        return here.Peek() switch
        {
            '$' or '@' => AssignmentOrExpression(here),
            '{' => ExpressionItem(here, Block(here)),
            _ => ExpressionItem(here, Expression(here)),
        };
    }

    // f(x);      f(x) }      if c { … }
    private static Parsed<SyntaxNode> ExpressionItem(ScriptInput start, IResult<ExpressionSyntax> result)
    {
        if (result.WasSuccessful && result.Value is IfExpressionSyntax or BlockExpressionSyntax)
            result = ContinueBraced(result);
        if (!result.WasSuccessful)
            return Combinators.Fail<SyntaxNode>(result);

        ExpressionSyntax expression = result.Value;
        ScriptInput next = SkipLayout(result.Remainder);
        switch (next.Peek())
        {
            case ';':
                next = next.At(next.Position + 1);
                return Combinators.Success<SyntaxNode>(ToStatement(start.To(next), expression), next);
            case '}':
                return Combinators.Success<SyntaxNode>(expression, next);
        }
        return expression is IfExpressionSyntax or BlockExpressionSyntax
            ? Combinators.Success<SyntaxNode>(ToStatement(start.To(next), expression), next)
            : Combinators.Fail<SyntaxNode>(next, "expected ';'");
    }

    /// <summary>
    /// What follows a braced expression may belong to it (<c>if c { 1 } else { 2 } + 3</c>), but <c>++$x</c> after one is
    /// the next statement: scripts of 0.17 are written that way.
    /// </summary>
    private static IResult<ExpressionSyntax> ContinueBraced(IResult<ExpressionSyntax> braced)
    {
        ScriptInput next = SkipLayout(braced.Remainder);
        bool beginsStatement = (next.Peek(), next.Peek(1)) is ('+', '+') or ('-', '-');
        return beginsStatement ? braced : ContinueConditional(ContinueBinary(ContinuePostfix(braced)));
    }

    /// <summary>An expression whose value is not used; neither are those of the blocks it consists of.</summary>
    private static ExpressionStatementSyntax ToStatement(TextSpan span, ExpressionSyntax expression) => new(span, Discarded(expression));

    private static ExpressionSyntax Discarded(ExpressionSyntax expression) => expression switch
    {
        BlockExpressionSyntax block => WithoutValue(block),
        IfExpressionSyntax branch => branch with
        {
            Then = WithoutValue(branch.Then),
            Else = branch.Else is null ? null : Discarded(branch.Else),
        },
        _ => expression,
    };

    private static BlockExpressionSyntax WithoutValue(BlockExpressionSyntax block) => block.Value is null
        ? block
        : block with { Statements = block.Statements.Add(ToStatement(block.Span, block.Value)), Value = null };
}
