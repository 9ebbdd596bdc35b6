namespace BpfTrace.Language.Binding;

/// <summary>A builtin or function of the language that is evaluated in the kernel.</summary>
/// <param name="Name">bpftrace's name: <c>pid</c>, <c>str</c>, <c>ksym</c> …</param>
public sealed record FunctionSymbol(string Name)
{
    /// <summary>True when it changes the system and needs <c>--unsafe</c>.</summary>
    public bool IsUnsafe { get; init; }
}
