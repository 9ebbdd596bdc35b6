using System.Buffers.Binary;
using System.Collections.Immutable;
using static BpfTrace.Bpf.BpfAssembler;

namespace BpfTrace.Bpf;

/// <summary>
/// Puts a program for a function's entry and one for its return together, as one for BPF_TRACE_KPROBE_SESSION: the kernel runs it at both, and
/// <c>bpf_session_is_return()</c> says which it is (Linux 6.10; kernel/trace/bpf_trace.c).
/// </summary>
public static class SessionProgram
{
    /// <summary>The kernel's function that tells entry from return.</summary>
    public const string IsReturnFunction = "bpf_session_is_return";

    private const int PrologueLength = 5;
    private const int PrologueCall = 1;

    /// <summary>Joins two programs of one object.</summary>
    /// <param name="entry">Runs when the function is called; gives the result its name.</param>
    /// <param name="exit">Runs when it returns.</param>
    /// <returns>Null when the entry's code is longer than a jump reaches.</returns>
    public static ProgramSpec? TryJoin(ProgramSpec entry, ProgramSpec exit)
    {
        int entryMain = MainLength(entry), exitMain = MainLength(exit);
        if (entryMain > short.MaxValue)
            return null;

        // The subprograms of both come after both programs: a jump must not leave the function it is in.
        var first = new Part(entry, entryMain, PrologueLength, PrologueLength + entryMain + exitMain);
        var second = new Part(exit, exitMain, PrologueLength + entryMain, first.SubprogramsAt + entry.InstructionCount - entryMain);
        var code = new byte[(PrologueLength + entry.InstructionCount + exit.InstructionCount) * BpfInstruction.Size];
        WritePrologue(code, (short)entryMain);
        first.CopyTo(code);
        second.CopyTo(code);

        var maps = ImmutableArray.CreateBuilder<MapReference>(entry.MapReferences.Length + exit.MapReferences.Length);
        var calls = ImmutableArray.CreateBuilder<KernelCall>(entry.KernelCalls.Length + exit.KernelCalls.Length + 1);
        calls.Add(new KernelCall(PrologueCall, IsReturnFunction));
        bool hasFunctions = !entry.FuncInfo.IsEmpty && !exit.FuncInfo.IsEmpty;
        bool hasLines = hasFunctions && !entry.LineInfo.IsEmpty && !exit.LineInfo.IsEmpty;
        var functions = new ByteWriter();
        var lines = new ByteWriter();
        foreach (bool isSubprogram in (ReadOnlySpan<bool>)[false, true])
        {
            foreach (Part part in (ReadOnlySpan<Part>)[first, second])
            {
                part.AddReferences(maps, calls, isSubprogram);
                if (hasFunctions)
                    part.AddFunctions(functions, isSubprogram);
                if (hasLines)
                    part.AddLines(lines, isSubprogram);
            }
        }

        return entry with
        {
            ExpectedAttachType = BpfAttachType.BPF_TRACE_KPROBE_SESSION,
            Code = code,
            MapReferences = maps.ToImmutable(),
            KernelCalls = calls.ToImmutable(),
            FuncInfo = functions.ToArray(),
            LineInfo = lines.ToArray(),
        };
    }

    /// <summary>The context stays in r1; the answer is a bool, of which only the low byte is defined.</summary>
    private static void WritePrologue(Span<byte> code, short entryLength)
    {
        ReadOnlySpan<BpfInstruction> prologue =
        [
            Mov(R6, R1),
            new BpfInstruction(BpfInstruction.CallOpcode, 0, 0, 0).WithSource(BpfInstruction.BPF_PSEUDO_KFUNC_CALL),
            Mov(R1, R6),
            AndImm(R0, 0xff),
            JumpIfNotEqual(R0, 0, entryLength),
        ];
        for (int i = 0; i < prologue.Length; i++)
            prologue[i].Write(code[(i * BpfInstruction.Size)..]);
    }

