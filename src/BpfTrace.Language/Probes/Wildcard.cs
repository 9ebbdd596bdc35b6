namespace BpfTrace.Language.Probes;

/// <summary>bpftrace's patterns: <c>*</c> stands for any run of characters, everything else for itself.</summary>
public static class Wildcard
{
    /// <summary>Whether a name matches a pattern as a whole.</summary>
    public static bool IsMatch(ReadOnlySpan<char> pattern, ReadOnlySpan<char> name)
    {
        int star = pattern.IndexOf('*');
        if (star < 0)
            return pattern.SequenceEqual(name);
        if (!name.StartsWith(pattern[..star]))
            return false;
        name = name[star..];
        pattern = pattern[(star + 1)..];
        while ((star = pattern.IndexOf('*')) >= 0)
        {
            int at = name.IndexOf(pattern[..star]);
            if (at < 0)
                return false;
            name = name[(at + star)..];
            pattern = pattern[(star + 1)..];
        }
        return name.EndsWith(pattern);
    }
}
