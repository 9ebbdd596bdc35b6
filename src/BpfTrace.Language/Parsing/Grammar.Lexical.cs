using System.Diagnostics.CodeAnalysis;
using BpfTrace.Language.Syntax;
using BpfTrace.Language.Text;
using Sprache;

namespace BpfTrace.Language.Parsing;

/// <summary>
/// The grammar of the language, on Sprache; a rule is preceded by text it accepts. Rules decide by the next character or
/// word, as bpftrace's parser does, so that the first rule to fail hard is the one whose message is right. Wording and
/// places of the messages are bpftrace's (<c>src/parser.cpp</c>).
/// </summary>
[SuppressMessage("Performance", "CA1859", Justification = "Rules have the shape of Sprache's Parser<T>, whatever class they return.")]
internal static partial class Grammar
{
    /// <summary>The text from the next token on.</summary>
    private static ScriptInput SkipLayout(IInput input)
    {
        var here = (ScriptInput)input;
        return here.At(Layout.Skip(here.State, here.Position));
    }

    /// <summary>A position, without skipping white space.</summary>
    private static readonly Parser<Token> s_mark = static input =>
        Combinators.Success(new Token(new TextSpan(input.Position, 0), string.Empty), input);

    /// <summary>A character that must come next.</summary>
    private static Parser<Token> Symbol(char symbol)
    {
        string message = $"expected '{symbol}'";
        return input =>
        {
            ScriptInput here = SkipLayout(input);
            return here.Peek() == symbol && !here.AtEnd
                ? Combinators.Success(new Token(new TextSpan(here.Position, 1), string.Empty), here.At(here.Position + 1))
                : Combinators.Fail<Token>((ScriptInput)input, message);
        };
    }

    /// <summary>A character that may come next; its token is empty where it does not.</summary>
    private static Parser<Token> OptionalSymbol(char symbol) => input =>
    {
        ScriptInput here = SkipLayout(input);
        int length = here.Peek() == symbol && !here.AtEnd ? 1 : 0;
        return Combinators.Success(new Token(new TextSpan(here.Position, length), string.Empty), here.At(here.Position + length));
    };

    /// <summary>A whole word that must come next.</summary>
    private static Parser<Token> Keyword(string word)
    {
        string message = $"expected '{word}'";
        return input =>
        {
            ScriptInput here = SkipLayout(input);
            return IsWord(here, word)
                ? Combinators.Success(new Token(new TextSpan(here.Position, word.Length), word), here.At(here.Position + word.Length))
                : Combinators.Fail<Token>((ScriptInput)input, message);
        };
    }

    /// <summary>An identifier that must come next.</summary>
    private static Parser<Token> Identifier(string message) => input =>
    {
        ScriptInput here = SkipLayout(input);
        if (!SyntaxFacts.IsIdentifierStart(here.Peek()))
            return Combinators.Fail<Token>((ScriptInput)input, message);
        TextSpan span = WordSpan(here);
        return Combinators.Success(new Token(span, here.State.Source.ToString(span)), here.At(span.End));
    };

    /// <summary><c>$name</c>; <paramref name="message"/> where no <c>$</c> comes next.</summary>
    private static Parser<VariableExpressionSyntax> Variable(string message) => input =>
    {
        ScriptInput here = SkipLayout(input);
        return here.Peek() == '$' ? VariableHere(here) : Combinators.Fail<VariableExpressionSyntax>((ScriptInput)input, message);
    };

    // $name
    private static Parsed<VariableExpressionSyntax> VariableHere(ScriptInput here)
    {
        if (!SyntaxFacts.IsIdentifierStart(here.Peek(1)))
            return Combinators.Fail<VariableExpressionSyntax>(here, "expected identifier after '$'");
        TextSpan span = SigilSpan(here);
        return Combinators.Success(new VariableExpressionSyntax(span, here.State.Source.ToString(span)), here.At(span.End));
    }

    // @name  @
    private static Parsed<MapExpressionSyntax> MapHere(ScriptInput here)
    {
        TextSpan span = SyntaxFacts.IsIdentifierStart(here.Peek(1)) ? SigilSpan(here) : new TextSpan(here.Position, 1);
        return Combinators.Success(new MapExpressionSyntax(span, here.State.Source.ToString(span)), here.At(span.End));
    }

    private static TextSpan WordSpan(ScriptInput here) =>
        TextSpan.FromBounds(here.Position, Layout.IdentifierEnd(here.Text, here.Position));

    private static TextSpan SigilSpan(ScriptInput here) =>
        TextSpan.FromBounds(here.Position, Layout.IdentifierEnd(here.Text, here.Position + 1));

    /// <summary>Whether the whole word here is <paramref name="word"/>.</summary>
    private static bool IsWord(ScriptInput here, string word) =>
        here.Text.AsSpan(here.Position).StartsWith(word, StringComparison.Ordinal)
        && !SyntaxFacts.IsIdentifierPart(here.Peek(word.Length));

    private static ReadOnlySpan<char> PeekWord(ScriptInput here) =>
        here.Text.AsSpan(here.Position..Layout.IdentifierEnd(here.Text, here.Position));
}
