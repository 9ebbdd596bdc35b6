using BpfTrace.Fuzz.Mutation;
using BpfTrace.Fuzz.Running;
using Xunit.Abstractions;

namespace BpfTrace.Tests.Fuzz;

/// <summary>A seeded half-minute of generated and mutated programs; CONTRIBUTING says how to run more of them.</summary>
public class FuzzTests(ITestOutputHelper output)
{
    [Fact]
    public void Programs_parse_print_bind_and_compile_or_are_told_where_they_do_not()
    {
        FuzzSettings settings = FuzzSettings.FromEnvironment(FuzzStage.Compile) with { Sample = 10 };
        FuzzReport report = Supervisor.Run(settings);
        output.WriteLine($"seed {settings.Seed}: {report.Counts}");
        Assert.True(report.Findings.Length == 0, report.Findings);
        Assert.True(report.Programs > 100, $"only {report.Programs} programs in {settings.Duration}");
    }

    [Fact]
    public void The_same_seed_makes_the_same_programs()
    {
        var settings = new FuzzSettings { Seed = 5 };
        string[] first = [.. Enumerable.Range(0, 200).Select(i => Supervisor.Recreate(settings, i))];
        Assert.Equal(first, Enumerable.Range(0, 200).Select(i => Supervisor.Recreate(settings, i)));
        Assert.True(first.Distinct().Count() > 190);
        Assert.NotEqual(first[0], Supervisor.Recreate(settings with { Seed = 6 }, 0));
    }

    [Fact]
    public void A_failing_program_is_made_small()
    {
        string program = string.Concat(Enumerable.Range(0, 20).Select(static i => $"interval:{i + 1}s {{ $x = {i}; print(($x, \"a\", pid)); }}\n"));
        string small = Shrinker.Shrink(program, static text => text.Contains("13", StringComparison.Ordinal) && text.Contains("pid", StringComparison.Ordinal), TimeSpan.FromHours(1));
        Assert.Equal("13pid", small);
    }
}
