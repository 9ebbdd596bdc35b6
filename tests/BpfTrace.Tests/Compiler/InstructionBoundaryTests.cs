using BpfTrace.Compiler;

namespace BpfTrace.Tests.Compiler;

public class InstructionBoundaryTests
{
    /// <summary>push %rbp; mov %rsp,%rbp; lea (%rdi,%rsi),%rax; endbr64; vaddps %ymm1,%ymm2,%ymm3; ret; nothing that is one.</summary>
    private static readonly byte[] s_code = [0x55, 0x48, 0x89, 0xe5, 0x48, 0x8d, 0x04, 0x37, 0xf3, 0x0f, 0x1e, 0xfa, 0xc5, 0xec, 0x58, 0xd9, 0xc3, 0x06, 0x90];

    [Fact]
    public void Each_instruction_begins_once()
    {
        if (System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture != System.Runtime.InteropServices.Architecture.X64)
            return;
        int[] starts = [.. Enumerable.Range(0, 17).Where(static i => InstructionBoundary.IsAt(s_code, (ulong)i) == true)];
        Assert.Equal([0, 1, 4, 8, 12, 16], starts);
        Assert.All(Enumerable.Range(0, 17).Except(starts), static i => Assert.False(InstructionBoundary.IsAt(s_code, (ulong)i)));
        Assert.Null(InstructionBoundary.IsAt(s_code, 18)); // behind what is no instruction
        Assert.Null(InstructionBoundary.IsAt(s_code, 100));
    }
}
