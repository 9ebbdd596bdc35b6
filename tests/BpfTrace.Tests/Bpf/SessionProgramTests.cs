using BpfTrace.Bpf;
using static BpfTrace.Bpf.BpfAssembler;

namespace BpfTrace.Tests.Bpf;

/// <summary>Two programs become one: where each instruction, map, call, function and line of theirs goes.</summary>
public class SessionProgramTests
{
    private const int Prologue = 5;

    private static BpfInstruction CallLocal(int distance) => new BpfInstruction(BpfInstruction.CallOpcode, 0, 0, distance).WithSource(BpfInstruction.BPF_PSEUDO_CALL);

    /// <summary>A program of <paramref name="mainLength"/> instructions and a subprogram of two, which its second instruction calls.</summary>
    private static ProgramSpec WithSubprogram(string name, int mainLength, int mark, uint firstType)
    {
        var code = new List<BpfInstruction> { MovImm(R7, mark), CallLocal(mainLength - 2), LoadMap(R1), LoadMapEnd() };
        while (code.Count < mainLength - 1)
            code.Add(MovImm(R0, mark));
        code.AddRange([Exit(), MovImm(R0, mark + 1), Exit()]);
        var functions = new ByteWriter();
        functions.Append(0, firstType);
        functions.Append((uint)mainLength, firstType + 1);
        var lines = new ByteWriter();
        new BpfLineInfo(0, 1, 2, (uint)mark << 10).AppendTo(lines);
        new BpfLineInfo((uint)mainLength, 1, 2, (uint)(mark + 1) << 10).AppendTo(lines);
        return Program(name, BpfProgramType.BPF_PROG_TYPE_KPROBE, [.. code], "map_" + name) with
        {
            FuncInfo = functions.ToArray(),
            LineInfo = lines.ToArray(),
            KernelCalls = [new KernelCall(mainLength - 2, "f_" + name)],
        };
    }

    private static BpfInstruction At(ProgramSpec spec, int instruction) => BpfInstruction.Read(spec.Code.Span[(instruction * BpfInstruction.Size)..]);

    private static uint[] Words(ReadOnlyMemory<byte> records) => System.Runtime.InteropServices.MemoryMarshal.Cast<byte, uint>(records.Span).ToArray();

    [Fact]
    public void Programs_come_first_and_their_subprograms_after_both()
    {
        ProgramSpec joined = SessionProgram.TryJoin(WithSubprogram("entry", 6, 100, 10), WithSubprogram("exit", 7, 200, 20))!;
        Assert.Equal("entry", joined.Name);
        Assert.Equal(BpfAttachType.BPF_TRACE_KPROBE_SESSION, joined.ExpectedAttachType);
        Assert.Equal(Prologue + 8 + 9, joined.InstructionCount);

        // To the return's code, if it is one, over the entry's.
        Assert.Equal(JumpIfNotEqual(R0, 0, 6), At(joined, Prologue - 1));
        Assert.Equal(MovImm(R7, 100), At(joined, Prologue));
        Assert.Equal(MovImm(R7, 200), At(joined, Prologue + 6));
        Assert.Equal(Exit(), At(joined, Prologue + 5));
        Assert.Equal(Exit(), At(joined, Prologue + 6 + 6));

        int entrySubprogram = Prologue + 6 + 7, exitSubprogram = entrySubprogram + 2;
        Assert.Equal(MovImm(R0, 101), At(joined, entrySubprogram));
        Assert.Equal(MovImm(R0, 201), At(joined, exitSubprogram));
        Assert.Equal(entrySubprogram, Prologue + 1 + 1 + At(joined, Prologue + 1).Immediate);
        Assert.Equal(exitSubprogram, Prologue + 6 + 1 + 1 + At(joined, Prologue + 6 + 1).Immediate);
    }

    [Fact]
    public void References_move_with_their_instructions()
    {
        ProgramSpec joined = SessionProgram.TryJoin(WithSubprogram("entry", 6, 100, 10), WithSubprogram("exit", 7, 200, 20))!;
        Assert.Equal(
            (IEnumerable<MapReference>)[new MapReference(Prologue + 2, "map_entry", MapReferenceKind.Map), new MapReference(Prologue + 6 + 2, "map_exit", MapReferenceKind.Map)],
            joined.MapReferences);
        Assert.Equal(
            (IEnumerable<KernelCall>)[new KernelCall(1, "bpf_session_is_return"), new KernelCall(Prologue + 4, "f_entry"), new KernelCall(Prologue + 6 + 5, "f_exit")],
            joined.KernelCalls);
        Assert.Equal([0u, 10u, 18u, 11u, 20u, 21u], Words(joined.FuncInfo));
        Assert.Equal([0u, Prologue, Prologue + 6, 18u, 20u], Words(joined.LineInfo).Where(static (_, i) => i % 4 == 0));
        Assert.Equal([100u, 100u, 200u, 101u, 201u], Words(joined.LineInfo).Where(static (_, i) => i % 4 == 3).Select(static l => l >> 10));
    }

    [Fact]
    public void A_program_longer_than_a_jump_is_not_joined()
    {
        ProgramSpec Long(int length) => Program("long", BpfProgramType.BPF_PROG_TYPE_KPROBE, [.. Enumerable.Repeat(MovImm(R0, 0), length - 1), Exit()]);
        Assert.Null(SessionProgram.TryJoin(Long(short.MaxValue + 1), Long(2)));
        Assert.NotNull(SessionProgram.TryJoin(Long(short.MaxValue), Long(2)));
    }
}
