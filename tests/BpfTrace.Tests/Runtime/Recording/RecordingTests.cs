using System.Collections;
using System.Diagnostics;
using System.Reflection;
using System.Text;
using BpfTrace.Decoding;
using BpfTrace.Language.Binding;
using BpfTrace.Language.Diagnostics;
using BpfTrace.Language.Symbols;
using BpfTrace.Language.Text;
using BpfTrace.Recording;

namespace BpfTrace.Tests.Runtime.Recording;

/// <summary>What is recorded comes back the same; what is no recording, or a damaged one, says so.</summary>
public sealed partial class RecordingTests
{
    private static readonly RecordingInfo s_info = new() { Name = "opens", Script = "begin { }", Probes = ["begin"], Maps = ["@m"], EventSiteCount = 2 };

    [Fact]
    public void Events_of_any_shape_come_back_as_they_were()
    {
        var random = new Random(6);
        for (int round = 0; round < 150; round++)
        {
            OutputSite site = RandomSite(random);
            EventDecoder decoder = Decoder(site);
            TraceRecord[] live = [.. Enumerable.Range(0, 4).Select(_ => new EventRecord(Records.Event(decoder, RandomRecord(random, site))))];
            List<TraceRecord> back = Read(Record(live));
            Assert.Equal(live.Length, back.Count);
            for (int i = 0; i < live.Length; i++)
                AssertSame(((EventRecord)live[i]).Event, ((EventRecord)back[i]).Event);
            // One type for all events of a site, as when it was live.
            Assert.Single(back.Select(r => ((EventRecord)r).Event.GetType()).Distinct());
        }
    }

    [Fact]
    public void Every_kind_of_record_comes_back_as_it_was()
    {
        var script = new SourceText("begin { warnf(\"x\"); }", "x.bt") { IsFile = true };
        var place = new TextLocation(script, new TextSpan(8, 5));
        var stack = new StackTrace(
            [new StackFrame(0x401000, "main", 4, "/bin/x") { IsInlined = true, SourceFile = "x.c", SourceLine = 7 }, new StackFrame(0, null, 16) { BuildId = "ab12" }, new StackFrame(StackFrame.UnwindFailure)],
            StackMode.Perf,
            isUser: true);
        TraceRecord[] live =
        [
            new AttachedRecord(3),
            new EventRecord(new TextEvent("12:00:00\n") { ProbeName = "interval:s:1", CpuId = 2, BootTimeNanoseconds = 77, Timestamp = DateTime.Now }),
            new MapRecord(
            [
                new MapEntry("@", null, 5L),
                new MapEntry("@h", "a\udc80\u001b", new Histogram([new HistogramBucket(null, 0, 1, "(..., 0)"), new HistogramBucket(4096, null, 2, "[4K, ...)")])),
                new MapEntry("@s", new object?[] { 1L, stack, null }, new Stats(2, 3ul, 6ul)),
                new MapEntry("@t", stack, new TimeSeries([new TimeSeriesPoint(1_700_000_000_000_000_000, 4L), new TimeSeriesPoint(1_700_000_001_000_000_000, null)])),
            ]),
            new WarningRecord(new Diagnostic("ScriptWarning", DiagnosticSeverity.Warning, "full", place)
            {
                Display = DiagnosticDisplay.PlaceOnly,
                IsLack = true,
                Hints = ["make it larger"],
                Details = ["; line 1"],
                Notes = [new DiagnosticNote("expanded from", place, DiagnosticNoteKind.ExpandedFrom)],
            }),
            new ErrorRecord(new Diagnostic("ActionFailed", DiagnosticSeverity.Error, "no such file", null)),
            new TextRecord(Encoding.UTF8.GetBytes("pinned\n")),
            new EndRecord(3, new TraceCounters(10, 2, 1, 4)),
            new HeadingRecord("PID COMM\n"),
        ];
        // Whoever adds a kind of record decides about it here; that the trace ends is told to whoever watches, and not recorded.
        IEnumerable<Type> kinds = typeof(TraceRecord).Assembly.GetTypes().Where(static t => t.IsSubclassOf(typeof(TraceRecord)) && !t.IsAbstract);
        Assert.Equal([typeof(StoppingRecord)], kinds.Except(live.Select(static r => r.GetType())));

        List<TraceRecord> back = Read(Record(live));
        Assert.Equal(live.Length, back.Count);
        Assert.Equal(live[0], back[0]);
        AssertSame(((EventRecord)live[1]).Event, ((EventRecord)back[1]).Event);
        MapEntry[] entries = [.. ((MapRecord)live[2]).Entries], read = [.. ((MapRecord)back[2]).Entries];
        Assert.Equal(entries.Length, read.Length);
        for (int i = 0; i < entries.Length; i++)
        {
            AssertSame(entries[i], read[i]);
            Assert.Equal(entries[i].Text, read[i].Text);
        }

        Diagnostic warning = ((WarningRecord)back[3]).Diagnostic;
        Assert.Equal("x.bt:1:9-14: WARNING: full", warning.ToString());
        Assert.Equal((DiagnosticDisplay.PlaceOnly, true), (warning.Display, warning.IsLack));
        Assert.Equal("make it larger", warning.Hints.Single());
        Assert.Equal("; line 1", warning.Details.Single());
        Assert.Equal("expanded from", warning.Notes.Single().Message);
        Assert.Equal(script.Text, warning.Location!.Value.Source.Text);
        Assert.True(warning.Location!.Value.Source.IsFile);
        Assert.Equal("no such file", ((ErrorRecord)back[4]).Diagnostic.Message);
        Assert.Equal("pinned\n", Encoding.UTF8.GetString(((TextRecord)back[5]).Text.Span));
        Assert.Equal(live[6], back[6]);
        Assert.Equal(live[7], back[7]);
    }

