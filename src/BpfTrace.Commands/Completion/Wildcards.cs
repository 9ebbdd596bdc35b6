using System.Management.Automation;

namespace BpfTrace.Commands.Completion;

/// <summary>PowerShell's wildcards over names.</summary>
internal static class Wildcards
{
    /// <summary>Whether a name is a pattern, which may match nothing: it has wildcard characters, and they make one.</summary>
    public static bool IsPattern(string name) => WildcardPattern.ContainsWildcardCharacters(name) && IsValid(name);

    /// <summary>Whether a name can be looked for as a pattern: <c>a[b</c> cannot.</summary>
    public static bool IsValid(string name)
    {
        try
        {
            _ = WildcardPattern.Get(name, WildcardOptions.IgnoreCase).IsMatch("");
            return true;
        }
        catch (WildcardPatternException)
        {
            return false;
        }
    }

    /// <summary>True when any pattern matches, or there is none.</summary>
    public static bool MatchesAny(string[]? patterns, string name)
    {
        if (patterns is null || patterns.Length == 0)
        {
            return true;
        }

        foreach (string pattern in patterns)
        {
            if (WildcardPattern.Get(pattern, WildcardOptions.IgnoreCase).IsMatch(name))
            {
                return true;
            }
        }

        return false;
    }
}
