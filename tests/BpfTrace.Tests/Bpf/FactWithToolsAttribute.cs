namespace BpfTrace.Tests.Bpf;

/// <summary>A test that needs commands of the running system; skipped, and counted as skipped, where one is missing.</summary>
public sealed class FactWithToolsAttribute : FactAttribute
{
    public FactWithToolsAttribute(params string[] commands)
    {
        string[] directories = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries);
        if (Array.Find(commands, c => !Array.Exists(directories, d => File.Exists(Path.Combine(d, c)))) is { } missing)
            Skip = $"{missing} is not installed";
    }
}
