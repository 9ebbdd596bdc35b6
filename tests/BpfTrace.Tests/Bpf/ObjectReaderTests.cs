using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using BpfTrace.Bpf;
using BpfTrace.Bpf.Btf;

namespace BpfTrace.Tests.Bpf;

/// <summary>Data/sample.bpf.o (source beside it), and what is wrong with broken ones.</summary>
public sealed class ObjectReaderTests
{
    private static readonly byte[] s_image = ReadImage();

    private static byte[] ReadImage()
    {
        using Stream stream = typeof(ObjectReaderTests).Assembly.GetManifestResourceStream("sample.bpf.o")!;
        var image = new byte[stream.Length];
        stream.ReadExactly(image);
        return image;
    }

    private static ProgramSpec Program(string name) => BpfObjectReader.Read(s_image).Programs.Single(p => p.Name == name);

    private static BpfInstruction Instruction(ProgramSpec program, int index) => BpfInstruction.Read(program.Code.Span[(index * 8)..]);

    private static BpfInstruction[] Instructions(ProgramSpec program) =>
        [.. Enumerable.Range(0, program.InstructionCount).Select(i => Instruction(program, i))];

    private static BpfFuncInfo[] Functions(ProgramSpec program) => MemoryMarshal.Cast<byte, BpfFuncInfo>(program.FuncInfo.Span).ToArray();

    private static BpfLineInfo[] Lines(ProgramSpec program) => MemoryMarshal.Cast<byte, BpfLineInfo>(program.LineInfo.Span).ToArray();

    [Fact]
    public void Global_functions_outside_text_are_the_programs()
    {
        CollectionSpec spec = BpfObjectReader.Read(s_image);
        Assert.Equal(["first", "second", "third"], spec.Programs.Select(p => p.Name));
        Assert.Equal(["raw_tracepoint/first", "raw_tracepoint/first", "kprobe/vfs_read"], spec.Programs.Select(p => p.SectionName));
        Assert.Equal(
            [BpfProgramType.BPF_PROG_TYPE_RAW_TRACEPOINT, BpfProgramType.BPF_PROG_TYPE_RAW_TRACEPOINT, BpfProgramType.BPF_PROG_TYPE_KPROBE],
            spec.Programs.Select(p => p.Type));
        Assert.Equal("GPL", spec.License);
    }

    [Fact]
    public void Data_sections_in_use_become_maps()
    {
        ImmutableArray<MapSpec> given = [new MapSpec { Name = "counters", Type = BpfMapType.BPF_MAP_TYPE_HASH, KeySize = 4, ValueSize = 8, MaxEntries = 7 }];
        CollectionSpec spec = BpfObjectReader.Read(s_image, given);
        Assert.Equal(["counters", ".rodata", ".data", ".bss"], spec.Maps.Select(m => m.Name));
        Assert.Same(given[0], spec.Maps[0]);
        MapSpec rodata = spec.Maps[1], data = spec.Maps[2], bss = spec.Maps[3];
        Assert.True(rodata.IsFrozen);
        Assert.Equal(BpfMapFlags.BPF_F_RDONLY_PROG, rodata.Flags);
        Assert.Equal(3UL, BinaryPrimitives.ReadUInt64LittleEndian(rodata.InitialValue.Span));
        Assert.False(data.IsFrozen);
        Assert.Equal(BpfMapFlags.BPF_F_MMAPABLE, data.Flags);
        Assert.Equal(100UL, BinaryPrimitives.ReadUInt64LittleEndian(data.InitialValue.Span));
        Assert.Equal((16U, 0), (bss.ValueSize, bss.InitialValue.Length));
    }

    [Fact]
    public void Subprograms_follow_the_program_that_uses_them_and_calls_reach_them()
    {
        // first (16) + each (8) + twice (8) + add (7) instructions: the callback, what it calls, and what that calls.
        ProgramSpec first = Program("first");
        Assert.Equal(4, Functions(first).Length);
        Assert.Equal(16 + 8 + 8 + 7, first.InstructionCount);
        uint[] starts = [.. Functions(first).Select(f => f.InstructionOffset)];
        Assert.Equal(0U, starts[0]);
        for (int i = 0; i < first.InstructionCount; i++)
        {
            BpfInstruction instruction = Instruction(first, i);
            if (instruction.IsSubprogramCall || instruction.IsFunctionReference)
                Assert.Contains((uint)(i + instruction.Immediate + 1), starts);
            if (instruction.IsLoadImmediate64)
                i++;
        }

        Assert.Single(Instructions(first), i => i.IsFunctionReference);
        // second uses twice only.
        Assert.Equal(16 + 8, Program("second").InstructionCount);
        Assert.Equal(2, Functions(Program("second")).Length);
    }

    [Fact]
    public void Maps_are_referred_to_by_name_and_data_by_offset()
    {
        Assert.Equal([new MapReference(4, "counters", MapReferenceKind.Map), new MapReference(17, ".bss", MapReferenceKind.Value)], Program("second").MapReferences.ToArray());
        ProgramSpec first = Program("first");
        Assert.Equal([".data", ".bss", ".rodata", ".bss"], first.MapReferences.Select(r => r.MapName));
        MapReference total = first.MapReferences[1], calls = first.MapReferences[3];
        Assert.Equal(0, Instruction(first, total.Instruction + 1).Immediate);
        Assert.Equal(8, Instruction(first, calls.Instruction + 1).Immediate);
    }

