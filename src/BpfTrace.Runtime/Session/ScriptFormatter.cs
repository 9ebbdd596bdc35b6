using System.Collections.Immutable;
using BpfTrace.Language.Diagnostics;
using BpfTrace.Language.Parsing;
using BpfTrace.Language.Syntax;
using BpfTrace.Language.Text;

namespace BpfTrace;

/// <summary>Formats scripts: no kernel, no privilege, nothing else of the script is looked at.</summary>
public static class ScriptFormatter
{
    /// <summary>Formats a script, or says why it is none.</summary>
    /// <param name="source">The script; what it imports is not read.</param>
    public static FormattedScript Format(SourceText source)
    {
        ArgumentNullException.ThrowIfNull(source);
        ParseResult parsed = Parser.Parse(source);
        return new FormattedScript(source, parsed.Success ? SyntaxPrinter.Format(parsed.Root) : null, parsed.Diagnostics);
    }

    /// <summary>
    /// Writes a formatted script to a file. An existing file is written anew where it is, so that its owner, mode and links stay.
    /// </summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be written.</exception>
    public static void Write(string path, string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        File.WriteAllBytes(path, SourceText.Encode(text));
    }
}

/// <summary>What came of formatting a script.</summary>
/// <param name="Source">The script as it was.</param>
/// <param name="Text">The script as it is now, with a line feed at the end; null where it has a syntax error.</param>
/// <param name="Diagnostics">The syntax error, or nothing.</param>
public sealed record FormattedScript(SourceText Source, string? Text, ImmutableArray<Diagnostic> Diagnostics)
{
    /// <summary>Whether formatting changed anything.</summary>
    public bool IsChanged => Text is not null && Text != Source.Text;
}
