using BpfTrace.Tests.Bpf;

namespace BpfTrace.KernelTests.Support;

/// <summary>As <see cref="RequiresRootFactAttribute"/>, with a program that is compiled for the test; skipped where a tool is missing.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RequiresDwarfFactAttribute : FactAttribute
{
    public RequiresDwarfFactAttribute(params string[] tools) =>
        Skip = Requirement.Missing(KernelNeed.None) ?? NativeProgram.Missing([.. tools, "libdw"]);
}
