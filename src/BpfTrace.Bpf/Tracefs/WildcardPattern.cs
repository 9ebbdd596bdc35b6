using System.Text;

namespace BpfTrace.Bpf.Tracefs;

/// <summary>
/// bpftrace's wildcard: <c>*</c> stands for any characters, also none; everything else for itself. bpftrace looks for each piece
/// between stars at its first occurrence, the last one too, and so does not find <c>aba</c> by <c>*a</c>; here the last piece is
/// looked for at the end.
/// </summary>
public sealed class WildcardPattern
{
    // What stands between the stars: one more than there are stars, the first and the last perhaps empty.
    private readonly string[] _pieces;
    private readonly byte[][] _utf8Pieces;

    /// <param name="pattern">The pattern; without a star it matches exactly itself, an empty one only the empty text.</param>
    public WildcardPattern(string pattern)
    {
        Pattern = pattern;
        _pieces = pattern.Split('*');
        _utf8Pieces = Array.ConvertAll(_pieces, Encoding.UTF8.GetBytes);
    }

    /// <summary>The pattern.</summary>
    public string Pattern { get; }

    /// <summary>What every match begins with, in UTF-8: what stands before the first star.</summary>
    internal ReadOnlySpan<byte> PrefixUtf8 => _utf8Pieces[0];

    /// <summary>
    /// Whether bpftrace takes a text for a pattern: it has a star, or both square brackets. (Brackets are then matched as they
    /// are.)
    /// </summary>
    public static bool HasWildcard(string text) => text.Contains('*') || (text.Contains('[') && text.Contains(']'));

    /// <summary>Whether a text matches.</summary>
    public bool IsMatch(ReadOnlySpan<char> text)
    {
        if (_pieces.Length == 1)
            return text.SequenceEqual(_pieces[0]);
        if (!text.StartsWith(_pieces[0]))
            return false;
        text = text[_pieces[0].Length..];
        for (int i = 1; i < _pieces.Length - 1; i++)
        {
            int found = text.IndexOf(_pieces[i]);
            if (found < 0)
                return false;
            text = text[(found + _pieces[i].Length)..];
        }

        return text.EndsWith(_pieces[^1]);
    }

    /// <summary>Whether a text in UTF-8 matches.</summary>
    public bool IsMatch(ReadOnlySpan<byte> text)
    {
        if (_utf8Pieces.Length == 1)
            return text.SequenceEqual(_utf8Pieces[0]);
        if (!text.StartsWith(_utf8Pieces[0]))
            return false;
        text = text[_utf8Pieces[0].Length..];
        for (int i = 1; i < _utf8Pieces.Length - 1; i++)
        {
            int found = text.IndexOf(_utf8Pieces[i]);
            if (found < 0)
                return false;
            text = text[(found + _utf8Pieces[i].Length)..];
        }

        return text.EndsWith(_utf8Pieces[^1]);
    }

    /// <inheritdoc/>
    public override string ToString() => Pattern;
}
