using BpfTrace.Compiler.CodeGen;
using BpfTrace.Language.Binding;
using BpfTrace.Language.Text;

namespace BpfTrace.Compiler;

/// <summary>From a program's line information back to the script: a line and column have no end, the nodes of the bound tree have.</summary>
public static class SourceSpans
{
    // What a record of line_info keeps of a column (include/uapi/linux/bpf.h, BPF_LINE_INFO_LINE_COL).
    private const int MaximumColumn = 0x3ff;

    /// <summary>The place that instructions of a line and column were made for.</summary>
    /// <param name="probe">The probe of the program.</param>
    /// <param name="source">The script.</param>
    /// <param name="line">1-based line, 0 for none.</param>
    /// <param name="column">1-based column, 0 for none.</param>
    /// <returns>The longest statement or expression that begins there, at most to the end of the line; the probe where nothing does.</returns>
    public static TextSpan Find(BoundProbe probe, SourceText source, int line, int column)
    {
        ArgumentNullException.ThrowIfNull(probe);
        ArgumentNullException.ThrowIfNull(source);
        if (line < 1 || line > source.LineCount || column < 1 || column >= MaximumColumn)
            return probe.Span;
        int start = source.LineStarts[line - 1] + column - 1;
        int lineEnd = source.LineStarts[line - 1] + source.GetLine(line).Length;
        var finder = new Finder(start);
        finder.Visit(probe.Body);
        if (finder.Length == 0)
            return probe.Span;
        int end = Math.Min(start + finder.Length, lineEnd);
        while (end > start + 1 && char.IsWhiteSpace(source.Text[end - 1]))
            end--;
        return TextSpan.FromBounds(start, end);
    }

    private sealed class Finder(int start) : BoundWalker
    {
        public int Length { get; private set; }

        protected override void Node(BoundNode node)
        {
            // A block begins where the probe's braces do: its statements say more.
            if (node.Span.Start == start && node is not BoundBlock)
                Length = Math.Max(Length, node.Span.Length);
        }
    }
}
