using System.Runtime.InteropServices;

namespace BpfTrace.Bpf;

/// <summary>
/// Every fact that differs between machine architectures: system call numbers, the layout of <c>struct pt_regs</c>
/// and the calling convention. The values are those of x86_64 (arch/x86/include/asm/ptrace.h,
/// arch/x86/entry/syscalls/syscall_64.tbl, System V ABI).
/// </summary>
public static class Architecture
{
    /// <summary>The machine's name in kernel spelling (<c>uname -m</c>).</summary>
    public const string Name = "x86_64";

    /// <summary>Size in bytes of <c>struct pt_regs</c>.</summary>
    public const int PtRegsSize = 168;

    /// <summary>Byte offset in pt_regs of a function's return value (rax).</summary>
    public const int ReturnValueOffset = 80;

    /// <summary>Byte offset in pt_regs of the instruction pointer (rip).</summary>
    public const int InstructionPointerOffset = 128;

    /// <summary>Byte offset in pt_regs of the stack pointer (rsp).</summary>
    public const int StackPointerOffset = 152;

    /// <summary>Distance in bytes from the stack pointer at a function's entry to its first argument on the stack.</summary>
    public const int FirstStackArgumentOffset = 8;

    /// <summary>How many integer arguments travel in registers.</summary>
    public const int RegisterArgumentCount = 6;

    internal const nint SYS_bpf = 321;
    internal const nint SYS_perf_event_open = 298;

    /// <summary>Whether this process runs on the architecture the values are for.</summary>
    public static bool IsSupported =>
        RuntimeInformation.ProcessArchitecture == System.Runtime.InteropServices.Architecture.X64;

    // rdi, rsi, rdx, rcx, r8, r9
    private static ReadOnlySpan<byte> ArgumentOffsets => [112, 104, 96, 88, 72, 64];

    /// <summary>Byte offset in pt_regs of the integer argument <paramref name="index"/> (0-based).</summary>
    /// <exception cref="ArgumentOutOfRangeException">The argument is not passed in a register.</exception>
    public static int ArgumentOffset(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, RegisterArgumentCount);
        return ArgumentOffsets[index];
    }

    /// <summary>
    /// Byte offset in pt_regs of the register <paramref name="name"/> (<c>ax</c>, <c>di</c>, <c>r8</c>, <c>ip</c> …: the
    /// names bpftrace's <c>reg()</c> takes), or -1 when there is no such register.
    /// </summary>
    public static int RegisterOffset(string name) => name switch
    {
        "r15" => 0,
        "r14" => 8,
        "r13" => 16,
        "r12" => 24,
        "bp" => 32,
        "bx" => 40,
        "r11" => 48,
        "r10" => 56,
        "r9" => 64,
        "r8" => 72,
        "ax" => 80,
        "cx" => 88,
        "dx" => 96,
        "si" => 104,
        "di" => 112,
        "orig_ax" => 120,
        "ip" => 128,
        "cs" => 136,
        "flags" => 144,
        "sp" => 152,
        "ss" => 160,
        _ => -1,
    };
}
