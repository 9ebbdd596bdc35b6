namespace BpfTrace.KernelTests.Support;

/// <summary>
/// What it tests is done before a program is loaded or after its output has come, so that no kernel's version can change it (tests/vm/README.md).
/// This machine's own kernel is enough; where it cannot, one of the guests does it. It asks nothing of the kernel that one could lack.
/// </summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method)]
public sealed class KernelIndependentAttribute : Attribute;
