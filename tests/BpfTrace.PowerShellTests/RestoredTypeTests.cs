using System.Reflection;
using System.Xml.Linq;
using BpfTrace.PowerShellTests.Support;

namespace BpfTrace.PowerShellTests;

/// <summary>What <c>Import-Clixml</c>, jobs and remote sessions restore is listed as the live objects are, and no less harmless.</summary>
public sealed class RestoredTypeTests
{
    private const string Suffix = " (escaped)";
    private const string Prefix = "Deserialized.";

    private static readonly Dictionary<string, XElement> s_live = Read("BpfTrace.Types.ps1xml");
    private static readonly Dictionary<string, XElement> s_restored = Read("BpfTrace.Restored.Types.ps1xml");

    public static TheoryData<string> Listed =>
        [.. s_live.Where(static type => NamesIn(type.Value, "DefaultDisplayPropertySet").Any(static n => n.EndsWith(Suffix, StringComparison.Ordinal)) && !type.Key.Contains('#')).Select(static type => type.Key)];

    [Theory]
    [MemberData(nameof(Listed))]
    public void A_restored_type_has_what_its_live_type_lists(string name)
    {
        XElement live = s_live[name];
        XElement restored = s_restored[Prefix + name];
        string[] listed = NamesIn(live, "DefaultDisplayPropertySet");
        Assert.Equal(
            listed.Where(static n => n.EndsWith(Suffix, StringComparison.Ordinal)),
            restored.Descendants("ScriptProperty").Select(static p => p.Element("Name")!.Value));
        Assert.All(restored.Descendants("ScriptProperty"), static p => Assert.Equal("true", p.Attribute("IsHidden")?.Value));

        Type type = typeof(TraceSession).Assembly.GetType(name, throwOnError: true)!;
        if (type.IsAbstract)
            return; // the properties are a script's: what derives from it is serialised whole
        Assert.Equal(listed, NamesIn(restored, "DefaultDisplayPropertySet"));
        Assert.Equal(Setting(live, "SerializationDepth"), Setting(restored, "SerializationDepth"));
        Assert.Equal("SpecificProperties", Setting(restored, "SerializationMethod"));
        Assert.Equal(
            type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(static p => p.GetIndexParameters().Length == 0).Select(static p => p.Name).Order(),
            NamesIn(restored, "PropertySerializationSet").Order());
    }

    [Fact]
    public void Every_restored_type_has_a_live_one() => Assert.All(s_restored.Keys, static name => Assert.Contains(name[Prefix.Length..], s_live.Keys));

    [PwshFact(needsKernel: true)]
    public void Restored_objects_behind_another_table_have_their_values_and_are_serialised_as_they_were()
    {
        string shown = Pwsh.Run("""
            $live = @(
                Get-BpfProbe tracepoint:syscalls:sys_enter_openat -IncludeParameter
                Get-BpfCapability | Select-Object -First 1
                Get-BpfTool opensnoop
                (Test-BpfScript 'BEGIN { printf("\033[31m%d\n", pid); @b[comm] = hist(pid); }' -Detailed).EventTypes
                (Start-BpfTrace 'BEGIN { @b["\033[31m"] = hist(3); }' -Duration 10ms).Value)
            $restored = [System.Management.Automation.PSSerializer]::Deserialize([System.Management.Automation.PSSerializer]::Serialize($live, 4))
            $again = [System.Management.Automation.PSSerializer]::Serialize($restored, 4)
            & { Get-Process -Id $PID; $restored } | Out-String -Width 120
            & { Get-Process -Id $PID; [System.Management.Automation.PSSerializer]::Deserialize($again) } | Out-String -Width 120
            '#' + $again.Contains('(escaped)')
            '#' + (@($restored[0].PSObject.Properties.Name) -join ',')
            """);
        Assert.DoesNotContain("\u001b", shown, StringComparison.Ordinal);
        string[] lines = [.. shown.Split('\n').Select(static l => l.TrimEnd())];
        foreach (string line in (string[])["FullName (escaped)   : tracepoint:syscalls:sys_enter_openat", "Name (escaped)       : opensnoop", """Source (escaped)     : printf("\033[31m%d\n", pid)"""])
            Assert.Equal(2, lines.Count(l => l.Replace(" ", "", StringComparison.Ordinal) == line.Replace(" ", "", StringComparison.Ordinal)));
        Assert.Contains("#False", lines);
        Assert.Equal("#Module,Category,Type,Target,Name,FullName,Parameters,ParametersUnknown", lines.Last(static l => l.Length > 0));
    }

    private static Dictionary<string, XElement> Read(string file) =>
        XDocument.Load(Path.Combine(Pwsh.Root, "module", file)).Root!.Elements("Type").ToDictionary(static t => t.Element("Name")!.Value);

    private static string[] NamesIn(XElement type, string set) =>
        [.. type.Descendants("PropertySet").Where(p => p.Element("Name")!.Value == set).SelectMany(static p => p.Descendants("ReferencedProperties").Elements("Name")).Select(static n => n.Value)];

    private static string? Setting(XElement type, string name) =>
        type.Descendants("NoteProperty").FirstOrDefault(p => p.Element("Name")!.Value == name)?.Element("Value")!.Value;
}
