using System.Collections;
using System.Management.Automation;
using BpfTrace.Commands.Completion;
using BpfTrace.Formatting;
using BpfTrace.Language.Diagnostics;
using BpfTrace.Language.Text;

namespace BpfTrace.Commands.Errors;

/// <summary>Turns a diagnostic into an error record that points into the bpftrace script.</summary>
/// <remarks>
/// PowerShell's ConciseView draws foreign source when its <c>TargetObject</c> is a dictionary with <c>File</c>,
/// <c>Line</c> and <c>LineText</c>. <c>StartColumn</c> and <c>EndColumn</c> are read by engines newer than 7.6.5; for older ones the
/// underline goes at the head of the message.
/// </remarks>
internal static class DiagnosticErrorRecord
{
    /// <summary>The record.</summary>
    /// <param name="diagnostic">The diagnostic.</param>
    /// <param name="target">What it is about when it has no place in the script: its place is the target else.</param>
    public static System.Management.Automation.ErrorRecord Create(Diagnostic diagnostic, object? target = null)
    {
        var exception = new BpfTraceException(diagnostic.Message, diagnostic.Id, ScriptDiagnostic.From(diagnostic));
        if (diagnostic.Location is not { } location)
        {
            return new System.Management.Automation.ErrorRecord(exception, diagnostic.Id, Category(diagnostic), target)
            {
                ErrorDetails = Details(diagnostic, diagnostic.Message),
            };
        }

        TextPosition start = location.Start;
        TextPosition end = location.End;
        string line = location.Source.GetLine(start.Line);
        int indent = line.Length - line.TrimStart().Length;
        int startColumn = Math.Max(1, start.Column - indent);
        int endColumn = end.Line == start.Line
            ? Math.Max(startColumn + 1, end.Column - indent)
            : Math.Max(startColumn + 1, line.Trim().Length + 1);
        LineExcerpt shown = LineExcerpt.Of(line.Trim(), startColumn, endColumn);
        var place = new Hashtable
        {
            ["File"] = ConsoleEscape.Escape(location.Source.Name),
            ["Line"] = start.Line,
            ["LineText"] = Visible(shown.Text),
            ["StartColumn"] = shown.StartColumn,
            ["EndColumn"] = shown.EndColumn,
        };
        // The view's own column for the message starts under the line's text; its newline handling turns "\n" into a
        // space, so underline and message stand on one line.
        string underline = new string(' ', shown.StartColumn - 1) + new string('~', shown.EndColumn - shown.StartColumn);
        var record = new System.Management.Automation.ErrorRecord(exception, diagnostic.Id, Category(diagnostic), place)
        {
            ErrorDetails = Details(diagnostic, $"{underline} {diagnostic.Message}"),
        };
        record.CategoryInfo.TargetName = $"{location.Source.Name}:{start.Line}:{start.Column}";
        record.CategoryInfo.TargetType = "bpftrace script";
        return record;
    }

    /// <summary>The message with its place and hints, for the warning stream.</summary>
    public static string WarningText(Diagnostic diagnostic)
    {
        string place = diagnostic.Location is { } location ? $"{location}: " : "";
        string text = place + diagnostic.Message;
        char separator = text.Contains('\n', StringComparison.Ordinal) ? '\n' : ' ';
        return diagnostic.Hints.IsDefaultOrEmpty ? text : text + separator + string.Join(' ', diagnostic.Hints);
    }

    private static ErrorDetails Details(Diagnostic diagnostic, string message) => new(ConsoleEscape.Escape(message))
    {
        RecommendedAction = diagnostic.Hints.IsDefaultOrEmpty ? FileGiven(diagnostic) ?? NextSteps.For(diagnostic.Id) : ConsoleEscape.Escape(string.Join(" ", diagnostic.Hints)),
    };

    /// <summary>What to do where the name of a script's file was given as the program; null where it was not.</summary>
    private static string? FileGiven(Diagnostic diagnostic) =>
        diagnostic is { Id: DiagnosticIds.SyntaxError, Location: { } location } && location.Source.Text.Trim() is var text && text.EndsWith(".bt", StringComparison.Ordinal)
        && !text.Contains('{', StringComparison.Ordinal) && !text.Contains('\n', StringComparison.Ordinal)
            ? $"A script's file is given with -Path: -Path {ConsoleEscape.Escape(Quoting.Quote(text))}."
            : null;

    /// <summary>A line of a script in as many columns as it has, so that the underline stays under what it marks: control characters are Unicode's pictures of them.</summary>
    private static string Visible(string line) => string.Create(line.Length, line, static (shown, text) =>
    {
        for (int i = 0; i < text.Length; i++)
        {
            shown[i] = text[i] switch
            {
                '\t' => '\t',
                < ' ' => (char)('\u2400' + text[i]),
                '\x7f' => '\u2421',
                char c when !char.IsSurrogate(c) && ConsoleEscape.Escape(c.ToString()).Length > 1 => '\ufffd',
                char c => c,
            };
        }
    });

    private static ErrorCategory Category(Diagnostic diagnostic) => diagnostic.Id switch
    {
        SessionDiagnosticIds.NoSuchProcess => ErrorCategory.ObjectNotFound,
        SessionDiagnosticIds.CommandFailed => ErrorCategory.OpenError,
        SessionDiagnosticIds.RecordingFailed => ErrorCategory.WriteError,
        _ when diagnostic.Id.StartsWith("Syntax", StringComparison.Ordinal) => ErrorCategory.ParserError,
        _ when diagnostic.Id.Contains("Permission", StringComparison.Ordinal)
            || diagnostic.Id.Contains("Privilege", StringComparison.Ordinal)
            || diagnostic.Id.StartsWith("Unsafe", StringComparison.Ordinal) => ErrorCategory.PermissionDenied,
        _ when diagnostic.Id.StartsWith("Unknown", StringComparison.Ordinal)
            || diagnostic.Id.EndsWith("NotFound", StringComparison.Ordinal) => ErrorCategory.ObjectNotFound,
        _ when diagnostic.Id.Contains("Limit", StringComparison.Ordinal)
            || diagnostic.Id.StartsWith("TooMany", StringComparison.Ordinal)
            || diagnostic.Id.StartsWith("ProgramToo", StringComparison.Ordinal) => ErrorCategory.LimitsExceeded,
        _ when diagnostic.Id.Contains("Type", StringComparison.Ordinal) => ErrorCategory.InvalidType,
        _ when diagnostic.Id.EndsWith("Missing", StringComparison.Ordinal)
            || diagnostic.Id.EndsWith("Unavailable", StringComparison.Ordinal) => ErrorCategory.ResourceUnavailable,
        _ when diagnostic.Id.EndsWith("Rejected", StringComparison.Ordinal)
            || diagnostic.Id.EndsWith("NotAllowed", StringComparison.Ordinal)
            || diagnostic.Id.EndsWith("NotBounded", StringComparison.Ordinal)
            || diagnostic.Id.Contains("Attach", StringComparison.Ordinal) => ErrorCategory.InvalidOperation,
        _ => ErrorCategory.InvalidArgument,
    };
}
