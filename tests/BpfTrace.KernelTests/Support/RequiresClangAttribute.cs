using BpfTrace.Compiler.Clang;

namespace BpfTrace.KernelTests.Support;

/// <summary>As <see cref="RequiresRootFactAttribute"/>, with a clang program to compile C; skipped where there is none.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RequiresClangFactAttribute : FactAttribute
{
    public RequiresClangFactAttribute() => Skip = ClangRequirement.Missing;
}

/// <summary>As <see cref="RequiresClangFactAttribute"/>, for a theory.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RequiresClangTheoryAttribute : TheoryAttribute
{
    public RequiresClangTheoryAttribute() => Skip = ClangRequirement.Missing;
}

internal static class ClangRequirement
{
    public static string? Missing =>
        Requirement.Missing(KernelNeed.None) ?? (ClangCompiler.FindProgram() is null ? "clang is not installed" : null);
}
