using System.Collections.Immutable;
using BpfTrace.Language.Text;

namespace BpfTrace.Language.Syntax;

/// <summary>Where a comment stands among the code around it.</summary>
internal enum CommentPlace
{
    /// <summary>Code follows on its line.</summary>
    Inline,

    /// <summary>After code, at the end of its line.</summary>
    Trailing,

    /// <summary>On lines of its own.</summary>
    OwnLine,
}

/// <summary>A comment to be printed.</summary>
/// <param name="Start">Where it begins in the source.</param>
/// <param name="Place">Where it stands.</param>
/// <param name="StartsLine">Whether no code is before it on its line.</param>
/// <param name="Lines">Its lines; those after the first are indented relative to it.</param>
internal sealed record PlacedComment(int Start, CommentPlace Place, bool StartsLine, IReadOnlyList<string> Lines);

/// <summary>The comments of a script that are not printed yet, in the order of the source.</summary>
internal sealed class CommentQueue
{
    private readonly PlacedComment[] _comments;
    private int _next;

    public CommentQueue(SourceText source, ImmutableArray<CommentSyntax> comments)
    {
        string text = source.Text;
        var placed = new List<PlacedComment>(comments.Length);
        for (int i = 0; i < comments.Length; i++)
        {
            int start = comments[i].Span.Start;
            int end = comments[i].Span.End;

            // Comments with nothing but blanks between them stay together.
            while (i + 1 < comments.Length && comments[i + 1].Span.Start == SkipBlanks(text, end))
                end = comments[++i].Span.End;
            placed.Add(PlaceComment(text, start, end));
        }
        _comments = [.. placed];
    }

    /// <summary>Whether a comment that ends its line comes before a position.</summary>
    public bool HasLineEndBefore(int position)
    {
        for (int i = _next; i < _comments.Length && _comments[i].Start < position; i++)
        {
            if (_comments[i].Place != CommentPlace.Inline)
                return true;
        }
        return false;
    }

    /// <summary>The next comment, if it begins before a position.</summary>
    public PlacedComment? PeekBefore(int position) =>
        _next < _comments.Length && _comments[_next].Start < position ? _comments[_next] : null;

    /// <summary>
    /// How many of the next comments before a position belong to the code before them: up to the first that ends its line, and all before one
    /// on a line of its own.
    /// </summary>
    public int CountTrailingBefore(int position)
    {
        for (int i = _next; i < _comments.Length && _comments[i].Start < position; i++)
        {
            if (_comments[i].Place != CommentPlace.Inline)
                return i - _next + (_comments[i].Place == CommentPlace.Trailing ? 1 : 0);
        }
        return 0;
    }

    /// <summary>Takes the next comment, if it begins before a position.</summary>
    public PlacedComment? TakeBefore(int position)
    {
        PlacedComment? comment = PeekBefore(position);
        if (comment is not null)
            _next++;
        return comment;
    }

    /// <summary>Leaves comments out that begin before a position.</summary>
    public void DropBefore(int position)
    {
        while (TakeBefore(position) is not null)
        {
        }
    }

    private static PlacedComment PlaceComment(string text, int start, int end)
    {
        int before = SkipBlanksBack(text, start), after = SkipBlanks(text, end);
        bool startsLine = before == 0 || text[before - 1] == '\n';
        bool isLong = text.AsSpan(start, end - start).Contains('\n');
        CommentPlace place = !isLong && after < text.Length && text[after] != '\n' ? CommentPlace.Inline
            : startsLine ? CommentPlace.OwnLine
            : CommentPlace.Trailing;
        return new PlacedComment(start, place, startsLine, LinesOf(text, TextSpan.FromBounds(start, end)));
    }

    private static int SkipBlanks(string text, int at)
    {
        while (at < text.Length && text[at] is ' ' or '\t' or '\r' or '\v' or '\f')
            at++;
        return at;
    }

    private static int SkipBlanksBack(string text, int at)
    {
        while (at > 0 && text[at - 1] is ' ' or '\t' or '\r' or '\v' or '\f')
            at--;
        return at;
    }

    private static string[] LinesOf(string text, TextSpan span)
    {
        string[] lines = text.Substring(span.Start, span.Length).Split('\n');
        int column = span.Start - (text.LastIndexOf('\n', Math.Max(0, span.Start - 1)) + 1);
        for (int i = 0; i < lines.Length; i++)
        {
            string line = lines[i].TrimEnd();
            int indent = i == 0 ? 0 : SkipBlanks(line, 0);
            lines[i] = i == 0 ? line : new string(' ', Math.Max(0, indent - column)) + line[indent..];
        }
        return lines;
    }
}
