using System.Reflection;
using System.Reflection.Emit;
using BpfTrace.PowerShellTests.Support;

namespace BpfTrace.PowerShellTests;

/// <summary>The module beside others that bring other versions of what it uses, and the versions beside it.</summary>
public sealed class IsolationTests
{
    [PwshTheory]
    [InlineData("0.0.1.0", true)]
    [InlineData("0.0.1.0", false)]
    [InlineData("99.0.0.0", true)]
    [InlineData("99.0.0.0", false)]
    public void Another_modules_Sprache_and_CsvHelper_disturb_nothing_and_are_not_disturbed(string version, bool isOtherFirst)
    {
        string directory = Directory.CreateTempSubdirectory("bpftrace-test-").FullName;
        try
        {
            string others = string.Join(", ", new[] { "Sprache", "CsvHelper" }.Select(name => $"'{OtherAssembly(directory, name, Version.Parse(version))}'"));
            string import = $"Import-Module {others}";
            string use = $"Test-BpfScript 'BEGIN {{ exit(); }}' -CompileOnly; [pscustomobject]@{{ a = 1 }} | Export-BpfEvent '{directory}/x.csv'; (Import-Csv '{directory}/x*.csv').a; [Sprache.OtherMarker]::new().GetType().Assembly.GetName().Version.ToString()";
            string script = isOtherFirst
                ? $"{import}\nImport-Module '{Pwsh.Root}/BpfTrace.psd1'\n{use}"
                : $"Import-Module '{Pwsh.Root}/BpfTrace.psd1'\n$null = Test-BpfScript 'BEGIN {{ exit(); }}' -CompileOnly\n{import}\n{use}";
            Assert.Equal($"True\n1\n{version}\n", Pwsh.Run(script, importsModule: false));
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    /// <summary>An assembly of the dependency's name, with nothing in it the module could use.</summary>
    private static string OtherAssembly(string directory, string name, Version version)
    {
        AssemblyName own = AssemblyName.GetAssemblyName(Path.Combine(Path.GetDirectoryName(Pwsh.ModuleAssembly)!, "dependencies", name + ".dll"));
        var other = new AssemblyName(name) { Version = version };
        other.SetPublicKey(own.GetPublicKey());
        var assembly = new PersistedAssemblyBuilder(other, typeof(object).Assembly);
        assembly.DefineDynamicModule(name).DefineType(name + ".OtherMarker", TypeAttributes.Public | TypeAttributes.Class).CreateType();
        string path = Path.Combine(directory, name + ".dll");
        assembly.Save(path);
        return path;
    }
}
