using System.Runtime.InteropServices;
using LLVMSharp.Interop;

namespace BpfTrace.Compiler;

/// <summary>
/// Whether a place in a function is the beginning of an instruction. A probe in the middle of one changes what the program does: the kernel does not
/// look where a uprobe is put.
/// </summary>
public static unsafe class InstructionBoundary
{
    /// <summary>The longest an instruction can be (Intel SDM, volume 2, 2.3.11).</summary>
    public const int LongestInstruction = 15;

    private static bool s_initialised;

    /// <summary>Reads a function's instructions one after the other.</summary>
    /// <param name="code">The function's machine code from its start, <see cref="LongestInstruction"/> bytes beyond the place where there are as many.</param>
    /// <param name="offset">The place, in bytes from the start.</param>
    /// <returns>Null when it cannot be told: no disassembler for this machine, or an instruction it does not know.</returns>
    public static bool? IsAt(ReadOnlyMemory<byte> code, ulong offset)
    {
        if (offset == 0)
            return true;
        if (RuntimeInformation.ProcessArchitecture == Architecture.Arm64)
            return offset % 4 == 0;
        if (RuntimeInformation.ProcessArchitecture != Architecture.X64 || offset >= (ulong)code.Length)
            return null;
        try
        {
            return LlvmHost.Run(() => Walk(code.Span, (int)offset));
        }
        catch (Exception e) when (e is LlvmNotFoundException or LlvmFatalErrorException or EntryPointNotFoundException)
        {
            return null; // Without it nothing is known about the place.
        }
    }

    private static bool? Walk(ReadOnlySpan<byte> code, int offset)
    {
        if (!s_initialised)
        {
            LLVM.InitializeX86TargetInfo();
            LLVM.InitializeX86TargetMC();
            LLVM.InitializeX86Disassembler();
            s_initialised = true;
        }

        void* disassembler;
        fixed (byte* triple = "x86_64-linux-gnu\0"u8)
            disassembler = LLVM.CreateDisasm((sbyte*)triple, null, 0, null, null);
        if (disassembler is null)
            return null;
        try
        {
            sbyte* text = stackalloc sbyte[256];
            fixed (byte* start = code)
            {
                int at = 0;
                while (at < offset)
                {
                    int length = (int)LLVM.DisasmInstruction(disassembler, start + at, (ulong)(code.Length - at), (ulong)at, text, 256);
                    if (length == 0)
                        return null;
                    at += length;
                }

                return at == offset;
            }
        }
        finally
        {
            LLVM.DisasmDispose(disassembler);
        }
    }
}
