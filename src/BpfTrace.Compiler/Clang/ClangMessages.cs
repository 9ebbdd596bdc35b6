using System.Collections.Immutable;
using System.Globalization;
using BpfTrace.Language.CDefinitions;
using BpfTrace.Language.Text;

namespace BpfTrace.Compiler.Clang;

/// <summary>Reads what clang prints: lines of <c>FILE:LINE:COLUMN: SEVERITY: MESSAGE</c> (clang's user manual, "Formatting of Diagnostics").</summary>
internal static class ClangMessages
{
    private static readonly string[] s_severities = [": fatal error: ", ": error: ", ": warning: "];

    /// <summary>The errors and warnings.</summary>
    /// <param name="text">What clang printed.</param>
    /// <param name="file">The path of the file it compiled.</param>
    /// <param name="source">That file's text.</param>
    public static ImmutableArray<CDiagnostic> Read(string text, string file, SourceText source)
    {
        var found = ImmutableArray.CreateBuilder<CDiagnostic>();
        foreach (string line in text.Split('\n'))
        {
            if (ReadLine(line, file, source) is { } diagnostic)
                found.Add(diagnostic);
        }

        return found.ToImmutable();
    }

    private static CDiagnostic? ReadLine(string line, string file, SourceText source)
    {
        foreach (string marker in s_severities)
        {
            int at = line.IndexOf(marker, StringComparison.Ordinal);
            if (at < 0)
                continue;
            CSeverity severity = marker.EndsWith("warning: ", StringComparison.Ordinal) ? CSeverity.Warning : CSeverity.Error;
            string message = line[(at + marker.Length)..].TrimEnd();
            if (!ReadPlace(line[..at], out string place, out int row, out int column))
                return new CDiagnostic(severity, message, -1, "", 0, null);
            return place == file
                ? new CDiagnostic(severity, message, OffsetOf(source, row, column), "", row, null)
                : new CDiagnostic(severity, message, -1, place, row, null);
        }

        return null;
    }

    private static bool ReadPlace(string text, out string file, out int row, out int column)
    {
        (file, row, column) = ("", 0, 0);
        int last = text.LastIndexOf(':');
        int first = last <= 0 ? -1 : text.LastIndexOf(':', last - 1);
        if (first <= 0)
            return false;
        file = text[..first];
        return int.TryParse(text.AsSpan(first + 1, last - first - 1), NumberStyles.None, CultureInfo.InvariantCulture, out row)
            && int.TryParse(text.AsSpan(last + 1), NumberStyles.None, CultureInfo.InvariantCulture, out column);
    }

    private static int OffsetOf(SourceText source, int row, int column) =>
        row < 1 || row > source.LineCount ? -1 : Math.Min(source.LineStarts[row - 1] + Math.Max(column - 1, 0), source.Length);
}
