using System.Management.Automation;

namespace BpfTrace.Commands.Completion;

/// <summary>PowerShell's wildcards over names.</summary>
internal static class Wildcards
{
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
