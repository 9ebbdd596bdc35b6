using System.Collections.Immutable;

namespace BpfTrace.Bpf;

/// <summary>
/// Assembles tiny programs by hand: feature probes and tests. Encoding: Documentation/bpf/standardization/instruction-set.rst.
/// </summary>
internal static class BpfAssembler
{
    public const byte R0 = 0, R1 = 1, R2 = 2, R3 = 3, R4 = 4, R5 = 5, R6 = 6, R7 = 7, R8 = 8, R9 = 9, R10 = 10;

    /// <summary>dst = src (64 bits).</summary>
    public static BpfInstruction Mov(byte dst, byte src) => new(0xbf, Pack(dst, src), 0, 0);

    /// <summary>dst = imm, sign-extended.</summary>
    public static BpfInstruction MovImm(byte dst, int imm) => new(0xb7, Pack(dst, 0), 0, imm);

    /// <summary>dst += imm.</summary>
    public static BpfInstruction AddImm(byte dst, int imm) => new(0x07, Pack(dst, 0), 0, imm);

    /// <summary>dst += src.</summary>
    public static BpfInstruction Add(byte dst, byte src) => new(0x0f, Pack(dst, src), 0, 0);

    /// <summary>dst >>= imm (logical).</summary>
    public static BpfInstruction RshImm(byte dst, int imm) => new(0x77, Pack(dst, 0), 0, imm);

    /// <summary>dst &amp;= imm, sign-extended.</summary>
    public static BpfInstruction AndImm(byte dst, int imm) => new(0x57, Pack(dst, 0), 0, imm);

    /// <summary>dst = *(u64 *)(src + offset).</summary>
    public static BpfInstruction Load64(byte dst, byte src, short offset) => new(0x79, Pack(dst, src), offset, 0);

    /// <summary>*(u64 *)(dst + offset) = src.</summary>
    public static BpfInstruction Store64(byte dst, short offset, byte src) => new(0x7b, Pack(dst, src), offset, 0);

    /// <summary>*(u32 *)(dst + offset) = imm.</summary>
    public static BpfInstruction Store32Imm(byte dst, short offset, int imm) => new(0x62, Pack(dst, 0), offset, imm);

    /// <summary>*(u64 *)(dst + offset) = imm, sign-extended.</summary>
    public static BpfInstruction Store64Imm(byte dst, short offset, int imm) => new(0x7a, Pack(dst, 0), offset, imm);

    /// <summary>lock *(u64 *)(dst + offset) += src.</summary>
    public static BpfInstruction AtomicAdd64(byte dst, short offset, byte src) => new(0xdb, Pack(dst, src), offset, 0);

    /// <summary>if (dst == imm) skip <paramref name="count"/> instructions.</summary>
    public static BpfInstruction JumpIfEqual(byte dst, int imm, short count) => new(0x15, Pack(dst, 0), count, imm);

    /// <summary>if (dst != imm) skip <paramref name="count"/> instructions.</summary>
    public static BpfInstruction JumpIfNotEqual(byte dst, int imm, short count) => new(0x55, Pack(dst, 0), count, imm);

    /// <summary>Calls a helper.</summary>
    public static BpfInstruction Call(BpfHelper helper) => new(BpfInstruction.CallOpcode, 0, 0, (int)helper);

    /// <summary>return r0.</summary>
    public static BpfInstruction Exit() => new(BpfInstruction.ExitOpcode, 0, 0, 0);

    /// <summary>First half of dst = map; pair it with <see cref="LoadMapEnd"/> and a <see cref="MapReference"/>.</summary>
    public static BpfInstruction LoadMap(byte dst) =>
        new(BpfInstruction.LoadImmediate64, Pack(dst, BpfInstruction.BPF_PSEUDO_MAP_FD), 0, 0);

    /// <summary>Second half of a 64-bit load.</summary>
    public static BpfInstruction LoadMapEnd() => default;

    /// <summary>A program from instructions, with the maps they use: one name for each <see cref="LoadMap"/>, in order.</summary>
    public static ProgramSpec Program(string name, BpfProgramType type, BpfInstruction[] instructions, params string[] maps)
    {
        var references = ImmutableArray.CreateBuilder<MapReference>();
        for (int i = 0; i < instructions.Length; i++)
        {
            if (!instructions[i].IsLoadImmediate64)
                continue;
            if (instructions[i].Source == BpfInstruction.BPF_PSEUDO_MAP_FD)
                references.Add(new MapReference(i, maps[references.Count], MapReferenceKind.Map));
            i++;
        }

        return new ProgramSpec { Name = name, Type = type, Code = Encode(instructions), MapReferences = references.ToImmutable() };
    }

    /// <summary>The instructions' bytes.</summary>
    public static byte[] Encode(BpfInstruction[] instructions)
    {
        var code = new byte[instructions.Length * BpfInstruction.Size];
        for (int i = 0; i < instructions.Length; i++)
            instructions[i].Write(code.AsSpan(i * BpfInstruction.Size));
        return code;
    }

    private static byte Pack(byte dst, byte src) => (byte)(dst | (src << 4));
}

/// <summary>Helper numbers (___BPF_FUNC_MAPPER in include/uapi/linux/bpf.h) that are called or probed for here.</summary>
internal enum BpfHelper
{
    map_lookup_elem = 1,
    map_update_elem = 2,
    ktime_get_ns = 5,
    get_smp_processor_id = 8,
    get_current_pid_tgid = 14,
    perf_event_output = 25,
    override_return = 58,
    ktime_get_boot_ns = 125,
    ringbuf_output = 130,
    ringbuf_reserve = 131,
    ringbuf_submit = 132,
    ringbuf_discard = 133,
    for_each_map_elem = 164,
    get_func_ip = 173,
    get_attach_cookie = 174,
    loop = 181,
}
