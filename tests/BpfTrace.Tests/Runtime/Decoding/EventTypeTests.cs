using System.Net;
using System.Net.NetworkInformation;
using BpfTrace.Decoding;
using BpfTrace.Language.Binding;
using BpfTrace.Language.Diagnostics;
using BpfTrace.Language.Symbols;
using BpfTrace.Recording;

namespace BpfTrace.Tests.Runtime.Decoding;

public class EventTypeTests
{
    [Fact]
    public void A_printf_has_a_typed_property_per_value()
    {
        OutputSite site = Records.Printf(
            "%s %d %s\n", ("comm", new StringType(16)), ("pid", IntegerType.UInt32), ("filename", new StringType(64)));
        EventDecoder decoder = Records.Decoder(site);
        TraceEvent made = Records.Event(decoder, Records.Make(site, 2, 3, 1_000_000_500, Records.Text("bash"), Records.I32(4242), Records.Text("/etc/passwd")));

        Type type = made.GetType();
        Assert.Equal("BpfTrace.Event.Printf_L1C9", type.FullName);
        Assert.True(type.IsSubclassOf(typeof(TraceEvent)));
        Assert.Equal(typeof(string), type.GetProperty("comm")!.PropertyType);
        Assert.Equal(typeof(uint), type.GetProperty("pid")!.PropertyType);
        Assert.Equal("bash", Records.Get(made, "comm"));
        Assert.Equal(4242u, Records.Get(made, "pid"));
        Assert.Equal("/etc/passwd", Records.Get(made, "filename"));
        Assert.Equal("bash 4242 /etc/passwd\n", made.Text);
        Assert.Equal("bash 4242 /etc/passwd", made.ToString());
        Assert.Equal("tracepoint:test:event2", made.ProbeName);
        Assert.Equal(3, made.CpuId);
        Assert.Equal(1_000_000_500ul, made.BootTimeNanoseconds);
        Assert.Equal(DateTimeKind.Local, made.Timestamp.Kind);
        Assert.Equal(DateTime.UnixEpoch.AddTicks((TestResolver.BootUnixNanoseconds / 100) + 10_000_005), made.Timestamp.ToUniversalTime());
    }

    [Fact]
    public void What_is_defined_alike_is_the_same_type_in_every_trace_and_recording()
    {
        static EnumType Kind(string name) => new("kind", IntegerType.Int32, new Dictionary<long, string> { [1] = name }.ToSortedDictionary());
        static object Made(string name, EnumType kind)
        {
            OutputSite site = Records.Printf("%d %s\n", (name, IntegerType.UInt32), ("kind", kind));
            return Records.Event(Records.Decoder(site), Records.Make(site, Records.I32(7), Records.I32(1)));
        }

        object first = Made("pid", Kind("ONE"));
        Assert.Same(first.GetType(), Made("pid", Kind("ONE")).GetType());
        object otherName = Made("tid", Kind("ONE")), otherEnum = Made("pid", Kind("EINS"));
        Assert.NotSame(first.GetType(), otherName.GetType());
        Assert.NotSame(first.GetType(), otherEnum.GetType());
        Assert.Equal(first.GetType().FullName, otherEnum.GetType().FullName);
        Assert.Equal("ONE", Records.Get(first, "kind")!.ToString());
        Assert.Equal("EINS", Records.Get(otherEnum, "kind")!.ToString());

        Type kind = new ReplayTypes().DefineEnum("BpfTrace.Enum.kind", typeof(int), ["ONE"], [1]);
        Assert.Same(Records.Get(first, "kind")!.GetType(), kind);
        Assert.Same(first.GetType(), new ReplayTypes().Define(first.GetType().FullName!, typeof(TypedEvent), ["pid", "kind"], [typeof(uint), kind]).Class);
        // A name that could be taken for two, and the same types in another order.
        Assert.NotSame(
            new ReplayTypes().Define("A", typeof(BpfRecord), ["a 1:b", "c"], [typeof(int), typeof(int)]).Class,
            new ReplayTypes().Define("A", typeof(BpfRecord), ["a", "b 1:c"], [typeof(int), typeof(int)]).Class);
        Assert.NotSame(
            new ReplayTypes().Define("A", typeof(BpfRecord), ["a", "b"], [typeof(int), typeof(long)]).Class,
            new ReplayTypes().Define("A", typeof(BpfRecord), ["a", "b"], [typeof(long), typeof(int)]).Class);
    }

