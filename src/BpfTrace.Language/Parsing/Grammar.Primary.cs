using System.Globalization;
using BpfTrace.Language.Diagnostics;
using BpfTrace.Language.Syntax;
using BpfTrace.Language.Text;
using Sprache;

namespace BpfTrace.Language.Parsing;

internal static partial class Grammar
{
    // pid  comm  f(x)  @m[k]  $x  $1  $#  42  "s"  (…)  { … }  if c { … }  sizeof(T)
    private static IResult<ExpressionSyntax> Primary(IInput input)
    {
        ScriptInput here = SkipLayout(input);
        char c = here.Peek();
        if (SyntaxFacts.IsIdentifierStart(c))
            return WordExpression(here);
        if (char.IsAsciiDigit(c))
            return IntegerHere(here);
        return c switch
        {
            '@' => MapOrAccess(here),
            '$' => Dollar(here),
            '"' => StringHere(here),
            '(' => Parenthesized(here),
            '{' => Block(here),
            _ => Combinators.Fail<ExpressionSyntax>(here, "expected expression"),
        };
    }

    private static IResult<ExpressionSyntax> WordExpression(ScriptInput here)
    {
        switch (PeekWord(here))
        {
            case "if":
                return If(here);
            case "sizeof":
                return s_sizeof(here);
            case "offsetof":
                return s_offsetof(here);
            case "typeinfo":
                return s_typeinfo(here);
            case "comptime":
                return s_comptime(here);
            default:
                return NameOrCall(here);
        }
    }

    // pid   AF_INET   true   printf("x")
    private static IResult<ExpressionSyntax> NameOrCall(ScriptInput here)
    {
        TextSpan span = WordSpan(here);
        ScriptInput end = here.At(span.End);
        string name = here.State.Source.ToString(span);
        if (name is "true" or "false")
            return Combinators.Success<ExpressionSyntax>(new BooleanLiteralExpressionSyntax(span, name == "true"), end);

        // White space after a name belongs to what contains it, in bpftrace's locations.
        ScriptInput next = SkipLayout(end);
        if (next.Peek() != '(')
            return Combinators.Success<ExpressionSyntax>(new IdentifierExpressionSyntax(span, name), next);

        IResult<List<ExpressionSyntax>> arguments = s_arguments(next);
        return arguments.WasSuccessful
            ? Combinators.Success<ExpressionSyntax>(
                new CallExpressionSyntax(here.To(arguments.Remainder), name, span, [.. arguments.Value]), arguments.Remainder)
            : Combinators.Fail<ExpressionSyntax>(arguments);
    }

    // (a, typeof(b))
    private static readonly Parser<List<ExpressionSyntax>> s_arguments =
        from open in Symbol('(')
        from items in Combinators.Rule<List<ExpressionSyntax>>(ArgumentList)
        from close in Symbol(')')
        select items;

    private static IResult<List<ExpressionSyntax>> ArgumentList(IInput input)
    {
        ScriptInput here = SkipLayout(input);
        return here.Peek() == ')' ? Combinators.Success(new List<ExpressionSyntax>(), here) : s_argumentItems(here);
    }

    private static readonly Parser<List<ExpressionSyntax>> s_argumentItems = Combinators.CommaSeparated<ExpressionSyntax>(Argument);

    private static IResult<ExpressionSyntax> Argument(IInput input)
    {
        ScriptInput here = SkipLayout(input);
        if (!IsWord(here, "typeof"))
            return Expression(here);
        IResult<TypeSyntax> type = s_typeof(here);
        return type.WasSuccessful
            ? Combinators.Success<ExpressionSyntax>(
                new TypeArgumentExpressionSyntax(here.To(type.Remainder), type.Value), type.Remainder)
            : Combinators.Fail<ExpressionSyntax>(type);
    }

    // @m   @   @m[k]   @m[k1, k2]
    private static IResult<ExpressionSyntax> MapOrAccess(ScriptInput here)
    {
        Parsed<MapExpressionSyntax> map = MapHere(here);
        ScriptInput next = SkipLayout(map.Remainder);
        if (next.Peek() != '[')
            return Combinators.Success<ExpressionSyntax>(map.Value, next);
        IResult<List<ExpressionSyntax>> keys = s_keys(next);
        return keys.WasSuccessful
            ? Combinators.Success<ExpressionSyntax>(
                new MapAccessExpressionSyntax(here.To(keys.Remainder), map.Value, [.. keys.Value]), keys.Remainder)
            : Combinators.Fail<ExpressionSyntax>(keys);
    }

    // [k1, k2]
    private static readonly Parser<List<ExpressionSyntax>> s_keys =
        from open in Symbol('[')
        from keys in Combinators.CommaSeparated<ExpressionSyntax>(Expression)
        from close in Symbol(']')
        select keys;

