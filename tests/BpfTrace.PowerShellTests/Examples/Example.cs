using System.Text.RegularExpressions;

namespace BpfTrace.PowerShellTests.Examples;

/// <summary>An example as it stands in a document.</summary>
/// <param name="Id">The document and the example's number in it, or its first line.</param>
/// <param name="Code">Its lines, unchanged.</param>
/// <param name="IsShell">For a shell rather than for PowerShell.</param>
internal sealed partial record Example(string Id, string Code, bool IsShell = false)
{
    /// <summary>The errors it is there to show: each is named beside it in a comment, <c># error UnknownFunction</c>.</summary>
    public IEnumerable<string> DeclaredErrors => DeclaredError().Matches(Code).Select(static m => m.Groups[1].Value).Distinct();

    /// <summary>The files it says it makes.</summary>
    public IEnumerable<string> MadeFiles => MadeFile().Matches(Code).Select(static m => m.Groups[1].Value);

    /// <summary>Why it is not run, or null.</summary>
    public string? NotRun => IsShell && Code.Contains("build.sh", StringComparison.Ordinal) ? "it builds this checkout, or runs these tests" : null;

    [GeneratedRegex(@"# error (\w+)")]
    private static partial Regex DeclaredError();

    [GeneratedRegex(@"(?:Export-Csv|Set-Content|-OutFile|-RecordPath) (?:\./)?([\w.]+\.\w+)")]
    private static partial Regex MadeFile();
}