    [Fact]
    public void Events_of_files_commands_and_packets_come_back()
    {
        TraceRecord[] live =
        [
            new EventRecord(new FileEvent("/etc/hostname", "vm\n") { ProbeName = "begin", CpuId = 1, BootTimeNanoseconds = 5, Timestamp = DateTime.Now }),
            new EventRecord(new CommandEvent("exit 3", 3, "\n") { ProbeName = "end" }),
            new EventRecord(new PacketEvent("/tmp/a.pcap", [0x45, 0, 0xff]) { ProbeName = "fentry:ip_rcv" }),
        ];
        object[] back = [.. Read(Record(live)).Cast<EventRecord>().Select(static r => r.Event)];
        FileEvent file = Assert.IsType<FileEvent>(back[0]);
        Assert.Equal(("/etc/hostname", "vm\n", "begin", 1, 5UL), (file.Path, file.Text, file.ProbeName, file.CpuId, file.BootTimeNanoseconds));
        CommandEvent command = Assert.IsType<CommandEvent>(back[1]);
        Assert.Equal(("exit 3", 3, "\n"), (command.Command, command.ExitCode, command.Text));
        PacketEvent packet = Assert.IsType<PacketEvent>(back[2]);
        Assert.Equal(("/tmp/a.pcap", ""), (packet.File, packet.Text));
        Assert.Equal([0x45, 0, 0xff], packet.Data);
    }

    [Fact]
    public void The_text_of_typed_map_entries_comes_back()
    {
        var map = new MapSymbol("@p", default) { KeyType = new PointerType(BpfType.Void, AddressSpace.None), ValueType = BpfType.Bool };
        var entry = new MapEntry(map, 0x10ul, true);
        Assert.Equal("@p[0x10]: true\n", entry.Text);
        MapEntry back = ((MapRecord)Read(Record(new MapRecord([entry]))).Single()).Entries.Single();
        Assert.Equal(entry.Text, back.Text);
    }

    [Fact]
    public void The_header_says_what_was_recorded()
    {
        using var reader = new RecordingReader(new MemoryStream(Record()));
        Assert.Equal("opens", reader.Info.Name);
        Assert.Equal("begin { }", reader.Info.Script);
        Assert.Equal(["begin"], reader.Info.Probes);
        Assert.Equal(["@m"], reader.Info.Maps);
        Assert.Equal(2, reader.Info.EventSiteCount);
    }

