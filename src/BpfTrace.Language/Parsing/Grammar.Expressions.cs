using BpfTrace.Language.Syntax;
using BpfTrace.Language.Text;
using Sprache;

namespace BpfTrace.Language.Parsing;

internal static partial class Grammar
{
    // pid == 1 ? "a" : "b"
    private static IResult<ExpressionSyntax> Expression(IInput input) =>
        Combinators.Nested<ExpressionSyntax>((ScriptInput)input, s_conditional);

    /// <summary>A whole text that is one expression; null for an empty text.</summary>
    internal static IResult<ExpressionSyntax>? LoneExpression(ScriptInput start)
    {
        ScriptInput here = SkipLayout(start);
        if (here.AtEnd)
            return null;
        IResult<ExpressionSyntax> expression = Expression(here);
        if (!expression.WasSuccessful)
            return expression;
        ScriptInput end = SkipLayout(expression.Remainder);
        return end.AtEnd ? expression : Combinators.Fail<ExpressionSyntax>(end, "unexpected input");
    }

    private static readonly Parser<ExpressionSyntax> s_conditional = static input =>
        ContinueConditional(ContinueBinary(Unary(input)));

    // … ? a : b    … ?: b
    private static IResult<ExpressionSyntax> ContinueConditional(IResult<ExpressionSyntax> condition)
    {
        if (!condition.WasSuccessful)
            return condition;
        ScriptInput question = SkipLayout(condition.Remainder);
        if (question.Peek() != '?')
            return condition;

        ScriptInput next = SkipLayout(question.At(question.Position + 1));
        ExpressionSyntax? whenTrue = null;
        if (next.Peek() != ':')
        {
            IResult<ExpressionSyntax> first = Expression(next);
            if (!first.WasSuccessful)
                return first;
            whenTrue = first.Value;
            next = (ScriptInput)first.Remainder;
        }
        IResult<Token> colon = s_colon(next);
        if (!colon.WasSuccessful)
            return Combinators.Fail<ExpressionSyntax>(colon);
        IResult<ExpressionSyntax> last = Expression(colon.Remainder);
        if (!last.WasSuccessful)
            return last;
        TextSpan span = TextSpan.FromBounds(condition.Value.Span.Start, last.Remainder.Position);
        return Combinators.Success<ExpressionSyntax>(
            new ConditionalExpressionSyntax(span, condition.Value, whenTrue, last.Value), last.Remainder);
    }

    private static readonly Parser<Token> s_colon = Symbol(':');

    // a + b * c    after its first operand. One loop with an explicit stack, so that ten precedences cost no recursion.
    private static IResult<ExpressionSyntax> ContinueBinary(IResult<ExpressionSyntax> first)
    {
        if (!first.WasSuccessful)
            return first;
        ParseState state = ((ScriptInput)first.Remainder).State;
        List<ParseState.PendingOperator> pending = state.Pending;
        int bottom = pending.Count;
        ExpressionSyntax operand = first.Value;
        var next = (ScriptInput)first.Remainder;

        while (true)
        {
            ScriptInput here = SkipLayout(next);
            int precedence = PeekBinaryOperator(here, out BinaryOperatorKind kind, out int length);
            while (pending.Count > bottom && SyntaxFacts.GetPrecedence(pending[^1].Operator) >= precedence)
            {
                ParseState.PendingOperator left = pending[^1];
                pending.RemoveAt(pending.Count - 1);
                TextSpan span = TextSpan.FromBounds(left.Left.Span.Start, next.Position);
                operand = new BinaryExpressionSyntax(span, left.Left, left.Operator, left.Span, operand);
                state.Links++;
            }
            if (precedence == 0)
                return Combinators.Success(operand, next);

            pending.Add(new ParseState.PendingOperator(operand, kind, new TextSpan(here.Position, length)));
            IResult<ExpressionSyntax> right = Unary(here.At(here.Position + length));
            if (!right.WasSuccessful)
            {
                pending.RemoveRange(bottom, pending.Count - bottom);
                return right;
            }
            operand = right.Value;
            next = (ScriptInput)right.Remainder;
        }
    }

    /// <summary>The precedence of the binary operator here; 0 where there is none.</summary>
    private static int PeekBinaryOperator(ScriptInput here, out BinaryOperatorKind kind, out int length)
    {
        if (!SyntaxFacts.TryGetBinaryOperator(here.Peek(), here.Peek(1), here.Peek(2), out kind, out length))
            return 0;
        // A slash before a block closes a predicate.
        if (kind == BinaryOperatorKind.Divide)
        {
            int after = Layout.Skip(here.State, here.Position + 1);
            if (after < here.Text.Length && here.Text[after] == '{')
                return 0;
        }
        return SyntaxFacts.GetPrecedence(kind);
    }

    // !e  ~e  -e  *e  ++$x  --@m  &$x
    private static IResult<ExpressionSyntax> Unary(IInput input)
    {
        ScriptInput here = SkipLayout(input);
        char c = here.Peek();
        char next = here.Peek(1);
        switch (c)
        {
            case '+' when next == '+':
                return Prefix(here, UnaryOperatorKind.PreIncrement, 2);
            case '-' when next == '-':
                return Prefix(here, UnaryOperatorKind.PreDecrement, 2);
            case '-':
                return Prefix(here, UnaryOperatorKind.Negate, 1);
            case '*':
                return Prefix(here, UnaryOperatorKind.Dereference, 1);
            case '~':
                return Prefix(here, UnaryOperatorKind.BitwiseNot, 1);
            case '!' when next != '=':
                return Prefix(here, UnaryOperatorKind.LogicalNot, 1);
            case '&':
                return AddressOf(here);
            default:
                return ContinuePostfix(Primary(here));
        }
    }

