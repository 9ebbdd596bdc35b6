namespace BpfTrace.PowerShellTests.Support;

/// <summary>A test that asks PSScriptAnalyzer; skipped, and counted so, where the module is not installed (<c>Install-PSResource PSScriptAnalyzer</c>).</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ScriptAnalyzerTheoryAttribute : TheoryAttribute
{
    public ScriptAnalyzerTheoryAttribute() =>
        Skip = Pwsh.WhatIsMissing(needsKernel: false, needsTmux: false) ?? (IsInstalled() ? null : "PSScriptAnalyzer is not installed");

    private static bool IsInstalled()
    {
        string home = Path.GetDirectoryName(File.ResolveLinkTarget(Pwsh.Executable!, returnFinalTarget: true)?.FullName ?? Pwsh.Executable!)!;
        IEnumerable<string> directories = (Environment.GetEnvironmentVariable("PSModulePath") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries)
            .Append(Path.Combine(home, "Modules"))
            .Append("/usr/local/share/powershell/Modules")
            .Append(Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".local/share/powershell/Modules"));
        return directories.Any(static d => Directory.Exists(Path.Combine(d, "PSScriptAnalyzer")));
    }
}
