using System.Collections.Immutable;
using BpfTrace.Bpf.Proc;
using BpfTrace.Language.Diagnostics;
using BpfTrace.Language.Parsing;
using BpfTrace.Language.Syntax;
using BpfTrace.Language.Text;
using Microsoft.Win32.SafeHandles;

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
    /// Writes a formatted script to a file. An existing file is written anew where it is, so that its owner, mode and links stay; when the disk has no room
    /// for what it has more than before, it stays as it was.
    /// </summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be written.</exception>
    public static void Write(string path, string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        byte[] all = SourceText.Encode(text);
        if (RegularFile.IsSpecial(path))
        {
            File.WriteAllBytes(path, all);
            return;
        }

        ReadOnlySpan<byte> bytes = all;
        using SafeFileHandle file = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.Write);
        long before = RandomAccess.GetLength(file);
        int common = (int)Math.Min(before, bytes.Length);
        try
        {
            RandomAccess.Write(file, bytes[common..], common);
        }
        catch (IOException)
        {
            RandomAccess.SetLength(file, before);
            throw;
        }

        RandomAccess.Write(file, bytes[..common], 0);
        RandomAccess.SetLength(file, bytes.Length);
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