    private static IResult<ExpressionSyntax> Prefix(ScriptInput here, UnaryOperatorKind kind, int length)
    {
        IResult<ExpressionSyntax> operand = Combinators.Nested<ExpressionSyntax>(here.At(here.Position + length), s_unary);
        if (!operand.WasSuccessful)
            return operand;
        if (SyntaxFacts.IsIncrementOrDecrement(kind) && !IsAssignable(operand.Value))
        {
            return Combinators.Fail<ExpressionSyntax>(
                here, operand.Value.Span, "increment/decrement requires a variable or map");
        }
        return Combinators.Success<ExpressionSyntax>(
            new UnaryExpressionSyntax(here.To(operand.Remainder), kind, operand.Value), operand.Remainder);
    }

    private static readonly Parser<ExpressionSyntax> s_unary = static input => Unary(input);

    // &$x  &@m
    private static IResult<ExpressionSyntax> AddressOf(ScriptInput here)
    {
        ScriptInput target = SkipLayout(here.At(here.Position + 1));
        IResult<ExpressionSyntax> operand = target.Peek() switch
        {
            '$' => VariableHere(target),
            '@' => MapHere(target),
            _ => Combinators.Fail<ExpressionSyntax>(target, "address-of operator (&) can only be used on a map or variable"),
        };
        return operand.WasSuccessful
            ? Combinators.Success<ExpressionSyntax>(
                new UnaryExpressionSyntax(here.To(operand.Remainder), UnaryOperatorKind.AddressOf, operand.Value), operand.Remainder)
            : operand;
    }

    // e.f  e->f  e.0  e[i]  e++  e--     after e
    private static IResult<ExpressionSyntax> ContinuePostfix(IResult<ExpressionSyntax> first)
    {
        IResult<ExpressionSyntax> result = first;
        while (result.WasSuccessful)
        {
            ScriptInput here = SkipLayout(result.Remainder);
            char c = here.Peek();
            char next = here.Peek(1);
            IResult<ExpressionSyntax>? longer = c switch
            {
                '.' when next != '.' => Member(result.Value, here, 1, "expected field name after '.'"),
                '-' when next == '>' => Member(result.Value, here, 2, "expected field name after '->'"),
                '[' => Element(result.Value, here),
                '+' when next == '+' => Postfix(result.Value, here, UnaryOperatorKind.PostIncrement),
                '-' when next == '-' => Postfix(result.Value, here, UnaryOperatorKind.PostDecrement),
                _ => null,
            };
            if (longer is null)
                break;
            here.State.Links++;
            result = longer;
        }
        return result;
    }

    private static Parsed<ExpressionSyntax> Member(ExpressionSyntax expression, ScriptInput here, int length, string message)
    {
        ScriptInput name = SkipLayout(here.At(here.Position + length));
        if (length == 1 && char.IsAsciiDigit(name.Peek()))
        {
            Parsed<IntegerLiteralExpressionSyntax> index = IntegerHere(name);
            if (!index.WasSuccessful)
                return Combinators.Fail<ExpressionSyntax>(index);
            int number = (int)Math.Min(index.Value.Value, int.MaxValue);
            TextSpan whole = TextSpan.FromBounds(expression.Span.Start, index.Remainder.Position);
            return Combinators.Success<ExpressionSyntax>(
                new TupleAccessExpressionSyntax(whole, expression, number, index.Value.Span), index.Remainder);
        }
        if (!SyntaxFacts.IsIdentifierStart(name.Peek()))
            return Combinators.Fail<ExpressionSyntax>(name, message);
        TextSpan nameSpan = WordSpan(name);
        return Combinators.Success<ExpressionSyntax>(
            new MemberAccessExpressionSyntax(
                TextSpan.FromBounds(expression.Span.Start, nameSpan.End), expression, name.State.Source.ToString(nameSpan), nameSpan, length == 2),
            name.At(nameSpan.End));
    }

    private static Parsed<ExpressionSyntax> Element(ExpressionSyntax expression, ScriptInput here)
    {
        IResult<ExpressionSyntax> index = Expression(here.At(here.Position + 1));
        if (!index.WasSuccessful)
            return Combinators.Fail<ExpressionSyntax>(index);
        IResult<Token> close = s_closeBracket(index.Remainder);
        if (!close.WasSuccessful)
            return Combinators.Fail<ExpressionSyntax>(close);
        TextSpan span = TextSpan.FromBounds(expression.Span.Start, close.Remainder.Position);
        return Combinators.Success<ExpressionSyntax>(
            new ElementAccessExpressionSyntax(span, expression, index.Value), close.Remainder);
    }

    private static Parsed<ExpressionSyntax> Postfix(ExpressionSyntax operand, ScriptInput here, UnaryOperatorKind kind)
    {
        if (!IsAssignable(operand))
        {
            return Combinators.Fail<ExpressionSyntax>(
                here, new TextSpan(here.Position, 2), "increment/decrement requires a variable or map");
        }
        ScriptInput next = here.At(here.Position + 2);
        return Combinators.Success<ExpressionSyntax>(
            new UnaryExpressionSyntax(TextSpan.FromBounds(operand.Span.Start, next.Position), kind, operand), next);
    }

    private static bool IsAssignable(ExpressionSyntax expression) =>
        expression is VariableExpressionSyntax or MapExpressionSyntax or MapAccessExpressionSyntax;
}
