using System.Buffers.Binary;
using System.Text;
using BpfTrace.Bpf;
using BpfTrace.Bpf.Proc;
using BpfTrace.Bpf.Symbols;

namespace BpfTrace.Tests.Bpf;

/// <summary>Records of perf's side band, as include/uapi/linux/perf_event.h lays them out; and what mappings make of them.</summary>
public class ProcessEventsTests
{
    private static byte[] Record(uint type, ushort misc, params byte[][] parts)
    {
        byte[] body = [.. parts.SelectMany(static p => p)];
        byte[] record = new byte[8 + body.Length];
        BinaryPrimitives.WriteUInt32LittleEndian(record, type);
        BinaryPrimitives.WriteUInt16LittleEndian(record.AsSpan(4), misc);
        BinaryPrimitives.WriteUInt16LittleEndian(record.AsSpan(6), (ushort)record.Length);
        body.CopyTo(record, 8);
        return record;
    }

    private static byte[] U32(uint value) => BitConverter.GetBytes(value);

    private static byte[] U64(ulong value) => BitConverter.GetBytes(value);

    private static byte[] Name(string name) => [.. Encoding.UTF8.GetBytes(name), .. new byte[8 - (Encoding.UTF8.GetByteCount(name) % 8)]];

    private static byte[] Mapped(uint pid, string name, uint prot, ulong time) => Record(
        10, 2, U32(pid), U32(pid), U64(0x7f0000001000), U64(0x2000), U64(0x3000), U32(8), U32(17), U64(1234), U64(1), U32(prot), U32(2), Name(name), U64(time));

    // No process has such a pid: the kernel's limit is 1 << 22.
    private const int Nobody = int.MaxValue;

    private static ProcessEvent Maps(ulong time, int pid, ulong start, string path) =>
        new(ProcessEventKind.Map, time, pid, 0, new ProcessMapping(start, start + 0x1000, true, false, 0, 1, 1, path, false));

    [Fact]
    public void A_start_that_is_told_late_does_not_undo_what_the_process_did_since()
    {
        using var symbolizer = new UserSymbolizer();
        symbolizer.Follow([new ProcessEvent(ProcessEventKind.Exec, 10, Nobody), Maps(11, Nobody, 0x1000, "/nowhere/late")]);
        symbolizer.Follow([new ProcessEvent(ProcessEventKind.Fork, 9, Nobody, Environment.ProcessId), Maps(12, Nobody, 0x2000, "/nowhere/later")]);
        Assert.Equal("/nowhere/late", symbolizer.Resolve(Nobody, 0x1010).Module);
        Assert.Equal("/nowhere/later", symbolizer.Resolve(Nobody, 0x2010).Module);
        Assert.Equal(default, symbolizer.Resolve(Nobody, ProcessMaps.Read(Environment.ProcessId).Mappings.First(static m => m.IsExecutable).Start));

        // The pid comes round.
        symbolizer.Follow([new ProcessEvent(ProcessEventKind.Fork, 20, Nobody, Environment.ProcessId)]);
        Assert.NotEqual(default, symbolizer.Resolve(Nobody, ProcessMaps.Read(Environment.ProcessId).Mappings.First(static m => m.IsExecutable).Start));
    }

