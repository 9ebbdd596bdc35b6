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
        if (message != "expected expression")
            return null;
        string text = location.Source.Text;
        char at = location.Span.Start < text.Length ? text[location.Span.Start] : '\0';
        return at switch
        {
            '\'' or '`' or '\u2018' or '\u2019' or '\u201C' or '\u201D' => "a string is in double quotes: \"text\"",
            '#' => "a comment begins with //",
            _ => null,
        };
    }

    /// <summary>A malformed <c>$N</c> in an attach point; the wording is bpftrace's <c>lex_attachpoint</c>.</summary>
    internal Diagnostic ReportInvalidAttachPointParameter(TextLocation location, string message) =>
        Error(DiagnosticIds.InvalidAttachPointParameter, location, message);
}
