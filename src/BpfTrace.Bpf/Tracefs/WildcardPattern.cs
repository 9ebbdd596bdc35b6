using System.Text;

namespace BpfTrace.Bpf.Tracefs;

/// <summary>
/// bpftrace's wildcard: <c>*</c> stands for any characters, also none. Its way of matching is kept exactly: each piece between
/// stars is looked for behind the one before, at its first occurrence, without going back. So <c>*a</c> does not match
/// <c>aba</c>: the first <c>a</c> is found, and it is not the end.
/// </summary>
public sealed class WildcardPattern
{
    private readonly string[] _pieces;
    private readonly byte[][] _utf8Pieces;
    private readonly bool _openStart;
    private readonly bool _openEnd;

    /// <param name="pattern">The pattern; without a star it matches exactly itself, an empty one only the empty text.</param>
    public WildcardPattern(string pattern)
    {
        Pattern = pattern;
        _pieces = pattern.Split('*', StringSplitOptions.RemoveEmptyEntries);
        _utf8Pieces = Array.ConvertAll(_pieces, Encoding.UTF8.GetBytes);
        _openStart = pattern.StartsWith('*');
        _openEnd = pattern.EndsWith('*');
    }

    /// <summary>The pattern.</summary>
    public string Pattern { get; }

    /// <summary>
    /// Whether bpftrace takes a text for a pattern: it has a star, or both square brackets. (Brackets are then matched as they
    /// are.)
    /// </summary>
    public static bool HasWildcard(string text) => text.Contains('*') || (text.Contains('[') && text.Contains(']'));

    /// <summary>Whether a text matches.</summary>
    public bool IsMatch(ReadOnlySpan<char> text)
    {
        if (_pieces.Length == 0)
            return _openStart || text.IsEmpty;
        if (!_openStart && !text.StartsWith(_pieces[0], StringComparison.Ordinal))
            return false;
        foreach (string piece in _pieces)
        {
            int found = text.IndexOf(piece, StringComparison.Ordinal);
            if (found < 0)
                return false;
            text = text[(found + piece.Length)..];
        }

        return _openEnd || text.IsEmpty;
    }

    /// <summary>Whether a text in UTF-8 matches.</summary>
    public bool IsMatch(ReadOnlySpan<byte> text)
    {
        if (_utf8Pieces.Length == 0)
            return _openStart || text.IsEmpty;
        if (!_openStart && !text.StartsWith(_utf8Pieces[0]))
            return false;
        foreach (byte[] piece in _utf8Pieces)
        {
            int found = text.IndexOf(piece);
            if (found < 0)
                return false;
            text = text[(found + piece.Length)..];
        }

        return _openEnd || text.IsEmpty;
    }

    /// <summary>
    /// The names that match, each once, in the order of their bytes as bpftrace lists them. A compiler's partial copies of
    /// functions (<c>name.part.0</c>) are left out: they cannot be traced.
    /// </summary>
    public SortedSet<string> MatchSymbols(IEnumerable<string> names)
    {
        SortedSet<string> matches = new(StringComparer.Ordinal);
        foreach (string name in names)
        {
            if (IsMatch(name) && !name.Contains(".part.", StringComparison.Ordinal))
                matches.Add(name);
        }

        return matches;
    }

    /// <inheritdoc/>
    public override string ToString() => Pattern;
}
