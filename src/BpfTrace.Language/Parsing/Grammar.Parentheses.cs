using BpfTrace.Language.Syntax;
using Sprache;

namespace BpfTrace.Language.Parsing;

internal static partial class Grammar
{
    // (e)   (a, b)   (a,)   ()   (x=1, y="s")   (struct S *)e
    private static IResult<ExpressionSyntax> Parenthesized(ScriptInput open)
    {
        ScriptInput inside = SkipLayout(open.At(open.Position + 1));
        if (inside.Peek() == ')')
        {
            ScriptInput end = inside.At(inside.Position + 1);
            return Combinators.Success<ExpressionSyntax>(new TupleExpressionSyntax(open.To(end), []), end);
        }
        if (LooksLikeRecord(inside))
            return Record(open, inside);
        if (IsWord(inside, "typeof") || LooksLikeCast(inside))
            return Cast(open, inside);
        return TupleOrGroup(open, inside);
    }

    private static bool LooksLikeRecord(ScriptInput inside)
    {
        if (!SyntaxFacts.IsIdentifierStart(inside.Peek()))
            return false;
        ScriptInput equals = SkipLayout(inside.At(WordSpan(inside).End));
        return equals.Peek() == '=' && equals.Peek(1) != '=';
    }

    // (x=1, y="s")
    private static IResult<ExpressionSyntax> Record(ScriptInput open, ScriptInput inside)
    {
        IResult<List<RecordFieldSyntax>> fields = s_recordFields(inside);
        if (!fields.WasSuccessful)
            return Combinators.Fail<ExpressionSyntax>(fields);
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (RecordFieldSyntax field in fields.Value)
        {
            if (!names.Add(field.Name))
                return Combinators.Fail<ExpressionSyntax>(open, field.Span, $"Named argument list already contains name: {field.Name}");
        }
        IResult<Token> close = s_closeParenthesis(fields.Remainder);
        return close.WasSuccessful
            ? Combinators.Success<ExpressionSyntax>(
                new RecordExpressionSyntax(open.To(close.Remainder), [.. fields.Value]), close.Remainder)
            : Combinators.Fail<ExpressionSyntax>(close);
    }

    private static readonly Parser<Token> s_closeParenthesis = Symbol(')');

    // x=1
    private static readonly Parser<List<RecordFieldSyntax>> s_recordFields = Combinators.CommaSeparated(
        from name in Identifier("expected identifier")
        from sign in Symbol('=')
        from value in Combinators.Rule<ExpressionSyntax>(Expression)
        from end in s_mark
        select new RecordFieldSyntax(name.Span.Union(end.Span), name.Text, name.Span, value));

    /// <summary>
    /// Whether a parenthesised type and then an expression stand here. A lone value builtin in parentheses is an
    /// operand: <c>(cpu) - 1</c> subtracts.
    /// </summary>
    private static bool LooksLikeCast(ScriptInput inside)
    {
        if (!SyntaxFacts.IsIdentifierStart(inside.Peek())
            || SyntaxFacts.IsValueBuiltin(PeekWord(inside))
            || !LooksLikeType(inside, ")", out _, out int close))
        {
            return false;
        }
        return CanStartExpression(SkipLayout(inside.At(close + 1)));
    }

    private static bool CanStartExpression(ScriptInput here) =>
        here.Peek() is '$' or '@' or '"' or '(' or '-' or '!' or '~' or '*' or '&'
        || char.IsAsciiDigit(here.Peek()) || SyntaxFacts.IsIdentifierStart(here.Peek());

    // (struct S *)e   (typeof(x))e
    private static IResult<ExpressionSyntax> Cast(ScriptInput open, ScriptInput inside)
    {
        IResult<TypeSyntax> type = TypeAnnotation(inside);
        if (!type.WasSuccessful)
            return Combinators.Fail<ExpressionSyntax>(type);
        IResult<Token> close = s_closeParenthesis(type.Remainder);
        if (!close.WasSuccessful)
            return Combinators.Fail<ExpressionSyntax>(close);
        ScriptInput target = SkipLayout(close.Remainder);
        IResult<ExpressionSyntax> operand = NestedUnary(target);
        return operand.WasSuccessful
            ? Combinators.Success<ExpressionSyntax>(
                new CastExpressionSyntax(open.To(target), type.Value, operand.Value), operand.Remainder)
            : operand;
    }

    // (e)   (a, b)   (a,)
    private static IResult<ExpressionSyntax> TupleOrGroup(ScriptInput open, ScriptInput inside)
    {
        IResult<ExpressionSyntax> first = Expression(inside);
        if (!first.WasSuccessful)
            return first;
        ScriptInput next = SkipLayout(first.Remainder);
        if (next.Peek() != ',')
        {
            IResult<Token> end = s_closeParenthesis(next);
            return end.WasSuccessful
                ? Combinators.Success(first.Value with { IsParenthesized = true }, end.Remainder)
                : Combinators.Fail<ExpressionSyntax>(end);
        }

        var elements = new List<ExpressionSyntax> { first.Value };
        while (next.Peek() == ',')
        {
            next = SkipLayout(next.At(next.Position + 1));
            if (next.Peek() == ')')
                break;
            IResult<ExpressionSyntax> element = Expression(next);
            if (!element.WasSuccessful)
                return element;
            elements.Add(element.Value);
            next = SkipLayout(element.Remainder);
        }
        IResult<Token> close = s_closeParenthesis(next);
        return close.WasSuccessful
            ? Combinators.Success<ExpressionSyntax>(new TupleExpressionSyntax(open.To(close.Remainder), [.. elements]), close.Remainder)
            : Combinators.Fail<ExpressionSyntax>(close);
    }
}