    [Fact]
    public void A_class_has_properties_of_types_made_for_different_traces()
    {
        Type one = new MadeTypes().Enum("BpfTrace.Enum.OfOneTrace", typeof(int), ["A"], [1]);
        Type other = new MadeTypes().Enum("BpfTrace.Enum.OfAnother", typeof(int), ["B"], [2]);
        Type both = new MadeTypes().Class("BpfTrace.Event.OfBoth", typeof(BpfRecord), ["one", "other"], [one, other]);
        Assert.Same(one, both.GetProperty("one")!.PropertyType);
        Assert.Same(other, both.GetProperty("other")!.PropertyType);
        Assert.IsAssignableFrom<BpfRecord>(Activator.CreateInstance(both));
    }

    [Fact]
    public void Every_type_of_value_has_its_clr_type()
    {
        var kind = new EnumType("kind", IntegerType.Int32, new Dictionary<long, string> { [-1] = "NONE", [2] = "TWO" }.ToSortedDictionary());
        OutputSite site = Records.Site(
            OutputKind.Printf,
            ("i8", IntegerType.Int8), ("u8", IntegerType.UInt8), ("i16", IntegerType.Int16), ("u16", IntegerType.UInt16), ("i32", IntegerType.Int32),
            ("i64", IntegerType.Int64), ("u64", IntegerType.UInt64), ("flag", BpfType.Bool), ("pointer", new PointerType(BpfType.Void, AddressSpace.None)),
            ("buffer", new BufferType(8)), ("address", new InetType()), ("mac", new MacAddressType()), ("ksym", new KernelSymbolType()),
            ("kind", kind), ("array", new ArrayType(IntegerType.Int16, 2)), ("tuple", TupleType.Create(IntegerType.Int64, new StringType(4))),
            ("user", new UserNameType()), ("stats", new AggregateType(AggregateKind.Stats, true)))
            with { Format = Formats.Parse("") };
        EventDecoder decoder = Records.Decoder(site);
        byte[] inet = new byte[24];
        inet[0] = 2;
        inet[8] = 10;
        inet[11] = 1;
        TraceEvent made = Records.Event(decoder, Records.Make(
            site, Records.I8(-1), Records.I8(255), Records.I16(-2), Records.I16(-1), Records.I32(-3), Records.I64(-4), Records.U64(ulong.MaxValue), [1], Records.U64(16),
            [1, 2, 3], inet, [1, 2, 3, 4, 5, 6], Records.U64(0xffffffff81000000), Records.I32(-1), Records.Join(Records.I16(5), Records.I16(-6)),
            Records.Join(Records.I64(7), Records.Slot("x", 4)), Records.U64(0), Records.Join(Records.U64(2), Records.I64(-9))));

        Assert.Equal((sbyte)-1, Records.Get(made, "i8"));
        Assert.Equal((byte)255, Records.Get(made, "u8"));
        Assert.Equal((short)-2, Records.Get(made, "i16"));
        Assert.Equal(ushort.MaxValue, Records.Get(made, "u16"));
        Assert.Equal(-3, Records.Get(made, "i32"));
        Assert.Equal(-4L, Records.Get(made, "i64"));
        Assert.Equal(ulong.MaxValue, Records.Get(made, "u64"));
        Assert.Equal(true, Records.Get(made, "flag"));
        Assert.Equal(16ul, Records.Get(made, "pointer"));
        Assert.Equal(new byte[] { 1, 2, 3 }, Records.Get(made, "buffer"));
        Assert.Equal(IPAddress.Parse("10.0.0.1"), Records.Get(made, "address"));
        Assert.Equal("01:02:03:04:05:06", Records.Get(made, "mac")!.ToString());
        Assert.Equal(PhysicalAddress.Parse("01-02-03-04-05-06"), Records.Get(made, "mac"));
        Assert.Equal(typeof(PhysicalAddress), made.GetType().GetProperty("mac")!.PropertyType);
        Assert.True(Records.Get(made, "ksym")!.Equals("vfs_read"));
        object e = Records.Get(made, "kind")!;
        Assert.True(e.GetType().IsEnum);
        Assert.Equal("NONE", e.ToString());
        Assert.Equal(typeof(int), Enum.GetUnderlyingType(e.GetType()));
        Assert.Equal(new short[] { 5, -6 }, Records.Get(made, "array"));
        Assert.Equal(new object[] { 7L, "x" }, Records.Get(made, "tuple"));
        Assert.Equal("root", Records.Get(made, "user"));
        Assert.Equal(new Stats(2, -4L, -9L), Records.Get(made, "stats"));
    }

