namespace BpfTrace;

/// <summary>bpftrace's patterns: <c>*</c> stands for any run of characters, nothing else is special.</summary>
internal readonly struct WildcardPattern
{
    private readonly string _pattern;
    private readonly bool _isWildcard;

    public WildcardPattern(string pattern)
    {
        _pattern = pattern;
        _isWildcard = pattern.Contains('*', StringComparison.Ordinal);
    }

    /// <summary>Whether there is a star in it.</summary>
    public bool IsWildcard => _isWildcard;

    /// <summary>True for a pattern that any text matches.</summary>
    public bool MatchesEverything => _pattern.AsSpan().TrimStart('*').IsEmpty && _isWildcard;

    /// <summary>Whether the whole text matches.</summary>
    public bool Matches(ReadOnlySpan<char> text)
    {
        if (!_isWildcard)
            return text.SequenceEqual(_pattern);

        // The last star seen is where matching resumes with one more character swallowed: linear but for pathological patterns.
        ReadOnlySpan<char> pattern = _pattern;
        int p = 0, t = 0, star = -1, mark = 0;
        while (t < text.Length)
        {
            if (p < pattern.Length && pattern[p] == '*')
            {
                star = p++;
                mark = t;
            }
            else if (p < pattern.Length && pattern[p] == text[t])
            {
                p++;
                t++;
            }
            else if (star >= 0)
            {
                p = star + 1;
                t = ++mark;
            }
            else
            {
                return false;
            }
        }

        return pattern[p..].TrimStart('*').IsEmpty;
    }
}
