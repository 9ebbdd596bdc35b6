using BpfTrace.Bpf;
using BpfTrace.KernelTests.Support;
using static BpfTrace.Bpf.BpfAssembler;

namespace BpfTrace.KernelTests.Bpf;

[Collection(KernelCollection.Name)]
public sealed class ProgramTests
{
    private const BpfProgramType RawTracepoint = BpfProgramType.BPF_PROG_TYPE_RAW_TRACEPOINT;

    private static BpfCollection Load(ProgramSpec program, LoadOptions? options = null, params MapSpec[] maps) =>
        BpfCollection.Load(new CollectionSpec { Programs = [program], Maps = [.. maps] }, options);

    [RequiresRootFact]
    public void A_program_runs_and_returns_its_value()
    {
        using BpfCollection collection = Load(Program("answer", RawTracepoint, [MovImm(R0, 42), Exit()]));
        Assert.Equal(42U, collection.GetProgram("answer").TestRun());
    }

    [RequiresRootFact]
    public void A_program_sees_its_context()
    {
        using BpfCollection collection = Load(Program("context", RawTracepoint, [Load64(R0, R1, 8), Exit()]));
        byte[] context = new byte[16];
        BitConverter.TryWriteBytes(context.AsSpan(8), 1234L);
        Assert.Equal(1234U, collection.Programs[0].TestRun(context));
        Assert.Equal("EINVAL", Assert.Throws<BpfException>(() => collection.Programs[0].TestRun(context.AsSpan(0, 8))).ErrnoName);
    }

    [RequiresRootFact]
    public void A_program_runs_on_the_cpu_it_is_told_to()
    {
        using BpfCollection collection = Load(Program("cpu", RawTracepoint, [Call(BpfHelper.get_smp_processor_id), Exit()]));
        foreach (int cpu in Cpus.GetOnline())
            Assert.Equal((uint)cpu, collection.Programs[0].TestRun(cpu: cpu));
        Assert.Equal("ENXIO", Assert.Throws<BpfException>(() => collection.Programs[0].TestRun(cpu: 100_000)).ErrnoName);
    }

    [RequiresRootFact]
    public void Per_cpu_counts_add_up()
    {
        var map = new MapSpec { Name = "counts", Type = BpfMapType.BPF_MAP_TYPE_PERCPU_ARRAY, KeySize = 4, ValueSize = 8, MaxEntries = 1 };
        ProgramSpec program = Program(
            "count",
            RawTracepoint,
            [
                Store32Imm(R10, -4, 0), Mov(R2, R10), AddImm(R2, -4), LoadMap(R1), LoadMapEnd(), Call(BpfHelper.map_lookup_elem),
                JumpIfEqual(R0, 0, 3), Load64(R1, R0, 0), AddImm(R1, 1), Store64(R0, 0, R1), MovImm(R0, 0), Exit(),
            ],
            "counts");
        using BpfCollection collection = Load(program, null, map);
        int runs = 0;
        foreach (int cpu in Cpus.GetOnline())
        {
            for (int i = 0; i <= cpu + 10; i++, runs++)
                collection.Programs[0].TestRun(cpu: cpu);
        }

        byte[] values = new byte[collection.GetMap("counts").ValueBufferSize];
        Assert.True(collection.GetMap("counts").TryLookup([0, 0, 0, 0], values));
        ulong sum = 0;
        for (int cpu = 0; cpu < Cpus.Possible.Length; cpu++)
            sum += BitConverter.ToUInt64(values, cpu * 8);
        Assert.Equal((ulong)runs, sum);
        Assert.Equal(11UL, BitConverter.ToUInt64(values, 0));
    }

    [RequiresRootFact]
    public void The_verifiers_verdict_is_in_the_message_and_the_log_is_whole()
    {
        int before = OpenDescriptors.CountAtFirst();
        var maps = new MapSpec { Name = "unused", Type = BpfMapType.BPF_MAP_TYPE_ARRAY, KeySize = 4, ValueSize = 8, MaxEntries = 1 };
        VerifierException error = Assert.Throws<VerifierException>(() => Load(
            Program("bad_program", RawTracepoint, [MovImm(R2, 1), MovImm(R3, 2), Load64(R0, R3, 0), Exit()]), null, maps));
        Assert.Equal("bad_program", error.ProgramName);
        Assert.Equal("EACCES", error.ErrnoName);
        Assert.Contains("R3 invalid mem access 'scalar'", error.Message, StringComparison.Ordinal);
        Assert.Contains("omitted)", error.Message, StringComparison.Ordinal);
        Assert.Equal(2, error.FailingInstruction);
        Assert.Contains(error.Log, line => line.StartsWith("processed ", StringComparison.Ordinal));
        Assert.False(error.IsLogTruncated);
        Assert.Equal(before, OpenDescriptors.Count());
    }

