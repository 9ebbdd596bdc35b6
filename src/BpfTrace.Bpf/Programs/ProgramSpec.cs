using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace BpfTrace.Bpf;

/// <summary>A program before the kernel has seen it: deterministic data, no file descriptor.</summary>
public sealed record ProgramSpec
{
    /// <summary>The function's symbol. The kernel shows its first 15 characters, [A-Za-z0-9_.] only.</summary>
    public required string Name { get; init; }

    /// <summary>The ELF section it came from, empty for one that came from none.</summary>
    public string SectionName { get; init; } = "";

    /// <summary>What kind of program the kernel takes it for.</summary>
    public BpfProgramType Type { get; init; }

    /// <summary>Expected attach type, <see cref="BpfAttachType.None"/> where the type needs none.</summary>
    public BpfAttachType ExpectedAttachType { get; init; }

    /// <summary>
    /// The code, followed by every subprogram it uses: instructions of 8 bytes (<see cref="BpfInstruction"/>). Calls are
    /// resolved; map references are in <see cref="MapReferences"/>.
    /// </summary>
    public required ReadOnlyMemory<byte> Code { get; init; }

    /// <summary>Number of instructions; a 64-bit load counts as two.</summary>
    public int InstructionCount => Code.Length / BpfInstruction.Size;

    /// <summary>Where the code refers to maps, by name, in ascending order of instruction.</summary>
    public ImmutableArray<MapReference> MapReferences { get; init; } = [];

    /// <summary>Where the code calls functions of the kernel (kfuncs, 5.13), by name, in ascending order of instruction.</summary>
    public ImmutableArray<KernelCall> KernelCalls { get; init; } = [];

    /// <summary>BTF function of each subprogram, ascending: records of <see cref="BpfFuncInfo"/>; empty for a program without BTF.</summary>
    public ReadOnlyMemory<byte> FuncInfo { get; init; }

    /// <summary>Source lines, ascending: records of <see cref="BpfLineInfo"/>; may be empty.</summary>
    public ReadOnlyMemory<byte> LineInfo { get; init; }

    /// <summary>
    /// For fentry, fexit and BTF tracepoints: the kernel function or tracepoint to load for, as <c>vfs_read</c> or
    /// <c>module:function</c>. Null otherwise.
    /// </summary>
    public string? AttachTarget { get; init; }

    /// <summary>Whether the program may sleep (BPF_F_SLEEPABLE; uprobes and some fentry targets).</summary>
    public bool IsSleepable { get; init; }
}

/// <summary>What a map reference loads.</summary>
public enum MapReferenceKind
{
    /// <summary>The map itself.</summary>
    Map,
    /// <summary>The address of byte <c>imm</c> (second half of the load) in the only value of an array map.</summary>
    Value,
}

/// <summary>A 64-bit load that the loader fills in with a map.</summary>
/// <param name="Instruction">Index of the load's first half.</param>
/// <param name="MapName">The map's full name in the collection.</param>
/// <param name="Kind">The map or its value.</param>
public sealed record MapReference(int Instruction, string MapName, MapReferenceKind Kind);

/// <summary>A call that the loader fills in with the BTF id of a function of the kernel.</summary>
/// <param name="Instruction">Index of the call.</param>
/// <param name="Function">The function's name, of the kernel proper.</param>
public sealed record KernelCall(int Instruction, string Function);

/// <summary>struct bpf_func_info.</summary>
/// <param name="InstructionOffset">First instruction of the subprogram.</param>
/// <param name="TypeId">BTF id of its FUNC.</param>
[StructLayout(LayoutKind.Sequential)]
public readonly record struct BpfFuncInfo(uint InstructionOffset, uint TypeId)
{
    internal const int Size = 8;
}

/// <summary>struct bpf_line_info.</summary>
/// <param name="InstructionOffset">First instruction of the line.</param>
/// <param name="FileNameOffset">BTF string offset of the file's name.</param>
/// <param name="LineOffset">BTF string offset of the line's text.</param>
/// <param name="LineColumn">Line in the upper 22 bits, column in the lower 10.</param>
[StructLayout(LayoutKind.Sequential)]
public readonly record struct BpfLineInfo(uint InstructionOffset, uint FileNameOffset, uint LineOffset, uint LineColumn)
{
    internal const int Size = 16;

    /// <summary>1-based line.</summary>
    public int Line => (int)(LineColumn >> 10);

    /// <summary>1-based column, 0 when unknown.</summary>
    public int Column => (int)(LineColumn & 0x3ff);

    internal static BpfLineInfo Read(ReadOnlySpan<byte> record) => new(
        BinaryPrimitives.ReadUInt32LittleEndian(record),
        BinaryPrimitives.ReadUInt32LittleEndian(record[4..]),
        BinaryPrimitives.ReadUInt32LittleEndian(record[8..]),
        BinaryPrimitives.ReadUInt32LittleEndian(record[12..]));

    internal void AppendTo(ByteWriter writer)
    {
        writer.Append(InstructionOffset, FileNameOffset);
        writer.Append(LineOffset, LineColumn);
    }
}
