using System.Xml.Linq;
using BpfTrace.Commands;
using BpfTrace.PowerShellTests.Support;

namespace BpfTrace.PowerShellTests;

/// <summary>What holds of the compiled cmdlets without any pwsh.</summary>
public sealed class CmdletContractTests
{
    public static TheoryData<Type> Cmdlets => [.. CmdletMetadata.Cmdlets(typeof(StartBpfTraceCommand).Assembly)];

    [Fact]
    public void The_manifest_exports_exactly_the_compiled_cmdlets()
    {
        string manifest = File.ReadAllText(Path.Combine(Pwsh.Root, "BpfTrace.psd1"));
        int start = manifest.IndexOf("CmdletsToExport", StringComparison.Ordinal);
        string list = manifest[start..manifest.IndexOf(')', start)];
        string[] exported = [.. list.Split('\'').Where((_, i) => i % 2 == 1).Order()];
        string[] compiled = [.. CmdletMetadata.Cmdlets(typeof(StartBpfTraceCommand).Assembly).Select(CmdletMetadata.NameOf).Order()];
        Assert.Equal(compiled, exported);
    }

    [Theory]
    [MemberData(nameof(Cmdlets))]
    public void A_cmdlet_declares_its_output_types(Type cmdlet) =>
        Assert.NotEmpty(CmdletMetadata.Attributes(cmdlet, "OutputTypeAttribute"));

    /// <summary>The engine completes names of properties by them: <c>object</c> would say nothing, and what is not public cannot be named.</summary>
    [Theory]
    [MemberData(nameof(Cmdlets))]
    public void Output_types_have_properties_to_complete(Type cmdlet) =>
        Assert.All(CmdletMetadata.OutputTypes(cmdlet), static t => Assert.True(t.IsPublic && t != typeof(object) && t.Name != "PSObject", t.FullName));

    /// <summary>A variable that was never set is an error that names the parameter: it neither stands for everything nor ends in the middle.</summary>
    [Theory]
    [MemberData(nameof(Cmdlets))]
    public void Lists_that_are_null_are_refused(Type cmdlet) => Assert.All(
        cmdlet.GetProperties().Where(static p => p.PropertyType.IsArray && CmdletMetadata.Attributes(p, "ParameterAttribute").Any()),
        static p => Assert.True(
            p.CustomAttributes.Any(static a => a.AttributeType.Name.StartsWith("Validate", StringComparison.Ordinal))
                || CmdletMetadata.IsMandatory(p),
            p.Name));

    [Theory]
    [MemberData(nameof(Cmdlets))]
    public void A_cmdlet_is_named_after_its_class(Type cmdlet)
    {
        string name = CmdletMetadata.NameOf(cmdlet);
        Assert.Equal(cmdlet.Name, name.Replace("-", "", StringComparison.Ordinal) + "Command");
    }

    [Theory]
    [MemberData(nameof(Cmdlets))]
    public void A_parameter_set_takes_one_thing_from_the_pipeline_at_most(Type cmdlet)
    {
        IEnumerable<IGrouping<string, (string, string, bool)>> sets = CmdletMetadata.Parameters(cmdlet)
            .Where(p => p.FromPipeline)
            .GroupBy(p => p.Set, p => (p.Name, p.Set, p.FromPipeline));
        Assert.All(sets, set => Assert.Single(set));
    }

    [Theory]
    [MemberData(nameof(Cmdlets))]
    public void Help_describes_every_parameter_and_has_three_examples(Type cmdlet)
    {
        XNamespace command = "http://schemas.microsoft.com/maml/dev/command/2004/10";
        XNamespace maml = "http://schemas.microsoft.com/maml/2004/10";
        XElement own = CmdletHelp(CmdletMetadata.NameOf(cmdlet));

        string[] described = [.. own.Element(command + "parameters")!.Elements().Select(p => (string)p.Element(maml + "name")!).Order()];
        string[] declared = [.. CmdletMetadata.Parameters(cmdlet)
            .Select(p => p.Name)
            .Distinct()
            .Concat(CmdletMetadata.SupportsShouldProcess(cmdlet) ? ["WhatIf", "Confirm"] : Array.Empty<string>())
            .Order()];
        Assert.Equal(declared, described);
        Assert.True(own.Descendants(command + "example").Count() >= 3);
        // An empty one behind an example's remarks is the line before the next heading.
        Assert.All(own.Descendants(maml + "para").Where(static p => !p.ElementsBeforeSelf().Any() || p.ElementsAfterSelf().Any()), static p => Assert.NotEqual("", p.Value.Trim()));
    }

