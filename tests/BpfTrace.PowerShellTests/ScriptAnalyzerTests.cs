using System.Text.Json;
using BpfTrace.PowerShellTests.Examples;
using BpfTrace.PowerShellTests.Support;

namespace BpfTrace.PowerShellTests;

/// <summary>PSScriptAnalyzer has nothing to say about the scripts of this repository, nor about the examples in help.</summary>
public sealed class ScriptAnalyzerTests
{
    private static readonly string[] s_extensions = [".ps1", ".psm1", ".psd1"];
    private static readonly Lazy<JsonElement[]> s_findings = new(static () => Analyze(Scripts()));

    public static TheoryData<string> Files => [.. Scripts().Select(static f => Path.GetRelativePath(Pwsh.Root, f))];

    [ScriptAnalyzerTheory]
    [MemberData(nameof(Files))]
    public void A_script_has_no_findings(string file) =>
        Assert.Empty(s_findings.Value.Where(f => f.GetProperty("File").GetString() == Path.Combine(Pwsh.Root, file)).Select(static f => f.ToString()));

    /// <summary>The analyzer is asked, and answers.</summary>
    [ScriptAnalyzerTheory]
    [InlineData("gci | % Name", "PSAvoidUsingCmdletAliases")]
    [InlineData("function Frobnicate-Thing { }", "PSUseApprovedVerbs")]
    public void A_fault_is_found(string code, string rule)
    {
        JsonElement rules = Pwsh.RunJson($"Invoke-ScriptAnalyzer -ScriptDefinition '{code}' | ForEach-Object RuleName");
        Assert.Contains(rule, rules.EnumerateArray().Select(static r => r.GetString()));
    }

    [ScriptAnalyzerTheory]
    [InlineData("cmdlets")]
    [InlineData("topics")]
    public void Examples_have_no_findings(string where)
    {
        Example[] examples = [.. (where == "cmdlets" ? ExampleSources.OfCmdlets() : ExampleSources.Topics.SelectMany(ExampleSources.OfTopic).Concat(ExampleSources.OfReadme())).Where(static e => !e.IsShell)];
        DirectoryInfo directory = Directory.CreateTempSubdirectory("bpftrace-analyzer-");
        try
        {
            for (int i = 0; i < examples.Length; i++)
                File.WriteAllText(Path.Combine(directory.FullName, $"{i:D3}.ps1"), examples[i].Code + "\n");
            Assert.Empty(Analyze([.. directory.EnumerateFiles().Select(static f => f.FullName)])
                // An example may assign what the next one uses, and what its reader is to look at.
                .Where(static f => f.GetProperty("Rule").GetString() != "PSUseDeclaredVarsMoreThanAssignments")
                .Select(f => $"{examples[int.Parse(Path.GetFileNameWithoutExtension(f.GetProperty("File").GetString()!), System.Globalization.CultureInfo.InvariantCulture)].Id}: {f}"));
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static string[] Scripts() =>
    [
        .. Directory.EnumerateFiles(Pwsh.Root, "*.ps*1", SearchOption.AllDirectories)
            .Where(static f => s_extensions.Contains(Path.GetExtension(f))
                && !Path.GetRelativePath(Pwsh.Root, f).Split('/').Any(static part => part is "bin" or "obj" or "output" or ".git"))
            .Order(),
    ];

    private static JsonElement[] Analyze(string[] files)
    {
        string list = string.Join(", ", files.Select(static f => $"'{f}'"));
        return [.. Pwsh.RunJson($"{list} | ForEach-Object {{ Invoke-ScriptAnalyzer -Path $_ }} | ForEach-Object {{ [pscustomobject]@{{ File = $_.ScriptPath; Rule = $_.RuleName; Line = $_.Line; Message = $_.Message }} }}").EnumerateArray()];
    }
}
