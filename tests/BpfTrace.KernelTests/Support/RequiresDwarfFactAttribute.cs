using BpfTrace.Tests.Bpf;

namespace BpfTrace.KernelTests.Support;

/// <summary>
/// As <see cref="RequiresRootFactAttribute"/>, with a program that is compiled for the test; skipped where a tool is missing, or a file (<c>*.json</c>)
/// that belongs beside the tests.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RequiresDwarfFactAttribute : FactAttribute
{
    public RequiresDwarfFactAttribute(params string[] tools)
    {
        string? absent = tools.FirstOrDefault(static t => IsFile(t) && !File.Exists(Path.Combine(Folder, t)));
        Skip = Requirement.Missing(KernelNeed.None) ?? (absent is null ? NativeProgram.Missing([.. tools.Where(static t => !IsFile(t)), "libdw"]) : $"{absent} is not beside the tests");
    }

    /// <summary>Where the tests lie, with all they were built with: a guest's runner is elsewhere.</summary>
    public static string Folder => Path.GetDirectoryName(typeof(RequiresDwarfFactAttribute).Assembly.Location)!;

    private static bool IsFile(string tool) => tool.EndsWith(".json", StringComparison.Ordinal);
}
