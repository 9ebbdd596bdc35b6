using System.Collections;
using System.Text.RegularExpressions;
using BpfTrace.Cli;

namespace BpfTrace.Tests.Cli;

public sealed partial class OptionMappingTests
{
    [Fact]
    public void Variables_set_configuration_keys()
    {
        var environment = new Hashtable { ["BPFTRACE_MAX_STRLEN"] = "100", ["BPFTRACE_COLOR"] = "never", ["BPFTRACE_OTHERS"] = "1", ["HOME"] = "/root" };
        Assert.Equal(["max_strlen=100"], OptionMapping.Configuration(environment).Select(pair => $"{pair.Key}={pair.Value}"));
    }

    [Fact]
    public void Named_parameters_are_split_at_the_first_equals_sign()
    {
        var named = OptionMapping.Named(["aa=1=2", "dd"]);
        Assert.Equal("1=2", named["aa"]);
        Assert.Equal("", named["dd"]);
    }

    /// <summary>Who knows an option finds in about_BpfTrace what stands for it in PowerShell.</summary>
    [Fact]
    public void The_main_topic_names_every_option()
    {
        string[] options = [.. DocumentedOption().Matches(Usage.Text).Select(static m => m.Value.TrimEnd(',')).Distinct()];
        Assert.True(options.Length > 30, $"{options.Length} options are documented");
        string section = Checkout.Topic("about_BpfTrace").Split("COMMAND LINE\n")[1].Split("\n  EVENTS")[0];
        string[] missing = [.. options.Except(["-h", "--help", "--quiet"]).Where(option => !Regex.IsMatch(section, $@"(?<![\w-]){option}(?![\w-])"))];
        Assert.Empty(missing);
    }

    [GeneratedRegex(@"(?<=^    (?:-\w, )?)--?[a-zA-Z][a-z-]*", RegexOptions.Multiline)]
    private static partial Regex DocumentedOption();
}
