namespace BpfTrace.PowerShellTests.Support;

/// <summary>A test that drives a real pwsh; skipped, and counted so, where there is none.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PwshFactAttribute : FactAttribute
{
    public PwshFactAttribute(bool needsKernel = false, bool needsTmux = false) => Skip = Pwsh.WhatIsMissing(needsKernel, needsTmux);
}

/// <summary>The same with data.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PwshTheoryAttribute : TheoryAttribute
{
    public PwshTheoryAttribute(bool needsKernel = false, bool needsTmux = false) => Skip = Pwsh.WhatIsMissing(needsKernel, needsTmux);
}