    [RequiresRootFact]
    public void A_long_log_makes_the_buffer_grow()
    {
        var code = new List<BpfInstruction>();
        for (int i = 0; i < 4000; i++)
            code.Add(MovImm((byte)(i % 6), i));
        code.Add(Load64(R0, R9, 0));
        code.Add(Exit());
        VerifierException error = Assert.Throws<VerifierException>(() => Load(Program("long", RawTracepoint, [.. code]), new LoadOptions { LogLevel = 1 }));
        Assert.True(error.Log.Sum(line => line.Length) > 70_000);
        Assert.Contains("R9 !read_ok", error.Message, StringComparison.Ordinal);
        Assert.Equal(4000, error.FailingInstruction);
    }

    [RequiresRootFact]
    public void A_log_beyond_the_limit_is_marked_and_the_errno_stays()
    {
        var code = new List<BpfInstruction>();
        for (int i = 0; i < 20_000; i++)
            code.Add(MovImm((byte)(i % 6), i));
        code.Add(Load64(R0, R9, 0));
        code.Add(Exit());
        VerifierException error = Assert.Throws<VerifierException>(() =>
            Load(Program("long", RawTracepoint, [.. code]), new LoadOptions { MaxLogSize = 64 << 10 }));
        Assert.True(error.IsLogTruncated);
        Assert.Equal("EACCES", error.ErrnoName);
    }

    [RequiresRootFact]
    public void A_log_can_be_had_of_a_good_program()
    {
        using BpfCollection collection = Load(
            Program("good", RawTracepoint, [MovImm(R0, 7), Exit()]), new LoadOptions { LogLevel = 2 });
        Assert.Contains("r0 = 7", collection.Programs[0].VerifierLog, StringComparison.Ordinal);
    }

    [RequiresRootFact]
    public void A_program_without_a_type_says_why_without_a_verifier_log()
    {
        BpfException error = Assert.Throws<BpfException>(() => Load(Program("typeless", (BpfProgramType)9999, [MovImm(R0, 0), Exit()])));
        Assert.Contains("typeless", error.Message, StringComparison.Ordinal);
        Assert.Equal("EINVAL", error.ErrnoName);
    }

    [RequiresRootFact]
    public void A_missing_map_and_two_of_one_name_are_errors()
    {
        ProgramSpec program = Program("maps", RawTracepoint, [LoadMap(R1), LoadMapEnd(), MovImm(R0, 0), Exit()], "nowhere");
        Assert.Contains("'nowhere'", Assert.Throws<BpfException>(() => Load(program)).Message, StringComparison.Ordinal);
        var map = new MapSpec { Name = "twice", Type = BpfMapType.BPF_MAP_TYPE_ARRAY, KeySize = 4, ValueSize = 8, MaxEntries = 1 };
        Assert.Contains("'twice'", Assert.Throws<BpfException>(() => Load(program, null, map, map)).Message, StringComparison.Ordinal);
    }

    [RequiresRootFact]
    public void Programs_left_out_are_loaded_later_several_times()
    {
        ProgramSpec spec = Program("body", RawTracepoint, [MovImm(R0, 5), Exit()]);
        using BpfCollection collection = Load(spec, new LoadOptions { ProgramFilter = _ => false });
        Assert.Empty(collection.Programs);
        BpfProgram one = collection.LoadProgram(spec, new ProgramOverrides { Name = "one" });
        BpfProgram two = collection.LoadProgram(spec, new ProgramOverrides { Name = "two", Type = BpfProgramType.BPF_PROG_TYPE_TRACEPOINT });
        Assert.Equal(["one", "two"], collection.Programs.Select(p => p.GetInfo().Name));
        Assert.NotEqual(one.GetInfo().Id, two.GetInfo().Id);
        Assert.Equal(5U, one.TestRun());
    }

    [RequiresRootFact]
    public void Runs_are_counted_while_statistics_are_on()
    {
        using BpfCollection collection = Load(Program("counted", RawTracepoint, [MovImm(R0, 0), Exit()]));
        BpfProgram program = collection.Programs[0];
        using (BpfStatistics.Enable())
        {
            for (int i = 0; i < 5; i++)
                program.TestRun();
        }

        BpfProgramInfo info = program.GetInfo();
        Assert.Equal("counted", info.Name);
        Assert.Equal(2U, info.VerifiedInstructions);
        Assert.True(info.TranslatedSize >= 16);
        Assert.Equal(5UL, info.RunCount);
    }

    [RequiresRootFact]
    public void Everything_closes_with_the_collection()
    {
        int before = OpenDescriptors.CountAtFirst();
        var map = new MapSpec { Name = "m", Type = BpfMapType.BPF_MAP_TYPE_HASH, KeySize = 4, ValueSize = 8, MaxEntries = 1 };
        BpfCollection collection = Load(Program("p", RawTracepoint, [MovImm(R0, 0), Exit()]), null, map);
        Assert.Equal(before + 2, OpenDescriptors.Count());
        collection.Dispose();
        Assert.Equal(before, OpenDescriptors.Count());
        Assert.Throws<ObjectDisposedException>(() => collection.LoadProgram(Program("late", RawTracepoint, [MovImm(R0, 0), Exit()])));
        Assert.Equal(before, OpenDescriptors.Count());
    }
}
