using BpfTrace.Language.Text;

namespace BpfTrace.Language.Diagnostics;

public static partial class DiagnosticIds
{
    /// <summary>The text is not a program of the language.</summary>
    public const string SyntaxError = nameof(SyntaxError);

    /// <summary>Parentheses, blocks or operators are nested deeper than the parser follows.</summary>
    public const string NestingTooDeep = nameof(NestingTooDeep);

    /// <summary>A string literal has no closing quote on its line.</summary>
    public const string UnterminatedString = nameof(UnterminatedString);

    /// <summary>A <c>/*</c> comment is not closed.</summary>
    public const string UnterminatedComment = nameof(UnterminatedComment);

    /// <summary>A backslash sequence in a string is not known or out of range.</summary>
    public const string InvalidEscape = nameof(InvalidEscape);

    /// <summary>An integer literal is malformed or does not fit.</summary>
    public const string InvalidInteger = nameof(InvalidInteger);

    /// <summary>A character that no script contains: binary data, or an encoding other than UTF-8.</summary>
    public const string InvalidCharacter = nameof(InvalidCharacter);

    /// <summary>A <c>$N</c> in an attach point is malformed.</summary>
    public const string InvalidAttachPointParameter = nameof(InvalidAttachPointParameter);
}

public sealed partial class DiagnosticBag
{
    /// <summary>A syntax error; <paramref name="message"/> is bpftrace's wording without its <c>syntax: </c> prefix.</summary>
    internal Diagnostic ReportSyntax(string id, TextLocation location, string message) =>
        HintFor(location, message) is { } hint ? Error(id, location, "syntax: " + message, hint) : Error(id, location, "syntax: " + message);

    /// <summary>What other languages have where the text stops being a script.</summary>
    private static string? HintFor(TextLocation location, string message)
    {
        ReadOnlySpan<char> rest = location.Source.Text.AsSpan(location.Span.Start);
        return (message, rest.IsEmpty ? '\0' : rest[0]) switch
        {
            ("expected expression", '\'' or '`' or '\u2018' or '\u2019' or '\u201C' or '\u201D') => "a string is in double quotes: \"text\"",
            ("expected expression", '#') => rest.StartsWith("#include") || rest.StartsWith("#define") ? "#include and #define stand before the probes" : "a comment begins with //",
            ("expected expression", '=' or ',' or ')' or ']' or ';' or '}' or '/') when LacksOperand(location) => "something is missing here; shells replace $x in double quotes: write programs in single quotes",
            ("expected attach point", '{') => "a block belongs to a probe: begin { ... }",
            ("expected '/' to close predicate" or "expected ')'", '=') => "to compare, write ==",
            ("expected ';'", '=') => "a variable begins with $, a map with @: $x = 1; @x = 1;",
            ("expected ';'", '"') => "arguments are in parentheses: printf(\"text\")",
            ("expected ';'" or "expected '}'", '\0') => "a block is not closed: }",
            ("expected variable in for loop", _) => "a loop is for ($i : 0..10) { ... }, or for ($kv : @map) { ... }",
            ("expected variable after 'let'", _) => "a variable begins with $: let $x = 1;",
            _ => null,
        };
    }

    /// <summary>Whether an operator or a comma has nothing beside it, as where a shell took a variable out; not where a bracket is one too many.</summary>
    private static bool LacksOperand(TextLocation location)
    {
        string text = location.Source.Text;
        ReadOnlySpan<char> before = text.AsSpan(0, location.Span.Start).TrimEnd();
        return text[location.Span.Start] == '=' || (!before.IsEmpty && before[^1] is ',' or '(' or '[' or '=' or '+' or '-' or '*' or '/' or '%' or '&' or '|' or '^' or '<' or '>' or '!');
    }

    /// <summary>A malformed <c>$N</c> in an attach point; the wording is bpftrace's <c>lex_attachpoint</c>.</summary>
    internal Diagnostic ReportInvalidAttachPointParameter(TextLocation location, string message) =>
        Error(DiagnosticIds.InvalidAttachPointParameter, location, message);
}
