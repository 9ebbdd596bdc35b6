using System.Buffers;
using System.Text;
using BpfTrace.Language.Text;

namespace BpfTrace.Language.Diagnostics;

/// <summary>
/// Prints diagnostics as bpftrace does (bpftrace <c>src/ast/diagnostic.cpp</c>, <c>src/log.cpp</c>,
/// <c>src/ast/location.cpp</c>): location, severity and message, the source line with tabs as four blanks, and a line
/// of <c>~</c> under the span; a span over several lines shows those lines only. bpftrace counts columns in bytes; here they are UTF-16 code units, the
/// same in ASCII, and the underline goes by what a terminal shows.
/// </summary>
public static class DiagnosticRenderer
{
    private const string Red = "\e[31m";
    private const string Yellow = "\e[33m";
    private const string Reset = "\e[0m";

    /// <summary>Renders all diagnostics, errors before warnings.</summary>
    /// <param name="diagnostics">What to print.</param>
    /// <param name="color">Whether to colour message lines red and yellow.</param>
    /// <returns>The text, each line ended by a line feed; empty for no diagnostics.</returns>
    public static string Render(IEnumerable<Diagnostic> diagnostics, bool color = false)
    {
        ArgumentNullException.ThrowIfNull(diagnostics);
        var output = new StringBuilder();
        List<Diagnostic> all = [.. diagnostics];
        foreach (Diagnostic diagnostic in all)
        {
            if (diagnostic.IsError)
                Append(output, diagnostic, color);
        }
        foreach (Diagnostic diagnostic in all)
        {
            if (!diagnostic.IsError)
                Append(output, diagnostic, color);
        }
        return output.ToString();
    }

    /// <summary>Renders one diagnostic.</summary>
    /// <param name="diagnostic">What to print.</param>
    /// <param name="color">Whether to colour message lines.</param>
    /// <returns>The text, each line ended by a line feed.</returns>
    public static string Render(Diagnostic diagnostic, bool color = false)
    {
        ArgumentNullException.ThrowIfNull(diagnostic);
        var output = new StringBuilder();
        Append(output, diagnostic, color);
        return output.ToString();
    }

    private static void Append(StringBuilder output, Diagnostic diagnostic, bool color)
    {
        AppendMessage(output, diagnostic, diagnostic.Message, diagnostic.Location, color, diagnostic.Display);
        AppendNotes(output, diagnostic, DiagnosticNoteKind.Related, color);
        foreach (string hint in diagnostic.Hints)
            output.Append("HINT: ").Append(hint).Append('\n');
        AppendNotes(output, diagnostic, DiagnosticNoteKind.ExpandedFrom, color);
        foreach (string line in diagnostic.Details)
            output.Append("    ").Append(line).Append('\n');
    }

    private static void AppendNotes(StringBuilder output, Diagnostic diagnostic, DiagnosticNoteKind kind, bool color)
    {
        foreach (DiagnosticNote note in diagnostic.Notes)
        {
            if (note.Kind == kind)
                AppendMessage(output, diagnostic, note.Message, note.Location, color);
        }
    }

    private static void AppendMessage(StringBuilder output, Diagnostic diagnostic, string message, TextLocation? location, bool color, DiagnosticDisplay display = DiagnosticDisplay.Full)
    {
        if (color)
            output.Append(diagnostic.IsError ? Red : Yellow);
        if (location is { } place && display != DiagnosticDisplay.MessageOnly)
            output.Append(place.ToString()).Append(": ");
        output.Append(diagnostic.IsError ? "ERROR: " : "WARNING: ");
        AppendMessage(output, message.EndsWith('\n') ? message.AsSpan(0, message.Length - 1) : message);
        if (color)
            output.Append(Reset);
        output.Append('\n');
        if (location is { } shown && display == DiagnosticDisplay.Full)
            AppendSource(output, shown);
    }

    private static void AppendSource(StringBuilder output, TextLocation location)
    {
        TextPosition start = location.Start;
        TextPosition end = location.End;
        if (start.Line != end.Line)
        {
            for (int line = start.Line; line <= end.Line; line++)
            {
                string shown = location.Source.GetLine(line);
                for (int i = 0; i < shown.Length; i++)
                    AppendPrintable(output, shown, i);
                output.Append('\n');
            }
            return;
        }

        string text = location.Source.GetLine(start.Line);
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == '\t')
                output.Append(' ', 4);
            else
                AppendPrintable(output, text, i);
        }
        output.Append('\n');
        for (int i = 0; i < text.Length && i < end.Column - 1;)
        {
            char mark = i < start.Column - 1 ? ' ' : '~';
            bool isText = Rune.DecodeFromUtf16(text.AsSpan(i), out Rune rune, out int length) == OperationStatus.Done;
            output.Append(mark, text[i] == '\t' ? 4 : isText ? TerminalWidth.Of(rune) : 1);
            i += isText ? length : 1;
        }
        output.Append('\n');
    }

    /// <summary>A message can quote the script, line breaks and tabs are its own.</summary>
    private static void AppendMessage(StringBuilder output, ReadOnlySpan<char> message)
    {
        foreach (char c in message)
            output.Append(char.IsControl(c) && c is not ('\n' or '\t') ? '\uFFFD' : c);
    }

    /// <summary>
    /// A script can be any file: what would steer a terminal, and bytes that are no text (lone surrogates), are shown
    /// as U+FFFD, one for one so that columns stay.
    /// </summary>
    private static void AppendPrintable(StringBuilder output, string text, int index)
    {
        char c = text[index];
        bool isLoneSurrogate = char.IsSurrogate(c)
            && !(char.IsHighSurrogate(c) && index + 1 < text.Length && char.IsLowSurrogate(text[index + 1]))
            && !(char.IsLowSurrogate(c) && index > 0 && char.IsHighSurrogate(text[index - 1]));
        output.Append(isLoneSurrogate || (char.IsControl(c) && c is not ('\t' or '\r')) ? '\uFFFD' : c);
    }
}