    [Fact]
    public void Lines_ascend_and_every_subprogram_starts_with_one()
    {
        CollectionSpec spec = BpfObjectReader.Read(s_image);
        foreach (ProgramSpec program in spec.Programs)
        {
            uint[] offsets = [.. Lines(program).Select(l => l.InstructionOffset)];
            Assert.Equal(offsets.Order().Distinct(), offsets);
            Assert.All(Functions(program), f => Assert.Contains(f.InstructionOffset, offsets));
            Assert.All(Lines(program), l => Assert.Equal("./sample.bpf.c", BtfBlob.StringAt(spec.Btf.Span, l.FileNameOffset)));
        }
    }

    [Fact]
    public void The_types_keep_their_ids_and_lose_what_the_kernel_refuses()
    {
        CollectionSpec spec = BpfObjectReader.Read(s_image);
        BtfFile btf = BtfFile.Parse(spec.Btf);
        Assert.DoesNotContain(btf.Types(), t => t.Kind is BtfKind.Var or BtfKind.DataSec or BtfKind.DeclTag);
        ProgramSpec first = spec.Programs[0];
        BtfType[] functions = [.. Functions(first).Select(f => btf.GetType((int)f.TypeId))];
        Assert.Equal("first", functions[0].Name);
        Assert.Equal(["add", "each", "twice"], functions.Skip(1).Select(f => f.Name).Order());
        Assert.All(functions, f => Assert.Equal(BtfKind.Func, f.Kind));
        Assert.All(functions.Skip(1), f => Assert.Equal(0, f.Linkage));
        Assert.Equal(1, functions[0].Linkage);
        Assert.DoesNotContain(btf.Types(BtfKind.Func), f => f.Parameters.Any(p => p.Name.Length == 0 && !p.Type.IsVoid));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4)]
    [InlineData(63)]
    [InlineData(200)]
    [InlineData(5000)]
    public void A_truncated_object_is_an_error(int length)
    {
        Assert.Throws<BpfException>(() => BpfObjectReader.Read(s_image.AsMemory(0, length)));
    }

    [Fact]
    public void An_object_of_another_machine_is_an_error()
    {
        byte[] image = [.. s_image];
        image[18] = 62; // EM_X86_64
        Assert.Contains("machine 62", Assert.Throws<BpfException>(() => BpfObjectReader.Read(image)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Mutated_objects_are_read_or_refused_and_never_crash()
    {
        var random = new Random(1);
        int refused = 0;
        for (int i = 0; i < 3000; i++)
        {
            byte[] image = [.. s_image];
            for (int n = random.Next(1, 8); n > 0; n--)
                image[random.Next(image.Length)] = (byte)random.Next(256);
            try
            {
                Assert.NotNull(BpfObjectReader.Read(image));
            }
            catch (BpfException)
            {
                refused++;
            }
        }

        Assert.InRange(refused, 1, 2999);
    }

    [Theory]
    [InlineData("kprobe.multi/x", BpfProgramType.BPF_PROG_TYPE_KPROBE, BpfAttachType.BPF_TRACE_KPROBE_MULTI, null, false)]
    [InlineData("kprobe.session/x", BpfProgramType.BPF_PROG_TYPE_KPROBE, BpfAttachType.BPF_TRACE_KPROBE_SESSION, null, false)]
    [InlineData("uprobe.multi.s/x", BpfProgramType.BPF_PROG_TYPE_KPROBE, BpfAttachType.BPF_TRACE_UPROBE_MULTI, null, true)]
    [InlineData("uretprobe/a:b", BpfProgramType.BPF_PROG_TYPE_KPROBE, BpfAttachType.None, null, false)]
    [InlineData("tracepoint/syscalls/sys_enter_open", BpfProgramType.BPF_PROG_TYPE_TRACEPOINT, BpfAttachType.None, null, false)]
    [InlineData("fentry/vfs_read", BpfProgramType.BPF_PROG_TYPE_TRACING, BpfAttachType.BPF_TRACE_FENTRY, "vfs_read", false)]
    [InlineData("fexit.s/mod:f", BpfProgramType.BPF_PROG_TYPE_TRACING, BpfAttachType.BPF_TRACE_FEXIT, "mod:f", true)]
    [InlineData("tp_btf/sched_switch", BpfProgramType.BPF_PROG_TYPE_TRACING, BpfAttachType.BPF_TRACE_RAW_TP, "sched_switch", false)]
    [InlineData("perf_event", BpfProgramType.BPF_PROG_TYPE_PERF_EVENT, BpfAttachType.None, null, false)]
    [InlineData("s_kprobe_vfs_read_1", BpfProgramType.BPF_PROG_TYPE_UNSPEC, BpfAttachType.None, null, false)]
    public void Section_names_tell_the_type(string section, BpfProgramType type, BpfAttachType attachType, string? target, bool sleepable)
    {
        ProgramSpec spec = BpfSectionNames.Apply(new ProgramSpec { Name = "p", SectionName = section, Code = default });
        Assert.Equal((type, attachType, target, sleepable), (spec.Type, spec.ExpectedAttachType, spec.AttachTarget, spec.IsSleepable));
    }
}
