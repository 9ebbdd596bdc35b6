using BpfTrace.Fuzz.Running;
using BpfTrace.KernelTests.Support;
using Xunit.Abstractions;

namespace BpfTrace.KernelTests.Fuzz;

/// <summary>
/// A seeded half-minute of generated programs for the verifier: it takes what we compile, or the script asks for more than the kernel
/// gives. Nothing is attached, nothing runs.
/// </summary>
[Collection(KernelCollection.Name)]
public class FuzzLoadTests(ITestOutputHelper output)
{
    [RequiresRunnerFact]
    public void The_verifier_takes_what_is_compiled()
    {
        FuzzSettings settings = FuzzSettings.FromEnvironment(FuzzStage.Load);
        FuzzReport report = Supervisor.Run(settings);
        output.WriteLine($"seed {settings.Seed}: {report.Counts}");
        Assert.True(report.Findings.Length == 0, report.Findings);
        Assert.True(report.Programs > 10, $"only {report.Programs} programs in {settings.Duration}");
    }
}

/// <summary>Root, and a <c>dotnet</c> to start the child with: the virtual machines have none.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RequiresRunnerFactAttribute : FactAttribute
{
    public RequiresRunnerFactAttribute() => Skip = Requirement.Missing(KernelNeed.None) ?? (HasRunner() ? null : "there is no dotnet on PATH");

    private static bool HasRunner() => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(static p => p.Length > 0 && File.Exists(Path.Combine(p, "dotnet")));
}
