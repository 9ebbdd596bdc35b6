using System.Collections.Immutable;
using BpfTrace.Formatting;
using BpfTrace.Language.Diagnostics;
using BpfTrace.Language.Text;

namespace BpfTrace;

/// <summary>A message about a script, as plain data: what <see cref="Diagnostic"/> holds, with places as numbers.</summary>
public sealed class ScriptDiagnostic
{
    private readonly Diagnostic _diagnostic;

    private ScriptDiagnostic(Diagnostic diagnostic)
    {
        _diagnostic = diagnostic;
        Id = diagnostic.Id;
        Severity = diagnostic.Severity.ToString();
        Message = diagnostic.Message.TrimEnd();
        Hint = diagnostic.Hints.IsDefaultOrEmpty ? null : string.Join('\n', diagnostic.Hints);
        Details = [.. diagnostic.Details];
        IsLack = diagnostic.IsLack;
        var notes = ImmutableArray.CreateBuilder<ScriptNote>(diagnostic.Notes.Length);
        foreach (DiagnosticNote note in diagnostic.Notes)
            notes.Add(new ScriptNote(note.Message, note.Location.Source.Name, note.Location.Start.Line, note.Location.Start.Column));
        Notes = [.. notes];
        if (diagnostic.Location is not { } location)
            return;
        (TextPosition start, TextPosition end) = (location.Start, location.End);
        File = location.Source.Name;
        (Line, Column, EndLine, EndColumn) = (start.Line, start.Column, end.Line, end.Column);
        (Start, Length) = (location.Span.Start, location.Span.Length);
        Span = location.Source.ToString(location.Span);
    }

    /// <summary>Stable PascalCase identifier: <c>UnknownFunction</c>.</summary>
    public string Id { get; }

    /// <summary><c>Error</c> or <c>Warning</c>.</summary>
    public string Severity { get; }

    /// <summary>The message, without place and severity.</summary>
    public string Message { get; }

    /// <summary>What to do, a line each; null where there is nothing to say.</summary>
    public string? Hint { get; }

    /// <summary>Whether the running kernel, or a traced binary, lacks what the script asks for: elsewhere it may be right.</summary>
    public bool IsLack { get; }

    /// <summary>The name the script is shown under; null for a message about no place.</summary>
    public string? File { get; }

    /// <summary>1-based line, 0 for a message about no place.</summary>
    public int Line { get; }

    /// <summary>1-based column in UTF-16 code units, 0 for a message about no place.</summary>
    public int Column { get; }

    /// <summary>The line the place ends in.</summary>
    public int EndLine { get; }

    /// <summary>The column after the place's last.</summary>
    public int EndColumn { get; }

    /// <summary>Zero-based offset of the place in the script, in UTF-16 code units.</summary>
    public int Start { get; }

    /// <summary>Length of the place in UTF-16 code units.</summary>
    public int Length { get; }

    /// <summary>The script's text at the place; null for a message about no place.</summary>
    public string? Span { get; }

    /// <summary>Other places that matter, and where a macro's text came from.</summary>
    public ScriptNote[] Notes { get; }

    /// <summary>Raw material, such as the end of the verifier's log.</summary>
    public string[] Details { get; }

    /// <summary>A diagnostic as plain data.</summary>
    public static ScriptDiagnostic From(Diagnostic diagnostic)
    {
        ArgumentNullException.ThrowIfNull(diagnostic);
        return new ScriptDiagnostic(diagnostic);
    }

    /// <summary>As bpftrace prints it: place, message, source line, underline, hints.</summary>
    public override string ToString() => DiagnosticRenderer.Render(_diagnostic).TrimEnd('\n');
}

/// <summary>A second place that belongs to a message.</summary>
/// <param name="Message">What is said about it.</param>
/// <param name="File">The name the script is shown under.</param>
/// <param name="Line">1-based line.</param>
/// <param name="Column">1-based column.</param>
public sealed record ScriptNote(string Message, string File, int Line, int Column) : IEscapedMembers
{
    /// <inheritdoc/>
    public override string ToString() => $"{File}:{Line}:{Column}: {Message}";
}
