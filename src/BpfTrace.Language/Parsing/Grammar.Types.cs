using BpfTrace.Language.Syntax;
using BpfTrace.Language.Text;
using Sprache;

namespace BpfTrace.Language.Parsing;

internal static partial class Grammar
{
    // uint64   struct task_struct *   string[64]   int32*[4]
    private static IResult<TypeSyntax> Type(IInput input)
    {
        ScriptInput here = SkipLayout(input);
        if (!SyntaxFacts.IsIdentifierStart(here.Peek()))
            return Combinators.Fail<TypeSyntax>(here, "expected type name");
        ScriptInput next = here;
        TypeSyntax? type = TypeName(ref next);
        if (type is null)
            return Combinators.Fail<TypeSyntax>(next, "expected identifier");

        while (true)
        {
            ScriptInput suffix = SkipLayout(next);
            if (suffix.Peek() == '*')
            {
                next = suffix.At(suffix.Position + 1);
                type = new PointerTypeSyntax(here.To(next), type);
            }
            else if (suffix.Peek() == '[')
            {
                IResult<Token> end = ArrayLength(suffix, out ulong length);
                if (!end.WasSuccessful)
                    return Combinators.Fail<TypeSyntax>(end);
                next = (ScriptInput)end.Remainder;
                type = new ArrayTypeSyntax(here.To(next), type, length);
            }
            else
            {
                return Combinators.Success(type, next);
            }
            here.State.Links++;
        }
    }

    // uint64   struct S
    private static TypeSyntax? TypeName(ref ScriptInput input)
    {
        ScriptInput here = input;
        TextSpan word = WordSpan(here);
        string name = here.State.Source.ToString(word);
        input = here.At(word.End);
        if (!SyntaxFacts.TryGetTypeTag(name, out TypeTag tag))
            return new NamedTypeSyntax(word, name);
        ScriptInput tagged = SkipLayout(input);
        if (!SyntaxFacts.IsIdentifierStart(tagged.Peek()))
            return null;
        TextSpan taggedName = WordSpan(tagged);
        input = tagged.At(taggedName.End);
        return new TaggedTypeSyntax(TextSpan.FromBounds(word.Start, taggedName.End), tag, here.State.Source.ToString(taggedName));
    }

    // [8]  []
    private static IResult<Token> ArrayLength(ScriptInput bracket, out ulong length)
    {
        length = 0;
        ScriptInput inside = SkipLayout(bracket.At(bracket.Position + 1));
        if (char.IsAsciiDigit(inside.Peek()))
        {
            Parsed<IntegerLiteralExpressionSyntax> number = IntegerHere(inside);
            if (!number.WasSuccessful)
                return Combinators.Fail<Token>(number);
            length = number.Value.Value;
            inside = (ScriptInput)number.Remainder;
        }
        return s_closeBracket(inside);
    }

    private static readonly Parser<Token> s_closeBracket = Symbol(']');

    // : uint64   : typeof($x)       where only a type can stand
    private static IResult<TypeSyntax> TypeAnnotation(IInput input)
    {
        ScriptInput here = SkipLayout(input);
        return IsWord(here, "typeof") ? s_typeof(here) : Type(here);
    }

    // struct S   uint64   $x + 1    in sizeof, offsetof, typeinfo
    private static IResult<TypeSyntax> TypeOrExpression(IInput input)
    {
        ScriptInput here = SkipLayout(input);
        if (IsWord(here, "typeof"))
            return s_typeof(here);
        if (LooksLikeType(here, ";,=){}", out bool isLoneIdentifier, out _))
        {
            if (!isLoneIdentifier)
                return Type(here);
            TextSpan span = WordSpan(here);
            return Combinators.Success<TypeSyntax>(
                new ExpressionTypeSyntax(span, new IdentifierExpressionSyntax(span, here.State.Source.ToString(span))),
                here.At(span.End));
        }
        IResult<ExpressionSyntax> expression = Expression(here);
        return expression.WasSuccessful
            ? Combinators.Success<TypeSyntax>(
                new ExpressionTypeSyntax(here.To(expression.Remainder), expression.Value), expression.Remainder)
            : Combinators.Fail<TypeSyntax>(expression);
    }

    // typeof(struct S *)   typeof($x)
    private static readonly Parser<TypeSyntax> s_typeof =
        from keyword in Keyword("typeof")
        from open in Symbol('(')
        from type in Combinators.Rule<TypeSyntax>(TypeOrExpression)
        from close in Symbol(')')
        select type is ExpressionTypeSyntax expression
            ? expression with { Span = keyword.Span.Union(close.Span) }
            : type;

    /// <summary>
    /// Whether a type stands here and one of <paramref name="terminators"/> after it (bpftrace
    /// <c>try_parse_type_reference</c>). A lone identifier that is no builtin type may be an expression.
    /// <paramref name="end"/> is the position of the terminator.
    /// </summary>
    private static bool LooksLikeType(ScriptInput here, string terminators, out bool isLoneIdentifier, out int end)
    {
        isLoneIdentifier = false;
        end = -1;
        string text = here.Text;
        if (!SyntaxFacts.IsIdentifierStart(here.Peek()))
            return false;
        ReadOnlySpan<char> word = PeekWord(here);
        if (SyntaxFacts.IsReservedBuiltin(word))
            return false;
        int at = here.Position + word.Length;
        isLoneIdentifier = !SyntaxFacts.IsBuiltinTypeName(word);
        if (word is "struct" or "union" or "enum")
        {
            at = Layout.Skip(here.State, at);
            if (at >= text.Length || !SyntaxFacts.IsIdentifierStart(text[at]))
                return false;
            at = Layout.IdentifierEnd(text, at);
            isLoneIdentifier = false;
        }

        for (at = Layout.Skip(here.State, at); at < text.Length && text[at] is '*' or '['; at = Layout.Skip(here.State, at))
        {
            isLoneIdentifier = false;
            at = text[at] == '*' ? at + 1 : Layout.BalancedEnd(text, at, '[', ']');
            if (at < 0)
                return false;
        }
        end = at;
        return at < text.Length && terminators.Contains(text[at], StringComparison.Ordinal);
    }
}
