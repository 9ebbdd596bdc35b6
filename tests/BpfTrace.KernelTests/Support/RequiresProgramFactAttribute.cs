using BpfTrace.Tests.Bpf;

namespace BpfTrace.KernelTests.Support;

/// <summary>As <see cref="RequiresRootFactAttribute"/>, with a program that is compiled for the test; skipped where there is no compiler.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RequiresProgramFactAttribute : FactAttribute
{
    public RequiresProgramFactAttribute(KernelNeed need = KernelNeed.None) => Skip = Requirement.Missing(need) ?? NativeProgram.Missing("gcc");
}

/// <summary>As <see cref="RequiresProgramFactAttribute"/>, for a theory.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RequiresProgramTheoryAttribute : TheoryAttribute
{
    public RequiresProgramTheoryAttribute(KernelNeed need = KernelNeed.None) => Skip = Requirement.Missing(need) ?? NativeProgram.Missing("gcc");
}
