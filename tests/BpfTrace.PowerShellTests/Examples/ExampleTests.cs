using BpfTrace.PowerShellTests.Support;

namespace BpfTrace.PowerShellTests.Examples;

/// <summary>Every example of the cmdlets' help is run.</summary>
public sealed class CmdletExampleTests
{
    private static readonly Example[] s_examples = [.. ExampleSources.OfCmdlets()];
    private static readonly Lazy<Dictionary<string, ExampleResult>> s_results = new(static () => ExampleRun.Run(s_examples));

    public static TheoryData<string> Ids => [.. s_examples.Select(static e => e.Id)];

    [PwshTheory(needsKernel: true)]
    [MemberData(nameof(Ids))]
    public void It_runs_as_it_stands(string id) => ExampleAssert.Works(s_examples.Single(e => e.Id == id), s_results.Value);
}

/// <summary>Every example of the about topics and of the README is run.</summary>
public sealed class TopicExampleTests
{
    private static readonly Example[] s_examples = [.. ExampleSources.Topics.SelectMany(ExampleSources.OfTopic), .. ExampleSources.OfReadme()];
    private static readonly Lazy<Dictionary<string, ExampleResult>> s_results =
        new(static () => ExampleRun.Run([.. s_examples.Where(static e => e.NotRun is null)]));

    public static TheoryData<string> Ids => [.. s_examples.Where(static e => e.NotRun is null).Select(static e => e.Id)];

    public static TheoryData<string> NotRun => [.. s_examples.Where(static e => e.NotRun is not null).Select(static e => e.Id)];

    public static TheoryData<string> Topics => [.. ExampleSources.Topics];

    [PwshTheory(needsKernel: true)]
    [MemberData(nameof(Ids))]
    public void It_runs_as_it_stands(string id) => ExampleAssert.Works(s_examples.Single(e => e.Id == id), s_results.Value);

    [Theory]
    [MemberData(nameof(NotRun), Skip = "it builds this checkout, or runs these tests")]
    public void It_is_not_run(string id) => Assert.Fail(id);

    /// <summary>Nothing that could be an example is passed over.</summary>
    [Theory]
    [MemberData(nameof(Topics))]
    public void Every_indented_block_of_a_topic_is_an_example_or_a_table(string topic) => Assert.DoesNotContain(
        ExampleSources.BlocksOfTopic(File.ReadAllText(Path.Combine(ExampleSources.HelpDirectory, topic + ".help.txt"))),
        static block => ExampleSources.KindOf(block) == BlockKind.Unknown);
}

/// <summary>What is wrong with an example, in words.</summary>
internal static class ExampleAssert
{
    public static void Works(Example example, Dictionary<string, ExampleResult> results)
    {
        ExampleResult result = results[example.Id];
        string? fault = result.Fault(example);
        Assert.True(fault is null, $"{fault}\n\n{example.Code}\n\n{string.Join('\n', result.Warnings)}\n{result.Shown}\n{result.HostText}");
    }
}