    [Fact]
    public void Times_are_times_and_their_format_is_in_the_text()
    {
        TupleType tuple = TupleType.Create(IntegerType.Int64, new TimestampType());
        TupleType record = TupleType.CreateRecord([("at", new TimestampType()), ("pair", tuple)]);
        OutputSite site = Records.Printf("%s|%s|%s", ("time", new TimestampType()), ("record", record), ("tuple", tuple));
        byte[] time = Records.Join(Records.U64(123_456_700), Records.I32(1), Records.I32(0));
        byte[] pair = Records.Composite(tuple, Records.I64(7), time);
        TraceEvent made = Records.Event(Records.Decoder(site), Records.Make(site, time, Records.Composite(record, time, pair), pair));
        var expected = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero).AddTicks(1_234_567);
        const string written = "1767323045.123456 123456700 123";

        Assert.Equal(expected, Records.Get(made, "time"));
        Assert.Equal(TimeZoneInfo.Local.GetUtcOffset(expected), Assert.IsType<DateTimeOffset>(Records.Get(made, "time")).Offset);
        Assert.Equal(expected, Records.Get(Records.Get(made, "record")!, "at"));
        Assert.Equal($"{{ .at = {written}, .pair = (7, {written}) }}", Records.Get(made, "record")!.ToString());
        Assert.Equal(new object[] { 7L, expected }, Records.Get(made, "tuple"));
        Assert.Equal($"(7, {written})", Records.Get(made, "tuple")!.ToString());
        Assert.Equal($"{written}|{{ .at = {written}, .pair = (7, {written}) }}|(7, {written})", made.Text);
    }

    [Fact]
    public void Print_of_a_record_has_the_records_fields()
    {
        TupleType record = TupleType.CreateRecord([("pid", IntegerType.UInt32), ("comm", new StringType(16))]);
        OutputSite site = Records.Site(OutputKind.PrintValue, ("value", record));
        EventDecoder decoder = Records.Decoder(site);
        TraceEvent made = Records.Event(decoder, Records.Make(site, Records.Composite(record, Records.I32(7), Records.Slot("sh", 16))));
        Assert.Equal("BpfTrace.Event.Print_L1C9", made.GetType().FullName);
        Assert.Equal(7u, Records.Get(made, "pid"));
        Assert.Equal("sh", Records.Get(made, "comm"));
        Assert.Equal("{ .pid = 7, .comm = sh }\n", made.Text);
    }

    [Fact]
    public void Structures_become_objects_with_their_members()
    {
        var inner = new StructType("path", false, 8, () => [new StructField("mnt", new PointerType(BpfType.Void, AddressSpace.Kernel), 0, 0)], "vmlinux");
        var structure = new StructType("file", false, 16, () =>
        [
            new StructField("f_path", inner, 0, 0),
            new StructField("f_mode", IntegerType.UInt32, 64, 0),
            new StructField("lo", IntegerType.UInt32, 96, 3),
        ], "vmlinux");
        OutputSite site = Records.Printf("%s", ("file", structure));
        EventDecoder decoder = Records.Decoder(site);
        TraceEvent made = Records.Event(decoder, Records.Make(site, Records.Join(Records.U64(0xabc), Records.I32(3), Records.I32(0xf))));
        object file = Records.Get(made, "file")!;
        Assert.Equal("BpfTrace.Record.file", file.GetType().FullName);
        Assert.IsAssignableFrom<BpfRecord>(file);
        Assert.Equal(3u, Records.Get(file, "f_mode"));
        Assert.Equal(7u, Records.Get(file, "lo"));
        Assert.Equal(0xabcul, Records.Get(Records.Get(file, "f_path")!, "mnt"));
        Assert.Equal("{ .f_path = { .mnt = 0xabc }, .f_mode = 3, .lo = 7 }", file.ToString());
        Assert.Equal(file.ToString(), made.Text);
    }

    [Fact]
    public void Names_that_powershell_would_confuse_are_told_apart()
    {
        OutputSite site = Records.Printf("%d %d %d", ("text", IntegerType.Int32), ("a", IntegerType.Int32), ("A", IntegerType.Int32));
        EventDecoder decoder = Records.Decoder(site);
        TraceEvent made = Records.Event(decoder, Records.Make(site, Records.I32(1), Records.I32(2), Records.I32(3)));
        Assert.Equal(1, Records.Get(made, "text_"));
        Assert.Equal(2, Records.Get(made, "a"));
        Assert.Equal(3, Records.Get(made, "A_"));
        Assert.Equal("1 2 3", made.Text);
    }

    [Fact]
    public void Sites_on_one_line_have_types_of_their_own_and_events_of_one_site_share_theirs()
    {
        OutputSite first = Records.Printf("%d", ("x", IntegerType.Int32));
        OutputSite second = Records.Printf("%d", ("y", IntegerType.Int64)) with { Id = 1 };
        EventDecoder decoder = Records.Decoder(first, second);
        TraceEvent a = Records.Event(decoder, Records.Make(first, Records.I32(1)));
        TraceEvent b = Records.Event(decoder, Records.Make(second, Records.I64(2)));
        TraceEvent c = Records.Event(decoder, Records.Make(first, Records.I32(3)));
        Assert.Same(a.GetType(), c.GetType());
        Assert.NotSame(a.GetType(), b.GetType());
        Assert.NotEqual(a.GetType().FullName, b.GetType().FullName);
        Assert.True(a.GetType().Assembly.IsCollectible);
    }

    [Fact]
    public void Text_is_made_from_the_events_values_after_the_record_is_gone()
    {
        OutputSite site = Records.Printf("%s", ("s", new StringType(16)));
        EventDecoder decoder = Records.Decoder(site);
        byte[] record = Records.Make(site, Records.Text("kept"));
        TraceEvent made = Records.Event(decoder, record);
        record.AsSpan().Fill(0xff);
        Assert.Equal("kept", made.Text);
    }

    [Fact]
    public void Print_of_a_map_entry_shows_key_and_value_and_prints_the_value()
    {
        var map = new MapSymbol("@x", default) { KeyType = IntegerType.Int64, ValueType = IntegerType.Int64 };
        OutputSite site = Records.Site(OutputKind.PrintValue, ("key", IntegerType.Int64), ("value", IntegerType.Int64)) with { Map = map };
        EventDecoder decoder = Records.Decoder(site);
        byte[] record = Records.Make(site, Records.I64(1), Records.I64(5));
        Assert.Equal("5\n", Records.Text(decoder, record));
        TraceEvent made = Records.Event(decoder, record);
        Assert.Equal(1L, Records.Get(made, "key"));
        Assert.Equal(5L, Records.Get(made, "value"));
        Assert.Equal("5\n", made.Text);
    }

    [Fact]
    public void Headers_and_integers_of_other_sites_can_be_read()
    {
        OutputSite site = Records.Site(OutputKind.PrintMap, ("top", IntegerType.UInt64), ("div", IntegerType.UInt64));
        EventDecoder decoder = Records.Decoder(site);
        byte[] record = Records.Make(site, 4, 1, 99, Records.U64(10), Records.U64(1000));
        Assert.True(decoder.TryReadHeader(record, out RecordHeader header, out _));
        Assert.Equal(OutputKind.PrintMap, header.Site.Kind);
        Assert.Equal((1, 99ul, 4), (header.Cpu, header.BootTimeNanoseconds, header.Target));
        Assert.Equal(10, decoder.ReadInteger(record, 0));
        Assert.Equal(1000, decoder.ReadInteger(record, 1));
        Assert.Equal(0, decoder.ReadInteger(record, 2));
    }

    [Fact]
    public void Malformed_records_are_diagnosed_not_thrown()
    {
        OutputSite site = Records.Printf("%s %d", ("s", new StringType(8)), ("n", IntegerType.Int64));
        EventDecoder decoder = Records.Decoder(site);
        byte[] whole = Records.Make(site, Records.Text("abc"), Records.I64(1));
        for (int length = 0; length < whole.Length; length++)
        {
            Assert.False(decoder.TryDecode(whole.AsSpan(0, length), out _, out Diagnostic? malformed), $"length {length}");
            Assert.Equal(EventDecoder.MalformedRecordId, malformed!.Id);
            Assert.False(decoder.TryWriteText(whole.AsSpan(0, length), new System.Buffers.ArrayBufferWriter<byte>(), out _));
        }

        byte[] tooLong = [.. whole];
        BitConverter.GetBytes(9).CopyTo(tooLong, 24);
        Assert.False(decoder.TryDecode([.. tooLong, .. new byte[16]], out _, out _));
        byte[] wrongSite = [.. whole];
        wrongSite[0] = 5;
        Assert.False(decoder.TryFormatText(wrongSite, out _, out Diagnostic? noSite));
        Assert.Contains("site 5", noSite!.Message, StringComparison.Ordinal);
        Assert.True(decoder.TryDecode([.. whole, .. new byte[5]], out _, out _)); // the ring buffer rounds up
    }

    [Fact]
    public void Random_bytes_never_throw()
    {
        TupleType tuple = TupleType.Create(new BufferType(8), new StringType(4), new InetType());
        OutputSite[] sites =
        [
            Records.Printf("%s %*d %r %gr\n", ("s", new StringType(8)), ("w", IntegerType.Int64), ("n", IntegerType.Int8), ("b", new BufferType(4)), ("g", IntegerType.UInt32)),
            Records.Site(OutputKind.PrintValue, ("t", tuple)) with { Id = 1 },
            Records.Site(OutputKind.Join, ("j", new BufferType(16))) with { Id = 2 },
        ];
        EventDecoder decoder = Records.Decoder(sites);
        var random = new Random(1);
        var output = new System.Buffers.ArrayBufferWriter<byte>();
        int read = 0;
        for (int i = 0; i < 5_000; i++)
        {
            byte[] record = new byte[random.Next(96)];
            random.NextBytes(record);
            if (record.Length > 40)
            {
                BitConverter.GetBytes(random.Next(3)).CopyTo(record, 0);
                record[8..].CopyTo(record, 8);
                foreach (int length in new[] { 24, 28, 32, 36, 40, 44, 48 })
                {
                    if (length + 4 <= record.Length && random.Next(2) == 0)
                        BitConverter.GetBytes(random.Next(6)).CopyTo(record, length);
                }
            }

            output.Clear();
            bool written = decoder.TryWriteText(record, output, out _);
            bool decoded = decoder.TryDecode(record, out TraceEvent? made, out _);
            Assert.Equal(written, decoded);
            if (!decoded)
                continue;
            read++;
            Assert.Equal(System.Text.Encoding.Latin1.GetString(output.WrittenSpan), Latin1(made!.Text));
        }

        Assert.True(read > 50, $"only {read} records were whole");
    }

    // Undoes the escape of bytes that are no UTF-8.
    private static string Latin1(string text) => System.Text.Encoding.Latin1.GetString(BpfTrace.Language.Text.SourceText.Encode(text));
}
