using System.Buffers.Binary;
using System.Collections.Immutable;
using BpfTrace.Bpf;
using BpfTrace.KernelTests.Support;

namespace BpfTrace.KernelTests.Bpf;

/// <summary>Loads tests/BpfTrace.Tests/Bpf/Data/sample.bpf.o and runs what is in it.</summary>
[Collection(KernelCollection.Name)]
public sealed class ObjectTests
{
    private static readonly ImmutableArray<MapSpec> s_maps =
    [
        new MapSpec { Name = "counters", Type = BpfMapType.BPF_MAP_TYPE_ARRAY, KeySize = 4, ValueSize = 8, MaxEntries = 1 },
        new MapSpec { Name = "events", Type = BpfMapType.BPF_MAP_TYPE_HASH, KeySize = 4, ValueSize = 8, MaxEntries = 1 },
    ];

    private static CollectionSpec ReadSample()
    {
        using Stream stream = typeof(ObjectTests).Assembly.GetManifestResourceStream("sample.bpf.o")!;
        var image = new byte[stream.Length];
        stream.ReadExactly(image);
        return BpfObjectReader.Read(image, s_maps);
    }

    [RequiresRootFact]
    public void A_compiled_object_loads_and_its_programs_compute()
    {
        int before = OpenDescriptors.CountAtFirst();
        using (BpfCollection collection = BpfCollection.Load(ReadSample()))
        {
            // start 100; four callbacks add 2 * i + step (3): 0 + 2 + 4 + 6 + 12.
            Assert.Equal(124U, collection.GetProgram("first").TestRun());
            Assert.Equal(42U, collection.GetProgram("second").TestRun());
            Assert.Equal(84U, collection.GetProgram("second").TestRun());
            byte[] bss = new byte[16];
            Assert.True(collection.GetMap(".bss").TryLookup(new byte[4], bss));
            Assert.Equal(124UL, BinaryPrimitives.ReadUInt64LittleEndian(bss)); // total
            Assert.Equal(6UL, BinaryPrimitives.ReadUInt64LittleEndian(bss.AsSpan(8))); // calls
            Assert.Equal(["first", "second", "third"], collection.Programs.Select(p => p.Name));
        }

        Assert.Equal(before, OpenDescriptors.Count());
    }

    [RequiresRootFact]
    public void Initial_values_can_be_replaced_before_loading()
    {
        CollectionSpec spec = ReadSample();
        spec = spec with
        {
            Maps = [.. spec.Maps.Select(map => map.Name switch
            {
                ".data" => map with { InitialValue = BitConverter.GetBytes(1000L) },
                ".rodata" => map with { InitialValue = BitConverter.GetBytes(0L) },
                _ => map,
            })],
        };
        using BpfCollection collection = BpfCollection.Load(spec);
        Assert.Equal(1012U, collection.GetProgram("first").TestRun());
    }

    [RequiresRootFact]
    public void A_refused_instruction_has_its_place_in_the_source()
    {
        CollectionSpec spec = ReadSample();
        ProgramSpec second = spec.Programs.Single(p => p.Name == "second");
        // Without its null check the line that adds to the value is refused. (Not for an array: newer verifiers know that its
        // elements are always there.)
        byte[] code = second.Code.ToArray();
        int check = Enumerable.Range(0, second.InstructionCount).First(i => BpfInstruction.Read(code.AsSpan(i * 8)).Opcode == 0x15);
        BpfAssembler.MovImm(BpfAssembler.R8, 0).Write(code.AsSpan(check * 8));
        ProgramSpec broken = second with { Code = code };
        ImmutableArray<MapSpec> maps = [.. spec.Maps.Select(map => map.Name == "counters" ? map with { Type = BpfMapType.BPF_MAP_TYPE_HASH } : map)];
        VerifierException error = Assert.Throws<VerifierException>(() => BpfCollection.Load(spec with { Programs = [broken], Maps = maps }));
        Assert.Contains("map_value_or_null", error.Message, StringComparison.Ordinal);
        Assert.NotNull(error.Position);
        Assert.EndsWith("sample.bpf.c", error.Position.File, StringComparison.Ordinal);
        Assert.Equal(51, error.Position.Line);
        Assert.Contains(error.Log, line => line.Contains("*value += twice(21);", StringComparison.Ordinal));
    }
}
