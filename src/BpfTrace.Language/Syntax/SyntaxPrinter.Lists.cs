using System.Collections.Immutable;

namespace BpfTrace.Language.Syntax;

public sealed partial class SyntaxPrinter
{
    /// <summary>Items with a separator after each but the last; on one line where they fit.</summary>
    private TextBlock List<T>(IReadOnlyList<T> items, string separator, int width, Func<T, int, TextBlock> format)
        where T : SyntaxNode
    {
        var blocks = new List<TextBlock>(items.Count);
        for (int i = 0; i < items.Count; i++)
        {
            if (i > 0)
                TrailUpTo(blocks[^1], items[i].Span.Start);
            TextBlock block = format(items[i], width - (i + 1 < items.Count ? separator.Length : 0));
            blocks.Add(i + 1 < items.Count ? block.Text(separator) : block);
        }
        return Arrange(blocks, width);
    }

    private TextBlock List(ImmutableArray<ExpressionSyntax> items, int width) =>
        List(items, ",", width, Bare);

    /// <summary>
    /// Puts blocks on lines. Where one line does not take all, the last line takes as many as it can, then the one before: a format string
    /// that is long stays alone, its values follow together. (That is what bpftrace's search for the best arrangement finds.)
    /// </summary>
    private static TextBlock Arrange(List<TextBlock> blocks, int width)
    {
        if (blocks.Count == 0)
            return new TextBlock();
        bool[] breaks = new bool[blocks.Count];
        int total = blocks.Count - 1;
        for (int i = 0; i < blocks.Count; i++)
        {
            total += blocks[i].Width;
            breaks[i] = i > 0 && (blocks[i - 1].IsClosed || blocks[i].StartsWithComment);
        }
        if (total > width)
            BreakFromTheEnd(blocks, breaks, width);

        TextBlock result = blocks[0];
        if (blocks.Count == 1)
            return result;
        result = new TextBlock { StartsWithComment = blocks[0].StartsWithComment };
        for (int i = 0; i < blocks.Count; i++)
        {
            if (breaks[i])
                result.NewLine();
            else if (i > 0)
                result.Text(" ");
            result.Append(blocks[i]);
        }
        return result;
    }

    private static void BreakFromTheEnd(List<TextBlock> blocks, bool[] breaks, int width)
    {
        int line = blocks[^1].Width;
        for (int i = blocks.Count - 1; i > 0; i--)
        {
            int longer = line + 1 + blocks[i - 1].Width;
            breaks[i] |= longer > width;
            line = breaks[i] ? blocks[i - 1].Width : longer;
        }
    }
}