    [Fact]
    public void Many_events_and_a_large_map_take_several_blocks()
    {
        OutputSite site = Records.Printf("%s %d\n", ("comm", new StringType(16)), ("pid", IntegerType.UInt32));
        EventDecoder decoder = Records.Decoder(site);
        var live = new List<TraceRecord>();
        for (int i = 0; i < 20_000; i++)
            live.Add(new EventRecord(Records.Event(decoder, Records.Make(site, 1, 0, (ulong)i, Records.Text("c" + i), Records.I32(i)))));
        live.Add(new MapRecord([.. Enumerable.Range(0, 50_000).Select(i => new MapEntry("@big", (long)i, $"value {i}"))]));
        byte[] file = Record([.. live]);
        Assert.InRange(Blocks(file).Count, 6, 100);
        List<TraceRecord> back = Read(file);
        Assert.Equal(live.Count, back.Count);
        Assert.All(Enumerable.Range(0, 20_000), i => AssertSame(((EventRecord)live[i]).Event, ((EventRecord)back[i]).Event)); // the times too, which refer back
        MapRecord map = (MapRecord)back[^1];
        Assert.Equal(50_000, map.Entries.Length);
        Assert.Equal("value 49999", map.Entries[^1].Value);
    }

    [Fact]
    public void A_recorded_type_cannot_take_the_place_of_a_class_with_columns()
    {
        foreach (bool isFirst in (bool[])[true, false])
        {
            var types = new ReplayTypes();
            string name = ColumnsClass.NameOf(["pid"], ["System.Int32"]);
            if (isFirst)
                types.Define(name, typeof(BpfRecord), ["x"], [typeof(int)]);
            ReplayType made = types.Define("BpfTrace.Event.Printf_L1C1", typeof(TypedEvent), ["pid"], [typeof(int)]);
            if (!isFirst)
                types.Define(name, typeof(BpfRecord), ["x"], [typeof(int)]);

            Assert.Equal(name, made.Class.BaseType!.FullName);
            Assert.True(made.Class.IsSubclassOf(typeof(TypedEvent)));
        }
    }

    [Fact]
    public void What_waits_is_written_after_a_second()
    {
        long start = Stopwatch.GetTimestamp();
        var file = new MemoryStream();
        using var recorder = new TraceRecorder(file, s_info);
        long before = file.Length;
        recorder.Write(new AttachedRecord(1));
        recorder.FlushIfDue();
        bool waited = file.Length == before;
        Assert.True(waited || Stopwatch.GetElapsedTime(start) > TimeSpan.FromMilliseconds(900), "it was written at once");
        Thread.Sleep(1100);
        recorder.FlushIfDue();
        var given = new List<TraceRecord>();
        Assert.True(file.Length > before);
        Assert.Throws<InvalidRecordingException>(() => ReadInto(given, file.ToArray()));
        Assert.Equal([new AttachedRecord(1)], given);
    }

    private static byte[] Record(params TraceRecord[] records)
    {
        var file = new MemoryStream();
        using (var recorder = new TraceRecorder(file, s_info))
        {
            foreach (TraceRecord record in records)
                recorder.Write(record);
            recorder.Finish();
        }

        return file.ToArray();
    }

    private static List<TraceRecord> Read(byte[] file)
    {
        var records = new List<TraceRecord>();
        ReadInto(records, file);
        return records;
    }

    private static void ReadInto(List<TraceRecord> records, byte[] file)
    {
        using var reader = new RecordingReader(new MemoryStream(file));
        foreach (TraceRecord record in reader.ReadRecords())
            records.Add(record);
    }

    private static string Describe(TraceRecord record) => record is MapRecord map ? string.Concat(map.Entries.Select(e => e.Text)) : record.ToString();

    private static EventDecoder Decoder(OutputSite site)
    {
        var resolver = new TestResolver();
        for (ulong id = 0; id < 256; id++)
            resolver.Stacks[id] = new StackTrace([new StackFrame(id, $"f{id}", id), new StackFrame(id + 1)]);
        return new EventDecoder(Records.Program(site), resolver);
    }

