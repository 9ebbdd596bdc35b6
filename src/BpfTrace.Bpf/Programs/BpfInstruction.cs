using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace BpfTrace.Bpf;

/// <summary>One eBPF instruction, struct bpf_insn (include/uapi/linux/bpf.h): 8 bytes.</summary>
/// <param name="Opcode">Operation.</param>
/// <param name="Registers">Destination register in the low four bits, source register in the high four.</param>
/// <param name="Offset">Signed offset, in bytes for memory and in instructions for jumps.</param>
/// <param name="Immediate">Signed immediate.</param>
[StructLayout(LayoutKind.Sequential)]
public readonly record struct BpfInstruction(byte Opcode, byte Registers, short Offset, int Immediate)
{
    /// <summary>Bytes of an instruction.</summary>
    public const int Size = 8;

    internal const byte LoadImmediate64 = 0x18; // BPF_LD | BPF_IMM | BPF_DW: two instructions
    internal const byte CallOpcode = 0x85;      // BPF_JMP | BPF_CALL
    internal const byte ExitOpcode = 0x95;      // BPF_JMP | BPF_EXIT

    // Meaning of the source register in a 64-bit load and in a call.
    internal const byte BPF_PSEUDO_MAP_FD = 1;
    internal const byte BPF_PSEUDO_MAP_VALUE = 2;
    internal const byte BPF_PSEUDO_FUNC = 4;
    internal const byte BPF_PSEUDO_CALL = 1;
    internal const byte BPF_PSEUDO_KFUNC_CALL = 2;

    /// <summary>Destination register, 0–10.</summary>
    public byte Destination => (byte)(Registers & 0xf);

    /// <summary>Source register, 0–10, or the kind of a pseudo load or call.</summary>
    public byte Source => (byte)(Registers >> 4);

    internal bool IsLoadImmediate64 => Opcode == LoadImmediate64;

    internal bool IsSubprogramCall => Opcode == CallOpcode && Source == BPF_PSEUDO_CALL;

    internal bool IsFunctionReference => Opcode == LoadImmediate64 && Source == BPF_PSEUDO_FUNC;

    /// <summary>Reads the instruction at the start of <paramref name="code"/>.</summary>
    public static BpfInstruction Read(ReadOnlySpan<byte> code) => new(
        code[0], code[1], BinaryPrimitives.ReadInt16LittleEndian(code[2..]), BinaryPrimitives.ReadInt32LittleEndian(code[4..]));

    /// <summary>Writes the instruction to the start of <paramref name="code"/>.</summary>
    public void Write(Span<byte> code)
    {
        code[0] = Opcode;
        code[1] = Registers;
        BinaryPrimitives.WriteInt16LittleEndian(code[2..], Offset);
        BinaryPrimitives.WriteInt32LittleEndian(code[4..], Immediate);
    }

    internal BpfInstruction WithSource(byte source) => this with { Registers = (byte)((source << 4) | Destination) };
}
