using System.Text.RegularExpressions;
using BpfTrace.Language.Binding;
using BpfTrace.Language.Probes;

namespace BpfTrace.Tests.Language;

/// <summary>The help topic about the language says something about every name the language has.</summary>
public class LanguageTopicTests
{
    private static readonly Lazy<string> s_topic = new(static () => Checkout.Topic("about_BpfTrace_Language"));

    public static TheoryData<string> Names() =>
        [.. Functions.Names, "avg", "count", "hist", "lhist", "max", "min", "stats", "sum", "tseries", "sizeof", "offsetof", "typeof", "typeinfo", "arg0", "sarg0"];

    /// <summary>A line of its own: the name, what is between parentheses, and words about it.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void Function_is_documented(string name)
    {
        string pattern = $@"^ {{8}}{Regex.Escape(name)}(\(| \.\.\.| {{2,}}[\w\p{{P}}])";
        bool listed = Regex.IsMatch(s_topic.Value, pattern, RegexOptions.Multiline) || Regex.IsMatch(s_topic.Value, $@"; {Regex.Escape(name)}\(");
        Assert.True(listed, $"about_BpfTrace_Language has no line about {name}");
    }

    /// <summary>Every kind of probe, at the head of a line or beside its counterpart.</summary>
    [Fact]
    public void Kinds_of_probe_are_documented()
    {
        string section = s_topic.Value.Split("  PROBES\n")[1].Split("\n\n")[0];
        Assert.All(ProbeNames.All, name => Assert.Matches($@"(?m)^ {{8}}([^ ].*, )?{name}\b", section));
    }

    [Fact]
    public void Settings_are_documented() => Assert.All(ConfigBinder.Keys, static key => Assert.Contains(key, s_topic.Value, StringComparison.Ordinal));

    [Fact]
    public void Lines_fit_a_console() => Assert.All(s_topic.Value.Split('\n'), static line => Assert.True(line.Length <= 80, line));
}
