using BpfTrace.Language.Syntax;
using BpfTrace.Language.Text;
using Sprache;

namespace BpfTrace.Language.Parsing;

internal static partial class Grammar
{
    // ;      or nothing before a closing brace
    private static IResult<Token> StatementEnd(IInput input)
    {
        ScriptInput here = SkipLayout(input);
        return here.Peek() == '}'
            ? Combinators.Success(new Token(new TextSpan(here.Position, 0), string.Empty), here)
            : s_semicolon(input);
    }

    private static readonly Parser<Token> s_semicolon = Symbol(';');

    private static bool IsPlainAssignment(ScriptInput here) => here.Peek() == '=' && here.Peek(1) != '=';

    // $x = e;   @m[k] = e;   $x += e;   @x++;   $x.0 == 1;
    private static IResult<SyntaxNode> AssignmentOrExpression(ScriptInput here)
    {
        if (here.Peek() == '$' && (here.Peek(1) == '#' || char.IsAsciiDigit(here.Peek(1))))
            return ExpressionItem(here, Expression(here));
        IResult<ExpressionSyntax> target = here.Peek() == '@' ? MapOrAccess(here) : Dollar(here);
        if (!target.WasSuccessful)
            return Combinators.Fail<SyntaxNode>(target);

        ScriptInput next = SkipLayout(target.Remainder);
        if (IsPlainAssignment(next))
            return Assignment(here, target.Value, null, next, 1);
        if (SyntaxFacts.TryGetCompoundAssignment(next.Peek(), next.Peek(1), next.Peek(2), out BinaryOperatorKind kind, out int length))
            return Assignment(here, target.Value, kind, next, length);

        IResult<ExpressionSyntax> longer = ContinuePostfix(target);
        if (!longer.WasSuccessful)
            return Combinators.Fail<SyntaxNode>(longer);
        next = SkipLayout(longer.Remainder);
        if (IsPlainAssignment(next))
            return InvalidAssignment(here, longer.Value, next);
        return ExpressionItem(here, ContinueConditional(ContinueBinary(longer)));
    }

    private static Parsed<SyntaxNode> Assignment(ScriptInput start, ExpressionSyntax target, BinaryOperatorKind? kind, ScriptInput operatorHere, int length)
    {
        ScriptInput afterOperator = operatorHere.At(operatorHere.Position + length);
        IResult<ExpressionSyntax> value = Expression(afterOperator);
        if (!value.WasSuccessful)
            return Combinators.Fail<SyntaxNode>(value);
        IResult<Token> end = StatementEnd(value.Remainder);
        return end.WasSuccessful
            ? Combinators.Success<SyntaxNode>(
                new AssignmentStatementSyntax(start.To(value.Remainder), target, kind, operatorHere.To(afterOperator), value.Value), end.Remainder)
            : Combinators.Fail<SyntaxNode>(end);
    }

    // $t.0 = e   $x[1] = e       are not assignments
    private static Parsed<SyntaxNode> InvalidAssignment(ScriptInput start, ExpressionSyntax target, ScriptInput equals)
    {
        IResult<ExpressionSyntax> value = Expression(equals.At(equals.Position + 1));
        if (!value.WasSuccessful)
            return Combinators.Fail<SyntaxNode>(value);
        string message = target is TupleAccessExpressionSyntax or MemberAccessExpressionSyntax
            ? "Tuples and records are immutable once created. Consider creating a new value and assigning it instead."
            : "invalid assignment target";
        return Combinators.Fail<SyntaxNode>(start, start.To(value.Remainder), message);
    }

    // let $x;   let $x = e;   let $x : uint16 = e;
    private static IResult<SyntaxNode> VariableDeclaration(IInput input)
    {
        IResult<DeclarationHead> head = s_declarationHead(input);
        if (!head.WasSuccessful)
            return Combinators.Fail<SyntaxNode>(head);
        ScriptInput start = SkipLayout(input);
        DeclarationHead declared = head.Value;
        var next = (ScriptInput)head.Remainder;
        TextSpan declarationSpan = TextSpan.FromBounds(start.Position, declared.Variable.Span.End);

        ScriptInput equals = SkipLayout(next);
        ExpressionSyntax? initializer = null;
        if (equals.Peek() == '=')
        {
            IResult<ExpressionSyntax> value = Expression(equals.At(equals.Position + 1));
            if (!value.WasSuccessful)
                return Combinators.Fail<SyntaxNode>(value);
            initializer = value.Value;
            next = (ScriptInput)value.Remainder;
        }
        IResult<Token> end = StatementEnd(next);
        return end.WasSuccessful
            ? Combinators.Success<SyntaxNode>(
                new VariableDeclarationStatementSyntax(start.To(next), declarationSpan, declared.Variable, declared.Type, initializer), end.Remainder)
            : Combinators.Fail<SyntaxNode>(end);
    }

    private sealed record DeclarationHead(VariableExpressionSyntax Variable, TypeSyntax? Type);

    // let $x : uint16
    private static readonly Parser<DeclarationHead> s_declarationHead =
        from keyword in Keyword("let")
        from variable in Variable("expected variable after 'let'")
        from head in OptionalType(variable)
        select head;