    [Fact]
    public void A_file_that_cannot_be_asked_for_its_time_has_no_symbols()
    {
        string folder = Directory.CreateTempSubdirectory("bpftrace-loop-").FullName;
        try
        {
            File.CreateSymbolicLink(folder + "/loop", "loop");
            Assert.Throws<IOException>(() => File.GetLastWriteTimeUtc(folder + "/loop/lib.so"));
            var mapping = new ProcessMapping(0x1000, 0x2000, true, false, 0, 1, 1, folder + "/loop/lib.so", false);
            Assert.Same(UserModule.None, new UserModuleCache(demangle: false).Get(Environment.ProcessId, mapping, [""]));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void Paths_of_a_changed_root_begin_there()
    {
        ProcessMaps maps = ProcessMaps.Parse("1000-2000 r-xp 0 08:01 1 /tmp/r/bin/s\n3000-4000 r-xp 0 08:01 2 /tmp/rest/s\n5000-6000 r-xp 0 00:00 0 [vdso]\n").Below("/tmp/r");
        Assert.Equal(["/bin/s", "/tmp/rest/s", "[vdso]"], maps.Mappings.Select(static m => m.Path));
    }

    [Fact]
    public void Records_are_read()
    {
        List<ProcessEvent> found = [];
        ProcessEvents.Parse(
            [
                .. Record(7, 0, U32(20), U32(10), U32(20), U32(10), U64(1), U64(1)), // a process
                .. Record(7, 0, U32(20), U32(20), U32(21), U32(20), U64(2), U64(2)), // a thread
                .. Record(3, 1 << 13, U32(20), U32(20), Name("sleep"), U64(3)), // exec
                .. Record(3, 0, U32(20), U32(20), Name("other"), U64(4)), // a new name only
                .. Mapped(20, "/usr/lib/libc.so.6", 5, 5),
                .. Mapped(20, "/tmp/gone (deleted)", 7, 6),
                .. Mapped(20, "/usr/lib/data", 1, 7),
                .. Record(4, 0, U32(20), U32(10), U32(20), U32(10), U64(8), U64(8)), // its end
                .. Record(2, 0, U64(1), U64(55), U64(9)), // lost
                .. Record(10, 0, U32(uint.MaxValue), U32(uint.MaxValue), U64(0)), // of another pid namespace, and cut short
            ],
            found);

        Assert.Equal(
            [
                new ProcessEvent(ProcessEventKind.Fork, 1, 20, 10),
                new ProcessEvent(ProcessEventKind.Exec, 3, 20),
                new ProcessEvent(ProcessEventKind.Map, 5, 20, 0, new ProcessMapping(0x7f0000001000, 0x7f0000003000, true, false, 0x3000, 8 << 20 | 17, 1234, "/usr/lib/libc.so.6", false)),
                new ProcessEvent(ProcessEventKind.Map, 6, 20, 0, new ProcessMapping(0x7f0000001000, 0x7f0000003000, true, true, 0x3000, 8 << 20 | 17, 1234, "/tmp/gone", true)),
                new ProcessEvent(ProcessEventKind.Lost, 9, 0),
            ],
            found);
    }

    [Fact]
    public void Damaged_records_end_the_reading()
    {
        List<ProcessEvent> found = [];
        byte[] record = Mapped(20, "/usr/lib/libc.so.6", 5, 5);
        for (int length = 0; length < record.Length; length++)
            ProcessEvents.Parse(record.AsSpan(0, length), found);
        ProcessEvents.Parse(Record(10, 2, []).AsSpan(0, 8), found);
        Assert.Empty(found);
    }

    [Fact]
    public void A_new_mapping_takes_the_place_of_what_it_covers()
    {
        static ProcessMapping At(ulong start, ulong end, string path, ulong offset = 0) => new(start, end, true, false, offset, 1, 1, path, false);
        ProcessMaps maps = ProcessMaps.Empty.With([At(0x1000, 0x9000, "/a", 0x100), At(0xa000, 0xb000, "/b")]);

        ProcessMaps cut = maps.With([At(0x3000, 0x4000, "/c")]);
        Assert.Equal([At(0x1000, 0x3000, "/a", 0x100), At(0x3000, 0x4000, "/c"), At(0x4000, 0x9000, "/a", 0x3100), At(0xa000, 0xb000, "/b")], cut.Mappings);

        ProcessMaps covered = cut.With([At(0x2000, 0xa800, "/d"), At(0, 0x1000, "/first"), At(0xc000, 0xd000, "/last")]);
        Assert.Equal(["/first", "/a", "/d", "/b", "/last"], covered.Mappings.Select(static m => m.Path));
        Assert.Equal((0x1000UL, 0x2000UL), (covered.Mappings[1].Start, covered.Mappings[1].End));
        Assert.Equal((0xa800UL, 0x800UL), (covered.Mappings[3].Start, covered.Mappings[3].Offset));
        Assert.Equal("/d", covered.Find(0x5000)!.Path);

        Assert.Equal(["/e"], maps.With([At(0, 0x10000, "/e")]).Mappings.Select(static m => m.Path));
    }

    [Fact]
    public void Mappings_that_nobody_unmaps_do_not_pile_up()
    {
        UserProcess process = UserProcess.Executing(Environment.ProcessId, 0, null);
        for (ulong i = 1; i <= 50_000; i++)
            process.Add(new ProcessMapping(i << 16, (i << 16) + 0x1000, true, true, 0, 0, 0, "//anon", false));
        Assert.InRange(process.Maps.Mappings.Count, 1, 10_000);
        Assert.NotNull(process.Maps.Find(50_000UL << 16));
        Assert.Contains(process.Maps.Mappings, static m => m.Path.Contains("/libc", StringComparison.Ordinal)); // what was read meanwhile
    }
}
