namespace BpfTrace.Commands.Errors;

/// <summary>A line of a script as it stands above its underline: a long one is cut around what is marked, as PowerShell cuts lines of its own scripts.</summary>
/// <param name="Text">The line, or the part of it that is shown.</param>
/// <param name="StartColumn">Where the mark begins in <paramref name="Text"/>, from 1.</param>
/// <param name="EndColumn">The column behind the mark.</param>
internal readonly record struct LineExcerpt(string Text, int StartColumn, int EndColumn)
{
    // The engine's own numbers (PositionUtilities.VerboseMessage): a console of 80 columns has room for this many beside the line's number.
    private const int MaxLength = 69, MinBefore = 12, MaxReservedAfter = 8;

    /// <summary>What is shown of a line: as much of the mark as there is room for, with something before it.</summary>
    /// <param name="line">The line.</param>
    /// <param name="startColumn">Where the mark begins, from 1; behind the line's end where something is missing there.</param>
    /// <param name="endColumn">The column behind the mark.</param>
    public static LineExcerpt Of(string line, int startColumn, int endColumn)
    {
        if (line.Length <= MaxLength)
        {
            return new LineExcerpt(line, startColumn, endColumn);
        }

        int after = Math.Clamp(line.Length + 1 - endColumn, 0, MaxReservedAfter);
        int before = Math.Min(startColumn - 1, Math.Max(MinBefore, MaxLength - (endColumn - startColumn) - after));
        int first = WholeAt(line, Math.Min(startColumn - 1 - before, line.Length - MaxLength));
        int last = WholeAt(line, first + MaxLength);
        string left = first > 0 ? "… " : "";
        string right = last < line.Length ? " …" : "";
        int shift = left.Length - first;
        return new LineExcerpt(left + line[first..last] + right, startColumn + shift, Math.Min(endColumn, Math.Max(startColumn, last) + 1) + shift);
    }

    // No cut goes through a character of two code units.
    private static int WholeAt(string line, int index) => index < line.Length && char.IsLowSurrogate(line[index]) ? index - 1 : index;
}