    private static Parser<DeclarationHead> OptionalType(VariableExpressionSyntax variable) => input =>
    {
        ScriptInput colon = SkipLayout(input);
        if (colon.Peek() != ':')
            return Combinators.Success(new DeclarationHead(variable, null), input);
        IResult<TypeSyntax> type = TypeAnnotation(colon.At(colon.Position + 1));
        return type.WasSuccessful
            ? Combinators.Success(new DeclarationHead(variable, type.Value), type.Remainder)
            : Combinators.Fail<DeclarationHead>(type);
    };

    // _ = e;
    private static readonly Parser<StatementSyntax> s_discard =
        from underscore in Keyword("_")
        from sign in Symbol('=')
        from expression in Combinators.Rule<ExpressionSyntax>(Expression)
        from mark in s_mark
        from end in Combinators.Rule<Token>(StatementEnd)
        select new DiscardStatementSyntax(underscore.Span.Union(mark.Span), expression);

    // while ($i < 5) { … }
    private static readonly Parser<StatementSyntax> s_while =
        from keyword in Keyword("while")
        from condition in Combinators.Rule<ExpressionSyntax>(Condition)
        from body in Combinators.Rule<BlockExpressionSyntax>(Body)
        select new WhileStatementSyntax(keyword.Span.Union(body.Span), condition, body);

    // unroll (5) { … }
    private static readonly Parser<StatementSyntax> s_unroll =
        from keyword in Keyword("unroll")
        from count in Combinators.Rule<ExpressionSyntax>(Condition)
        from body in Combinators.Rule<BlockExpressionSyntax>(Body)
        select new UnrollStatementSyntax(keyword.Span.Union(body.Span), count, body);

    // for ($kv : @map) { … }   for $i : 0..10 { … }
    private static readonly Parser<StatementSyntax> s_for =
        from keyword in Keyword("for")
        from open in OptionalSymbol('(')
        from variable in Variable("expected variable in for loop")
        from colon in Symbol(':')
        from iterable in Iterable(keyword, open.Span.Length > 0)
        from body in Combinators.Rule<BlockExpressionSyntax>(Body)
        select new ForStatementSyntax(keyword.Span.Union(body.Span), variable, iterable, body);

    // @map)   0..10)
    private static Parser<ExpressionSyntax> Iterable(Token keyword, bool isParenthesized) => input =>
    {
        IResult<ExpressionSyntax> first = Primary(input);
        if (!first.WasSuccessful)
            return first;
        ExpressionSyntax iterable = first.Value;
        ScriptInput next = SkipLayout(first.Remainder);
        if (next.Peek() == '.' && next.Peek(1) == '.')
        {
            IResult<ExpressionSyntax> last = Primary(next.At(next.Position + 2));
            if (!last.WasSuccessful)
                return last;
            next = (ScriptInput)last.Remainder;
            iterable = new RangeExpressionSyntax(TextSpan.FromBounds(keyword.Span.Start, next.Position), iterable, last.Value);
        }
        if (isParenthesized)
        {
            IResult<Token> close = s_closeParenthesis(next);
            if (!close.WasSuccessful)
                return Combinators.Fail<ExpressionSyntax>(close);
            next = (ScriptInput)close.Remainder;
        }
        return iterable is RangeExpressionSyntax or MapExpressionSyntax
            ? Combinators.Success(iterable, next)
            : Combinators.Fail<ExpressionSyntax>(next, "expected map or range in for loop");
    };

    // break;
    private static readonly Parser<StatementSyntax> s_break =
        from keyword in Keyword("break")
        from end in Combinators.Rule<Token>(StatementEnd)
        select new BreakStatementSyntax(keyword.Span.Union(end.Span));

    // continue;
    private static readonly Parser<StatementSyntax> s_continue =
        from keyword in Keyword("continue")
        from end in Combinators.Rule<Token>(StatementEnd)
        select new ContinueStatementSyntax(keyword.Span.Union(end.Span));

    // return;   return e;
    private static IResult<StatementSyntax> Return(ScriptInput here)
    {
        ScriptInput next = SkipLayout(here.At(here.Position + "return".Length));
        ExpressionSyntax? value = null;
        if (next.Peek() is not (';' or '}'))
        {
            IResult<ExpressionSyntax> expression = Expression(next);
            if (!expression.WasSuccessful)
                return Combinators.Fail<StatementSyntax>(expression);
            value = expression.Value;
            next = (ScriptInput)expression.Remainder;
        }
        IResult<Token> end = StatementEnd(next);
        return end.WasSuccessful
            ? Combinators.Success(new ReturnStatementSyntax(here.To(end.Remainder), value), end.Remainder)
            : Combinators.Fail<StatementSyntax>(end);
    }

    // import "x.bt";      in a block
    private static readonly Parser<StatementSyntax> s_importStatement =
        from keyword in Keyword("import")
        from path in String("expected string after 'import'")
        from end in ImportEnd
        select new ImportStatementSyntax(keyword.Span.Union(path.Span), path.Value);
}
