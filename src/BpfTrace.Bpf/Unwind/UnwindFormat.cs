namespace BpfTrace.Bpf.Unwind;

/// <summary>
/// The numbers of an <see cref="UnwindTable"/>, which BPF programs read. A table is an array of 64-bit words: first a row for each range of code, in
/// the order of their addresses (the address in the lower half, the index of its rule's word in the upper, 0 where nothing is known of the range); then the
/// rules, each a word for the canonical frame address (CFA) and one for each register that has a rule; then the expressions, a word for each operation.
/// Of the words of rules and expressions byte 0 says what it is, byte 1 names a register, and the upper half is a signed operand.
/// </summary>
public static class UnwindFormat
{
    /// <summary>Registers that are followed, by their DWARF numbers (System V ABI, figure 3.36): the sixteen and the return address.</summary>
    public const int RegisterCount = 17;

    /// <summary>DWARF number of the stack pointer.</summary>
    public const int StackPointer = 7;

    /// <summary>DWARF number of the return address.</summary>
    public const int ReturnAddress = 16;

    /// <summary>The most operations of an expression.</summary>
    public const int MaximumOperations = 40;

    /// <summary>The most values an expression has on its stack.</summary>
    public const int StackDepth = 16;

    /// <summary>Names of the sixteen registers and the instruction pointer as <see cref="Architecture.RegisterOffset"/> takes them, by DWARF number.</summary>
    public static ReadOnlySpan<string> RegisterNames => s_names;

    private static readonly string[] s_names = ["ax", "dx", "cx", "bx", "si", "di", "bp", "sp", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15", "ip"];
}

/// <summary>What byte 0 of a rule's first word says of the CFA. Byte 2 is the number of words that follow for registers, byte 3 not 0 in a signal's frame.</summary>
public enum CfaRule : byte
{
    /// <summary>Not known.</summary>
    None,

    /// <summary>Register plus operand.</summary>
    Register,

    /// <summary>The expression at the word that the operand is the index of.</summary>
    Expression,
}

/// <summary>How the caller's value of a register is found: byte 0 of a rule's further words.</summary>
public enum RegisterRule : byte
{
    /// <summary>The register has it still; has no word.</summary>
    Same,

    /// <summary>It is lost.</summary>
    Undefined,

    /// <summary>In memory at CFA plus operand.</summary>
    Offset,

    /// <summary>It is CFA plus operand.</summary>
    ValueOffset,

    /// <summary>In the register of the operand.</summary>
    Register,

    /// <summary>In memory at the result of the expression.</summary>
    Expression,

    /// <summary>The result of the expression.</summary>
    ValueExpression,
}

/// <summary>Operations of expressions, on a stack of 64-bit values: byte 0 of their words.</summary>
public enum UnwindOperation : byte
{
    /// <summary>The last word: the result is on top.</summary>
    End,

    /// <summary>Pushes the operand, sign-extended.</summary>
    Constant,

    /// <summary>Replaces the upper half of the top by the operand.</summary>
    UpperHalf,

    /// <summary>Pushes a register plus operand.</summary>
    Register,

    /// <summary>Pushes the CFA.</summary>
    FrameAddress,

    /// <summary>Replaces the top by the memory at it.</summary>
    Read,

    /// <summary>Adds the operand to the top.</summary>
    AddConstant,

    /// <summary>The two on top and-ed.</summary>
    And,

    /// <summary>The two on top or-ed.</summary>
    Or,

    /// <summary>The two on top added.</summary>
    Add,

    /// <summary>The second less the top.</summary>
    Subtract,

    /// <summary>The two on top multiplied.</summary>
    Multiply,

    /// <summary>The second shifted left by the top.</summary>
    ShiftLeft,

    /// <summary>Whether the second, signed, is at least the top.</summary>
    GreaterOrEqual,
}