    private static OutputSite RandomSite(Random random)
    {
        (string, BpfType)[] values = [.. Enumerable.Range(0, random.Next(1, 9)).Select(i => ($"v{i}", RandomType(random, 0)))];
        return random.Next(3) == 0
            ? Records.Site(OutputKind.PrintValue, ("value", TupleType.CreateRecord(values)))
            : Records.Printf(string.Join(' ', values.Select(_ => "%s")) + "\n", values);
    }

    private static BpfType RandomType(Random random, int depth) => random.Next(depth < 3 ? 20 : 16) switch
    {
        0 => IntegerType.Int8,
        1 => IntegerType.UInt8,
        2 => IntegerType.Int16,
        3 => IntegerType.UInt16,
        4 => IntegerType.Int32,
        5 => IntegerType.UInt32,
        6 => IntegerType.Int64,
        7 => IntegerType.UInt64,
        8 => BpfType.Bool,
        9 => new PointerType(BpfType.Void, AddressSpace.None),
        10 => new StringType(random.Next(1, 40)),
        11 => new EnumType("e" + random.Next(4), random.Next(2) == 0 ? IntegerType.Int32 : IntegerType.UInt64, new Dictionary<long, string> { [-1] = "LOW", [2] = "TWO", [255] = "HIGH" }.ToSortedDictionary()),
        12 => new KernelSymbolType(),
        13 => random.Next(2) == 0 ? new InetType() : new MacAddressType(),
        14 => random.Next(2) == 0 ? new UserNameType() : new UserSymbolType(),
        15 => new StackType(random.Next(2) == 0, StackMode.Bpftrace, 16),
        16 => new ArrayType(RandomType(random, depth + 1), random.Next(0, 4)),
        17 => TupleType.Create(RandomType(random, depth + 1), RandomType(random, depth + 1)),
        18 => TupleType.CreateRecord([("a", RandomType(random, depth + 1)), ("text", RandomType(random, depth + 1))]),
        _ => new BufferType(random.Next(1, 20)),
    };

    private static byte[] RandomRecord(Random random, OutputSite site) => Records.Make(
        site, random.Next(9), random.Next(64), (ulong)random.NextInt64(1L << 50), [.. site.ValueTypes.Select(t => RandomBytes(random, t))]);

    private static byte[] RandomBytes(Random random, BpfType type)
    {
        var bytes = new byte[type.Size];
        random.NextBytes(bytes);
        // Small numbers too: they are ids of stacks, members of enums, lengths of buffers.
        for (int i = 0; i < bytes.Length; i++)
        {
            if (random.Next(2) == 0 || (i % 8) > 0)
                bytes[i] = (byte)(random.Next(3) == 0 ? bytes[i] : 0);
        }

        return type is StringType or BufferType ? bytes[..random.Next(Math.Min(bytes.Length, type is StringType s ? s.Capacity : ((BufferType)type).Capacity))] : bytes;
    }

    private static void AssertSame(object? live, object? back)
    {
        if (live is null || back is null)
        {
            Assert.Equal(live, back);
            return;
        }

        Assert.Equal(live.GetType().FullName, back.GetType().FullName);
        Assert.Equal(live.ToString(), back.ToString());
        if (live is string or ValueType or System.Net.IPAddress)
        {
            if (live is not Enum)
                Assert.Equal(live, back);
            return;
        }

        if (live is IEnumerable list)
        {
            object?[] ones = [.. list.Cast<object?>()], others = [.. ((IEnumerable)back).Cast<object?>()];
            Assert.Equal(ones.Length, others.Length);
            for (int i = 0; i < ones.Length; i++)
                AssertSame(ones[i], others[i]);
            return;
        }

        foreach (PropertyInfo property in live.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            PropertyInfo? other = back.GetType().GetProperty(property.Name);
            Assert.NotNull(other);
            Assert.Equal(property.PropertyType.FullName, other.PropertyType.FullName);
            AssertSame(property.GetValue(live), other.GetValue(back));
        }
    }
}
