namespace BpfTrace.Fuzz.Checks;

/// <summary>Something wrong with how a program was treated.</summary>
/// <param name="Class">What it is, the same for all programs that show the same defect.</param>
/// <param name="Detail">This program's own circumstances.</param>
internal sealed record Finding(string Class, string Detail)
{
    /// <summary>An exception is of the class of its type and the first place of ours it went through.</summary>
    public static Finding Of(string stage, Exception exception)
    {
        string place = "?";
        foreach (string line in (exception.StackTrace ?? "").Split('\n'))
        {
            string trimmed = line.Trim();
            if (trimmed.StartsWith("at BpfTrace.", StringComparison.Ordinal))
            {
                int end = trimmed.IndexOf('(', StringComparison.Ordinal);
                place = trimmed[3..(end < 0 ? trimmed.Length : end)];
                break;
            }
        }

        return new Finding($"{stage}: {exception.GetType().Name} in {place}", exception.ToString());
    }
}

/// <summary>What became of a program that nothing is wrong with.</summary>
internal enum Outcome
{
    /// <summary>It is no program.</summary>
    NotParsed,

    /// <summary>It parsed and did not bind.</summary>
    NotBound,

    /// <summary>It bound; nothing more was asked.</summary>
    Bound,

    /// <summary>The code generator refused it, with a diagnostic.</summary>
    NotCompiled,

    /// <summary>It compiled; nothing more was asked.</summary>
    Compiled,

    /// <summary>The kernel, or the loader, refused it for a reason that is the program's.</summary>
    NotLoaded,

    /// <summary>The verifier accepted every program of it.</summary>
    Loaded,
}

/// <summary>What a check found.</summary>
/// <param name="Outcome">How far the program came.</param>
/// <param name="Finding">What is wrong; null for nothing.</param>
/// <param name="Reason">Why the program came no further.</param>
internal sealed record CheckResult(Outcome Outcome, Finding? Finding, string? Reason = null);
