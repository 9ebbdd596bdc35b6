using System.Globalization;
using System.Text;
using BpfTrace.Bpf.Proc;
using BpfTrace.Bpf.Tracefs;

namespace BpfTrace.Tests.Bpf;

public sealed class TracefsTests : IDisposable
{
    private const string Format = """
        name: sys_enter_openat
        ID: 703
        format:
        	field:unsigned short common_type;	offset:0;	size:2;	signed:0;
        	field:int common_pid;	offset:4;	size:4;	signed:1;

        	field:int __syscall_nr;	offset:8;	size:4;	signed:1;
        	field:const char * filename;	offset:16;	size:8;	signed:0;
        	field:char prev_comm[16];	offset:24;	size:16;	signed:0;
        	field:char comm[TASK_COMM_LEN];	offset:40;	size:16;	signed:0;
        	field:__data_loc char[] name;	offset:56;	size:4;	signed:1;
        	field:__rel_loc u8[] mac;	offset:60;	size:4;	signed:0;
        	field:unsigned long args[6];	offset:64;	size:48;	signed:0;

        print fmt: "%s", ((char *)REC->filename)
        """;

    private readonly string _directory = Directory.CreateTempSubdirectory("bpft-tracefs").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void A_format_is_read_field_by_field()
    {
        TracepointFormat format = TracepointFormat.Parse("syscalls", Format);

        Assert.Equal(("syscalls", "sys_enter_openat", 703, "\"%s\", ((char *)REC->filename)"), (format.Category, format.Name, format.Id, format.PrintFormat));
        Assert.Equal(
            [
                ("unsigned short", "common_type", 0, 2, false),
                ("int", "common_pid", 4, 4, true),
                ("int", "__syscall_nr", 8, 4, true),
                ("const char *", "filename", 16, 8, false),
                ("char[16]", "prev_comm", 24, 16, false),
                ("char[16]", "comm", 40, 16, false),
                ("__data_loc char[]", "name", 56, 4, true),
                ("__rel_loc u8[]", "mac", 60, 4, false),
                ("unsigned long[6]", "args", 64, 48, false),
            ],
            format.Fields.Select(f => (f.TypeText, f.Name, f.Offset, f.Size, f.IsSigned)));
        Assert.Equal([true, true, false, false, false, false, false, false, false], format.Fields.Select(f => f.IsCommon));

        TracepointField name = format.Find("name")!;
        Assert.Equal((true, false, true, "char", 0, "__data_loc char[] name"), (name.IsDataLoc, name.IsRelLoc, name.IsArray, name.ElementType, name.Length, name.Declaration));
        TracepointField comm = format.Find("comm")!;
        Assert.Equal((false, true, "char", 16, "char comm[TASK_COMM_LEN]"), (comm.IsDataLoc, comm.IsArray, comm.ElementType, comm.Length, comm.Declaration));
        Assert.Equal((true, "u8"), (format.Find("mac")!.IsRelLoc, format.Find("mac")!.ElementType));
        Assert.Equal((false, "const char *"), (format.Find("filename")!.IsArray, format.Find("filename")!.ElementType));
        Assert.Null(format.Find("nothing"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("name: x\n")]
    [InlineData("name: x\nID: many\n")]
    [InlineData("name: x\nID: 1\n\tfield:int a;\toffset:0;\n")]
    [InlineData("name: x\nID: 1\n\tfield:int a;\toffset:-4;\tsize:4;\n")]
    public void A_format_of_another_form_is_refused(string text)
        => Assert.Throws<FormatException>(() => TracepointFormat.Parse("c", text));

    [Fact]
    public void Events_are_listed_sorted_and_read()
    {
        Directory.CreateDirectory(_directory + "/events/syscalls/sys_enter_openat");
        Directory.CreateDirectory(_directory + "/events/sched/sched_switch");
        Directory.CreateDirectory(_directory + "/events/sched/sched_wakeup");
        File.WriteAllText(_directory + "/events/syscalls/sys_enter_openat/id", "703\n");
        File.WriteAllText(_directory + "/events/syscalls/sys_enter_openat/format", Format);
        File.WriteAllText(_directory + "/events/enable", "X\n");
        File.WriteAllText(_directory + "/available_events", "syscalls:sys_enter_openat\nsched:sched_wakeup\nsched:sched_switch\n");
        using TraceFs tracefs = TraceFs.At(_directory);

        Assert.True(tracefs.IsAvailable);
        Assert.Equal(["sched", "syscalls"], tracefs.Categories());
        Assert.Equal(["sched_switch", "sched_wakeup"], tracefs.Events("sched"));
        Assert.Empty(tracefs.Events("none"));
        Assert.Empty(tracefs.Events(".."));
        Assert.Equal([("sched", "sched_switch"), ("sched", "sched_wakeup"), ("syscalls", "sys_enter_openat")], tracefs.AllEvents());
        Assert.Equal(703, tracefs.FindEventId("syscalls", "sys_enter_openat"));
        Assert.Null(tracefs.FindEventId("syscalls", "sys_enter_none"));
        Assert.Null(tracefs.FindEventId("..", "x"));
        Assert.Equal(9, tracefs.FindFormat("syscalls", "sys_enter_openat")!.Fields.Length);
        Assert.Null(tracefs.FindFormat("sched", "sched_switch"));
        Assert.Throws<TracefsException>(() => tracefs.Read("no_such_file"));
    }

    [Fact]
    public void Absence_is_told_with_what_to_do()
    {
        using TraceFs tracefs = TraceFs.At(_directory);

        Assert.Equal((TracefsState.NotMounted, false), (tracefs.State, tracefs.IsAvailable));
        Assert.Equal(TracefsState.NotMounted, Assert.Throws<TracefsException>(() => tracefs.Categories()).State);
        Assert.Contains(_directory, tracefs.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void The_running_kernels_events()
    {
        using TraceFs tracefs = TraceFs.Open();
        if (!tracefs.IsAvailable)
        {
            Assert.NotEmpty(tracefs.Reason!);
            return;
        }

        Assert.Contains("sched", tracefs.Categories());
        TracepointFormat format = tracefs.FindFormat("sched", "sched_switch")!;
        Assert.Equal(tracefs.FindEventId("sched", "sched_switch"), format.Id);
        Assert.Equal("char[16]", format.Find("prev_comm")!.TypeText);
        Assert.True(tracefs.AllEvents().Count > 100);
        foreach ((string category, string name) in tracefs.AllEvents().Take(300))
        {
            foreach (TracepointField field in tracefs.FindFormat(category, name)?.Fields ?? [])
                Assert.Matches("^[A-Za-z_][A-Za-z0-9_]*$", field.Name);
        }
    }

    [Fact]
    public void Traceable_functions_leave_out_what_must_not_be_traced()
    {
        TraceableFunctions functions = TraceableFunctions.Parse(
            "vfs_read\nvfs_write\nrcu_read_lock\narch_cpu_idle\n__ftrace_invalid_address___12\n__traceiter_sched_switch\n__probestub_sched_switch\nmod_open [amod]\nmod_open2 [amod]\n");

        Assert.Equal((TraceableFunctionSource.FilterFunctions, 6), (functions.Source, functions.Count));
        Assert.Equal(["amod", "vmlinux"], functions.Modules);
        Assert.Equal(["mod_open", "mod_open2"], functions.Functions("amod").Order());
        Assert.True(functions.Contains("vfs_read"));
        Assert.True(functions.Contains("mod_open", "amod"));
        Assert.False(functions.Contains("mod_open", "vmlinux"));
        Assert.False(functions.Contains("rcu_read_lock"));
        Assert.Equal([("vmlinux", "sched_switch")], functions.RawTracepoints());
    }

    [Fact]
    public void Functions_of_several_modules_are_found_by_pattern_in_the_order_of_module_and_name()
    {
        TraceableFunctions functions = TraceableFunctions.Parse(
            "vfs_write\nvfs_read\nvfs_read.part.0\nvfs_readv\nclean [zfs]\nvfs_read [zfs]\nvfs_read [ext4]\nvfs_read [ext4]\n");

        Assert.Equal(6, functions.Count);
        Assert.Equal([("ext4", "vfs_read"), ("vmlinux", "vfs_read"), ("vmlinux", "vfs_readv"), ("zfs", "vfs_read")], functions.Match(null, "vfs_r*"));
        Assert.Equal([("vmlinux", "vfs_read"), ("vmlinux", "vfs_readv")], functions.Match("vm*", "*read*"));
        Assert.Equal([("ext4", "vfs_read"), ("vmlinux", "vfs_read"), ("zfs", "vfs_read")], functions.Match(null, "vfs_read"));
        Assert.Equal([("zfs", "clean")], functions.Match(null, "clea*"));
        Assert.Empty(functions.Match("nfs", "*"));

        // A compiler's partial copy is not listed, but whoever names it finds it.
        Assert.Equal([("vmlinux", "vfs_read.part.0")], functions.Match(null, "vfs_read.part.0"));
        Assert.DoesNotContain("vfs_read.part.0", functions.Functions("vmlinux"));

        FunctionTable table = functions.Table;
        Assert.Equal(
            "clean:zfs vfs_read:ext4 vfs_read:vmlinux vfs_read:zfs vfs_readv:vmlinux vfs_write:vmlinux",
            string.Join(' ', Enumerable.Range(0, table.Count).Select(e => $"{table.Name(e)}:{table.Module(e)}")));
        Assert.Equal([2, 3], Enumerable.Range(0, table.Count).Where(table.IsRepeated));
    }

    [Fact]
    public void Names_are_sorted_by_their_bytes_and_what_is_left_out_stays_out()
    {
        // Long common beginnings, names that begin others, equal names in two modules.
        var random = new Random(7);
        string[] beginnings = ["", "_", "__", "__x64_sys_", "perf_trace_", "trace_event_raw_event_"];
        List<(string Name, string Module)> all = [];
        for (int i = 0; i < 3000; i++)
            all.Add((beginnings[random.Next(beginnings.Length)] + random.Next(0, 900).ToString(CultureInfo.InvariantCulture), random.Next(3) == 0 ? "m" : "vmlinux"));
        var functions = new FunctionTable.Builder();
        foreach ((string name, string module) in all)
            functions.Add(Encoding.UTF8.GetBytes(name), functions.Module(module));
        var without = new FunctionTable.Builder();
        foreach ((string name, string module) in all.Take(200))
            without.Add(Encoding.UTF8.GetBytes(name), without.Module(module));

        FunctionTable table = functions.Build(without);

        IEnumerable<string> expected = all.Distinct().Except(all.Take(200)).OrderBy(f => f.Name, StringComparer.Ordinal).ThenBy(f => f.Module, StringComparer.Ordinal)
            .Select(f => $"{f.Name} {f.Module}");
        Assert.Equal(expected, Enumerable.Range(0, table.Count).Select(e => $"{table.Name(e)} {table.Module(e)}"));
        Assert.Equal(table.Count, table.EntriesOf(0).Length + table.EntriesOf(1).Length);
    }

    [Fact]
    public void Modules_are_told_from_others_of_their_names_by_size_and_address()
    {
        string[] modules = LoadedModules.Parse(
            "nf_nat 61440 2 nft_chain_nat,xt_MASQUERADE, Live 0xffffffffc0a00000\nzfs 12 1 - Live 0xffffffffc0b00000 (POE)\n");
        Assert.Equal(["nf_nat 61440 0xffffffffc0a00000", "zfs 12 0xffffffffc0b00000"], modules);
        Assert.Equal("zfs", LoadedModules.NameOf(modules[1]));
    }

    [Fact]
    public void Without_the_filter_file_the_symbols_stand_in_and_the_reason_says_so()
    {
        string kallsyms = _directory + "/kallsyms";
        File.WriteAllText(kallsyms, "ffffffff81000000 T vfs_read\nffffffff81000010 t x.cold\nffffffff81000020 D data\nffffffff81000030 t y.part.0\nffffffff81000040 t m\t[mod]\nffffffff81000050 t p\t[bpf]\n");
        using TraceFs none = TraceFs.At(_directory);

        TraceableFunctions functions = TraceableFunctions.Load(none, null, kallsyms);

        Assert.Equal(TraceableFunctionSource.KernelSymbols, functions.Source);
        Assert.Equal(none.Reason, functions.Reason);
        Assert.Equal(["vfs_read"], functions.Functions("vmlinux"));
        Assert.Equal(["mod", "vmlinux"], functions.Modules);

        TraceableFunctions nothing = TraceableFunctions.Load(none, null, _directory + "/missing");
        Assert.Equal((TraceableFunctionSource.None, 0), (nothing.Source, nothing.Count));
        Assert.Contains("missing", nothing.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Boot_clock_and_time_of_day()
    {
        DateTimeOffset before = DateTimeOffset.UtcNow.AddSeconds(-1);
        long offset = BootClock.OffsetToUnixNanoseconds();
        DateTimeOffset now = BootClock.ToTimeOfDay(BootClock.Nanoseconds, offset);

        Assert.InRange(now, before, DateTimeOffset.UtcNow.AddSeconds(1));
        long monotonic = BootClock.MonotonicNanoseconds;
        Assert.True(BootClock.Nanoseconds >= monotonic);
        Assert.Equal(DateTimeOffset.UnixEpoch.AddSeconds(3), BootClock.ToTimeOfDay(1_000_000_000, 2_000_000_000));
    }
}
