using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using BpfTrace.PowerShellTests.Support;

namespace BpfTrace.PowerShellTests.Examples;

/// <summary>Runs many examples in one pwsh, by run-examples.ps1.</summary>
internal static partial class ExampleRun
{
    /// <summary>What became of each, by id. Where one takes the process with it, the rest is run in another.</summary>
    /// <param name="examples">The examples; their ids differ.</param>
    /// <param name="limit">When one is taken for hung, in seconds. Generous: a loaded machine is slow.</param>
    public static Dictionary<string, ExampleResult> Run(IReadOnlyCollection<Example> examples, int limit = 120)
    {
        var results = new Dictionary<string, ExampleResult>();
        Example[] left = [.. examples];
        while (left.Length > 0)
        {
            foreach (ExampleResult result in RunProcess(left, limit))
                results[result.Id] = result;
            left = [.. left.Where(e => !results.ContainsKey(e.Id))];
        }

        return results;
    }

    private static List<ExampleResult> RunProcess(Example[] examples, int limit)
    {
        DirectoryInfo directory = Directory.CreateTempSubdirectory("bpftrace-examples-");
        try
        {
            string plan = Path.Combine(directory.FullName, "plan.json");
            string resultFile = Path.Combine(directory.FullName, "results.json");
            File.WriteAllText(plan, JsonSerializer.Serialize(examples.Select(static e => new { e.Id, e.Code, e.IsShell })));
            string[] command =
            [
                Pwsh.Executable!, "-NoProfile", "-NonInteractive", "-File", Path.Combine(AppContext.BaseDirectory, "Examples", "run-examples.ps1"),
                "-PlanPath", plan, "-ResultPath", resultFile, "-Root", Pwsh.Root, "-StagePath", Path.Combine(directory.FullName, "stage"),
                "-LimitSeconds", limit.ToString(CultureInfo.InvariantCulture),
            ];

            // Each example has a limit of its own in there; this one is for the runner itself.
            (_, string output, string error) = Pwsh.Execute(command, TimeSpan.FromMinutes(30), "the examples did not end in time");
            return Results(resultFile, output + error);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static List<ExampleResult> Results(string file, string output)
    {
        var hostTexts = new Dictionary<string, string>();
        foreach (Match match in HostSection().Matches(output))
            hostTexts[match.Groups[1].Value.TrimEnd()] = match.Groups[2].Value.Trim();
        List<ExampleResult> results =
        [
            .. (File.Exists(file) ? File.ReadAllLines(file) : [])
                .Select(static line => JsonSerializer.Deserialize<ExampleResult>(line)!)
                .Select(result => result with { HostText = hostTexts.GetValueOrDefault(result.Id, "") }),
        ];
        if (hostTexts.Keys.LastOrDefault() is { } last && results.All(r => r.Id != last))
            results.Add(new ExampleResult { Id = last, End = "died", Shown = hostTexts[last] });
        Assert.True(results.Count > 0, "no example was run\n" + output);
        return results;
    }

    [GeneratedRegex(@"^@@@ ([^\n]*)\n(.*?)(?=^@@@ |\z)", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex HostSection();
}