    /// <summary>How many instructions the program proper has: its subprograms begin at the first that is called or whose address is taken.</summary>
    private static int MainLength(ProgramSpec spec)
    {
        int length = spec.InstructionCount;
        ReadOnlySpan<byte> code = spec.Code.Span;
        for (int i = 0; i < spec.InstructionCount; i++)
        {
            BpfInstruction instruction = BpfInstruction.Read(code[(i * BpfInstruction.Size)..]);
            if (instruction.IsSubprogramCall || instruction.IsFunctionReference)
                length = Math.Min(length, i + 1 + instruction.Immediate);
            if (instruction.IsLoadImmediate64)
                i++;
        }

        return length;
    }

    /// <summary>One of the two programs, and where its instructions go.</summary>
    private sealed class Part(ProgramSpec spec, int mainLength, int mainAt, int subprogramsAt)
    {
        public int SubprogramsAt => subprogramsAt;

        private int Moved(int instruction) => instruction < mainLength ? mainAt + instruction : subprogramsAt + instruction - mainLength;

        public void CopyTo(Span<byte> code)
        {
            ReadOnlySpan<byte> from = spec.Code.Span;
            for (int i = 0; i < spec.InstructionCount; i++)
            {
                BpfInstruction instruction = BpfInstruction.Read(from[(i * BpfInstruction.Size)..]);
                if (instruction.IsSubprogramCall || instruction.IsFunctionReference)
                    instruction = instruction with { Immediate = Moved(i + 1 + instruction.Immediate) - Moved(i) - 1 };
                instruction.Write(code[(Moved(i) * BpfInstruction.Size)..]);
                if (!instruction.IsLoadImmediate64)
                    continue;
                i++;
                from.Slice(i * BpfInstruction.Size, BpfInstruction.Size).CopyTo(code[(Moved(i) * BpfInstruction.Size)..]);
            }
        }

        public void AddReferences(ImmutableArray<MapReference>.Builder maps, ImmutableArray<KernelCall>.Builder calls, bool isSubprogram)
        {
            foreach (MapReference reference in spec.MapReferences)
            {
                if (reference.Instruction >= mainLength == isSubprogram)
                    maps.Add(reference with { Instruction = Moved(reference.Instruction) });
            }

            foreach (KernelCall call in spec.KernelCalls)
            {
                if (call.Instruction >= mainLength == isSubprogram)
                    calls.Add(call with { Instruction = Moved(call.Instruction) });
            }
        }

        /// <summary>The program proper of the return is no function of its own any more.</summary>
        public void AddFunctions(ByteWriter functions, bool isSubprogram)
        {
            for (ReadOnlySpan<byte> records = spec.FuncInfo.Span; !records.IsEmpty; records = records[BpfFuncInfo.Size..])
            {
                int at = BinaryPrimitives.ReadInt32LittleEndian(records);
                uint type = BinaryPrimitives.ReadUInt32LittleEndian(records[4..]);
                if (isSubprogram && at >= mainLength)
                    functions.Append((uint)Moved(at), type);
                else if (!isSubprogram && at == 0 && mainAt == PrologueLength)
                    functions.Append(0, type);
            }
        }

        /// <summary>The instructions before the entry's first get its line.</summary>
        public void AddLines(ByteWriter lines, bool isSubprogram)
        {
            for (ReadOnlySpan<byte> records = spec.LineInfo.Span; !records.IsEmpty; records = records[BpfLineInfo.Size..])
            {
                BpfLineInfo line = BpfLineInfo.Read(records);
                if (line.InstructionOffset >= mainLength != isSubprogram)
                    continue;
                if (lines.Length == 0)
                    (line with { InstructionOffset = 0 }).AppendTo(lines);
                (line with { InstructionOffset = (uint)Moved((int)line.InstructionOffset) }).AppendTo(lines);
            }
        }
    }
}