    [Theory]
    [MemberData(nameof(Cmdlets))]
    public void Help_says_what_goes_in_and_comes_out_and_what_is_needed(Type cmdlet)
    {
        XNamespace command = "http://schemas.microsoft.com/maml/dev/command/2004/10";
        XNamespace dev = "http://schemas.microsoft.com/maml/dev/2004/10";
        XNamespace maml = "http://schemas.microsoft.com/maml/2004/10";
        XElement own = CmdletHelp(CmdletMetadata.NameOf(cmdlet));
        string[] inputs = [.. own.Descendants(command + "inputType").Select(v => ((string)v.Element(dev + "type")!).Trim())];
        Assert.NotEmpty(inputs);
        Assert.Equal(CmdletMetadata.TakesPipeline(cmdlet), !inputs.Contains("None"));
        string[] outputs = [.. own.Descendants(command + "returnValue").Select(v => ((string)v.Element(dev + "type")!).Trim())];
        Assert.NotEmpty(outputs);
        Assert.All(outputs, static name => Assert.True(name == "None" || TypeNamed(name), name));
        string notes = string.Join(' ', own.Descendants(maml + "alert").Select(static a => a.Value));
        Assert.Matches("privilege|CAP_BPF", notes);
        Assert.All(own.Descendants(command + "parameter"), p => Assert.NotEmpty(p.Descendants(maml + "para")));
        Assert.All(own.Descendants(command + "example"), e => Assert.NotEmpty(e.Descendants(dev + "remarks").Descendants(maml + "para")));
        Assert.NotEmpty(own.Descendants(maml + "navigationLink"));
    }

    private static XElement CmdletHelp(string name)
    {
        XNamespace command = "http://schemas.microsoft.com/maml/dev/command/2004/10";
        return XDocument.Load(Path.Combine(Pwsh.Root, "module", "en-US", "BpfTrace.Commands.dll-Help.xml")).Descendants(command + "command")
            .Single(c => (string?)c.Element(command + "details")?.Element(command + "name") == name);
    }

    /// <summary>A type of ours, or one of .NET's.</summary>
    private static bool TypeNamed(string name)
    {
        string element = name.EndsWith("[]", StringComparison.Ordinal) ? name[..^2] : name;
        return typeof(StartBpfTraceCommand).Assembly.GetType(element) is not null || typeof(TraceEvent).Assembly.GetType(element) is not null
            || Type.GetType(element) is not null;
    }

    [Theory]
    [InlineData("5s", 5)]
    [InlineData("500ms", 0.5)]
    [InlineData("2m", 120)]
    [InlineData("1.5h", 5400)]
    [InlineData(3, 3)]
    [InlineData(0.25, 0.25)]
    [InlineData("00:00:05", 5)]
    public void A_duration_is_read_as_bpftrace_writes_it(object text, double seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), new DurationTransformationAttribute().Transform(null!, text));

    [Theory]
    [InlineData("0s")]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    [InlineData("99999999999d")]
    [InlineData("-5")]
    [InlineData("-00:00:05")]
    [InlineData("soon")]
    public void A_duration_that_is_none_is_refused(object text) =>
        Assert.ThrowsAny<Exception>(() => new DurationTransformationAttribute().Transform(null!, text));

    /// <summary>No duration at all is what an end that never comes is written as.</summary>
    [Fact]
    public void A_duration_too_short_for_a_TimeSpan_is_the_shortest_one()
    {
        Assert.Equal(TimeSpan.FromTicks(1), new DurationTransformationAttribute().Transform(null!, "5ns"));
        Assert.ThrowsAny<Exception>(() => new DurationTransformationAttribute().Transform(null!, TimeSpan.Zero));
    }
}
