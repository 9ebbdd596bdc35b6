using System.Text.RegularExpressions;
using BpfTrace.PowerShellTests.Support;

namespace BpfTrace.PowerShellTests;

/// <summary>What the manifest says, without a pwsh that reads it.</summary>
public partial class ManifestTests
{
    private static string Manifest => File.ReadAllText(Path.Combine(Pwsh.Root, "BpfTrace.psd1"));

    /// <summary>What <c>build.sh package</c> puts into a package, but for the assemblies, which only a build makes.</summary>
    [Fact]
    public void Its_files_are_those_of_a_package()
    {
        IEnumerable<string> examples = Directory.GetFiles(Path.Combine(Pwsh.Root, "examples"), "*.bt").Select(static f => "examples/" + Path.GetFileName(f));
        IEnumerable<string> views = Directory.GetFiles(Path.Combine(Pwsh.Root, "module")).Select(static f => "module/" + Path.GetFileName(f));
        IEnumerable<string> help = Directory.GetFiles(Path.Combine(Pwsh.Root, "module", "en-US")).Select(static f => "module/bin/en-US/" + Path.GetFileName(f));
        string[] listed = List("FileList");
        Assert.Equal(
            ["BpfTrace.psd1", "CHANGELOG.md", "LICENSE", "README.md", "THIRD-PARTY-NOTICES.md", .. examples.Concat(views).Concat(help).Order(StringComparer.Ordinal)],
            listed.Where(static f => !f.EndsWith(".dll", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        Assert.All(listed.Where(static f => !f.EndsWith(".dll", StringComparison.Ordinal) && !f.StartsWith("module/bin/", StringComparison.Ordinal)), static f =>
            Assert.True(File.Exists(Path.Combine(Pwsh.Root, f)), f));
        string built = Path.Combine(Pwsh.Root, "module", "bin");
        if (Directory.Exists(built))
        {
            Assert.Equal(
                Directory.GetFiles(built, "*.dll", SearchOption.AllDirectories).Select(static f => Path.GetRelativePath(Pwsh.Root, f)).Order(StringComparer.Ordinal),
                listed.Where(static f => f.EndsWith(".dll", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        }
    }

    private static string[] List(string name)
    {
        string body = Regex.Match(Manifest, name + @"\s*=\s*@\(([^)]*)\)").Groups[1].Value;
        return [.. Quoted().Matches(body).Select(static m => m.Groups[1].Value)];
    }

    [GeneratedRegex("'([^']*)'")]
    private static partial Regex Quoted();
}
