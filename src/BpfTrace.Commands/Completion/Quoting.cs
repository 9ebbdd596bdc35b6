using System.Management.Automation.Language;

namespace BpfTrace.Commands.Completion;

/// <summary>Quotes of a word on the command line. Typographic quotes are quotes to PowerShell.</summary>
internal static class Quoting
{
    private const string Singles = "'‘’‚‛";
    private const string Doubles = "\"“”„";

    /// <summary>Whether it begins and ends a text that is taken as it is.</summary>
    public static bool IsSingle(char c) => Singles.Contains(c, StringComparison.Ordinal);

    /// <summary>Whether it begins and ends a text in which variables are replaced.</summary>
    public static bool IsDouble(char c) => Doubles.Contains(c, StringComparison.Ordinal);

    /// <summary>The word without the quotes a user has begun.</summary>
    public static string Bare(string word) => word.Trim([.. Singles, .. Doubles]);

    /// <summary>The text as one argument: quoted where PowerShell would read it otherwise.</summary>
    public static string Quote(string text) => text.Length > 0 && text[0] != '-' && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or ':' or '/' or '.')
        ? text
        : "'" + CodeGeneration.EscapeSingleQuotedStringContent(text) + "'";
}
