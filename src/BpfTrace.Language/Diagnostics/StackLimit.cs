namespace BpfTrace.Language.Diagnostics;

/// <summary>What is said where a program needs too much stack, by the code generator or by the verifier.</summary>
public static class StackLimit
{
    /// <summary>bpftrace's wording (<c>src/bpfbytecode.cpp</c>).</summary>
    public const string Message =
        "Stack size is too large. Trying moving some scratch variables into maps or try setting a lower on_stack_limit (e.g. `config = { on_stack_limit=16 }`)";

    /// <summary>What the limit is.</summary>
    public const string Hint = "A program and what it calls have 512 bytes of stack together; loops nested in one another add up.";
}
