namespace BpfTrace.Commands.Completion;

/// <summary>Quotes of a word on the command line.</summary>
internal static class Quoting
{
    /// <summary>The word without the quotes a user has begun.</summary>
    public static string Bare(string word) => word.Trim('\'', '"');

    /// <summary>The text as one argument: quoted where PowerShell would read it otherwise.</summary>
    public static string Quote(string text) => text.Length > 0 && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or ':' or '/' or '.')
        ? text
        : "'" + text.Replace("'", "''", StringComparison.Ordinal) + "'";
}
