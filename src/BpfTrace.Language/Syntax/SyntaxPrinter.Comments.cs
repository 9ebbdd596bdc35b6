namespace BpfTrace.Language.Syntax;

public sealed partial class SyntaxPrinter
{
    /// <summary>What stands before something: comments, on its line or on lines of their own.</summary>
    private TextBlock? Lead(int start)
    {
        if (_comments?.TakeBefore(start) is not { } comment)
            return null;
        var lead = new TextBlock { StartsWithComment = comment.Place == CommentPlace.OwnLine };
        for (PlacedComment? next = comment; next is not null; next = _comments.TakeBefore(start))
        {
            if (next.Place == CommentPlace.Inline)
                lead.Text(lead.IsEmpty || lead.IsClosed ? next.Lines[0] : " " + next.Lines[0]);
            else
                lead.Comment(next.Lines, " ");
        }
        return lead;
    }

    private static TextBlock Join(TextBlock? lead, TextBlock block)
    {
        if (lead is null)
            return block;
        if (!lead.IsClosed)
            lead.Text(" ");
        return lead.Append(block);
    }

    /// <summary>A statement after what leads it on its line; what has more lines begins on a new one.</summary>
    private static TextBlock JoinLine(TextBlock? lead, TextBlock block) =>
        lead is null || block.LineCount == 1 ? Join(lead, block) : lead.NewLine().Append(block);

    /// <summary>Comments that end their line before the next thing begins; those on its line stay with it.</summary>
    private void TailUpTo(TextBlock block, int next)
    {
        while (_comments?.HasLineEndBefore(next) == true)
            Tail(block, _comments.TakeBefore(next)!);
    }

    /// <summary>Comments after code on its line.</summary>
    private void TrailUpTo(TextBlock block, int next)
    {
        for (int count = _comments?.CountTrailingBefore(next) ?? 0; count > 0; count--)
            Tail(block, _comments!.TakeBefore(next)!);
    }

    /// <summary>The last comments of a block: after its last statement, or on lines of their own.</summary>
    private void Last(TextBlock content, int end)
    {
        TrailUpTo(content, end);
        while (!content.IsEmpty && _comments?.PeekBefore(end) is { StartsLine: false })
            Tail(content, _comments.TakeBefore(end)!);
        while (_comments?.TakeBefore(end) is { } comment)
            AddLine(content, new TextBlock().Comment(comment.Lines, ""), HasEmptyLineBefore(comment.Start));
    }

    /// <summary>All comments before a closing bracket.</summary>
    private void TailBefore(TextBlock block, int end)
    {
        while (_comments?.TakeBefore(end) is { } comment)
            Tail(block, comment);
    }

    private static void Tail(TextBlock block, PlacedComment comment)
    {
        if (comment.Place == CommentPlace.Inline)
        {
            block.Text(block.IsEmpty || block.IsClosed ? comment.Lines[0] : " " + comment.Lines[0]);
            return;
        }
        if (comment.Place == CommentPlace.OwnLine && !block.IsEmpty)
            block.NewLine();
        block.Comment(comment.Lines, " ");
    }
}