    // $x   $1   $#
    private static IResult<ExpressionSyntax> Dollar(ScriptInput here)
    {
        if (here.Peek(1) == '#')
        {
            var both = new TextSpan(here.Position, 2);
            return Combinators.Success<ExpressionSyntax>(new PositionalParameterCountExpressionSyntax(both), here.At(both.End));
        }
        if (!char.IsAsciiDigit(here.Peek(1)))
            return VariableHere(here);

        int end = here.Position + 1;
        while (end < here.Text.Length && char.IsAsciiDigit(here.Text[end]))
            end++;
        TextSpan span = TextSpan.FromBounds(here.Position, end);
        string digits = here.Text[(here.Position + 1)..end];
        if (!long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out long index) || index < 1)
        {
            return Combinators.Fail<ExpressionSyntax>(
                here, span, $"param ${digits} is out of integer range [1, {long.MaxValue}]", DiagnosticIds.InvalidInteger);
        }
        return Combinators.Success<ExpressionSyntax>(new PositionalParameterExpressionSyntax(span, index), here.At(end));
    }

    // if pid == 1 { … } else if (c) { … } else { … }
    private static IResult<ExpressionSyntax> If(ScriptInput here) =>
        Combinators.Nested(here, s_if);

    private static readonly Parser<ExpressionSyntax> s_if =
        from keyword in Keyword("if")
        from condition in Combinators.Rule<ExpressionSyntax>(Condition)
        from then in Combinators.Rule<BlockExpressionSyntax>(Block)
        from otherwise in Combinators.Rule<ElseSyntax>(Else)
        from end in s_mark
        select new IfExpressionSyntax(keyword.Span.Union(end.Span), condition, then, otherwise.Expression);

    /// <summary>What follows a <c>then</c> block; Sprache has no null results.</summary>
    private sealed record ElseSyntax(ExpressionSyntax? Expression);

    private static IResult<ElseSyntax> Else(IInput input)
    {
        ScriptInput keyword = SkipLayout(input);
        if (!IsWord(keyword, "else"))
            return Combinators.Success(new ElseSyntax(null), input);
        ScriptInput next = SkipLayout(keyword.At(keyword.Position + "else".Length));
        IResult<ExpressionSyntax> branch =
            next.Peek() == '{' ? Block(next)
            : IsWord(next, "if") ? If(next)
            : Combinators.Fail<ExpressionSyntax>(next, "expected '{' or 'if' after 'else'");
        return branch.WasSuccessful
            ? Combinators.Success(new ElseSyntax(branch.Value), branch.Remainder)
            : Combinators.Fail<ElseSyntax>(branch);
    }

    // (a == b)   !$x      Without parentheses only a unary expression: a brace after it is the block's.
    private static IResult<ExpressionSyntax> Condition(IInput input)
    {
        ScriptInput here = SkipLayout(input);
        return here.Peek() == '(' ? s_parenthesizedCondition(here) : Unary(here);
    }

    private static readonly Parser<ExpressionSyntax> s_parenthesizedCondition =
        from open in Symbol('(')
        from condition in Combinators.Rule<ExpressionSyntax>(Expression)
        from close in Symbol(')')
        select condition;

    // sizeof(struct S)   sizeof($x)
    private static readonly Parser<ExpressionSyntax> s_sizeof =
        from keyword in Keyword("sizeof")
        from open in Symbol('(')
        from type in Combinators.Rule<TypeSyntax>(TypeOrExpression)
        from close in Symbol(')')
        select new SizeofExpressionSyntax(keyword.Span.Union(close.Span), type);

    // offsetof(struct S, f.sub)
    private static readonly Parser<ExpressionSyntax> s_offsetof =
        from keyword in Keyword("offsetof")
        from open in Symbol('(')
        from type in Combinators.Rule<TypeSyntax>(TypeOrExpression)
        from comma in Symbol(',')
        from fields in Combinators.Rule<List<string>>(FieldPath)
        from close in Symbol(')')
        select new OffsetofExpressionSyntax(keyword.Span.Union(close.Span), type, [.. fields]);

    // f.sub
    private static IResult<List<string>> FieldPath(IInput input)
    {
        var fields = new List<string>();
        var next = (ScriptInput)input;
        while (true)
        {
            IResult<Token> field = s_fieldName(next);
            if (!field.WasSuccessful)
                return Combinators.Fail<List<string>>(field);
            fields.Add(field.Value.Text);
            next = (ScriptInput)field.Remainder;
            ScriptInput dot = SkipLayout(next);
            if (dot.Peek() != '.')
                return Combinators.Success(fields, next);
            next = dot.At(dot.Position + 1);
        }
    }

    private static readonly Parser<Token> s_fieldName = Identifier("expected identifier");

    // typeinfo($x)
    private static readonly Parser<ExpressionSyntax> s_typeinfo =
        from keyword in Keyword("typeinfo")
        from open in Symbol('(')
        from type in Combinators.Rule<TypeSyntax>(TypeOrExpression)
        from close in Symbol(')')
        select new TypeinfoExpressionSyntax(keyword.Span.Union(close.Span), type);

    // comptime sizeof($x)
    private static readonly Parser<ExpressionSyntax> s_comptime =
        from keyword in Keyword("comptime")
        from expression in Combinators.Rule<ExpressionSyntax>(NestedUnary)
        from end in s_mark
        select new ComptimeExpressionSyntax(keyword.Span.Union(end.Span), expression);

    private static IResult<ExpressionSyntax> NestedUnary(IInput input) =>
        Combinators.Nested((ScriptInput)input, s_unary);
}
