using BpfTrace.Decoding;
using BpfTrace.Language.Binding;
using BpfTrace.Language.Symbols;

namespace BpfTrace.Tests.Runtime.Formatting;

public class ValueTextTests
{
    private static readonly IntegerType s_i64 = IntegerType.Int64;

    public static TheoryData<string, BpfType, byte[], string> Values()
    {
        TupleType pair = TupleType.Create(IntegerType.Int32, new StringType(4));
        TupleType nested = TupleType.Create(s_i64, s_i64, new StringType(8), TupleType.Create(s_i64, s_i64));
        TupleType record = TupleType.CreateRecord([("a", s_i64), ("b", pair)]);
        var inner = new StructType("Bar", false, 8, () => [new StructField("m", new ArrayType(IntegerType.Int32, 2), 0, 0)], "script");
        var structure = new StructType("Foo", false, 16, () => [new StructField("y", inner, 0, 0), new StructField("p", new PointerType(BpfType.Void, AddressSpace.None), 64, 0)], "script");
        var bits = new StructType("Bits", false, 8, () =>
        [
            new StructField("x_0", IntegerType.UInt64, 0, 1),
            new StructField("x_1", IntegerType.UInt64, 1, 1),
            new StructField("x_2", IntegerType.UInt64, 2, 2),
            new StructField("s", IntegerType.Int32, 4, 4),
        ], "script");
        var anonymous = new StructType("", true, 8, () => [new StructField("u", IntegerType.UInt32, 0, 0), new StructField("v", IntegerType.UInt16, 32, 0)], "script");
        var outer = new StructType("Out", false, 16, () => [new StructField("a", s_i64, 0, 0), new StructField("", anonymous, 64, 0)], "script");
        var matrix = new ArrayType(new ArrayType(IntegerType.Int32, 2), 2);
        return new TheoryData<string, BpfType, byte[], string>
        {
            { "int8", IntegerType.Int8, Records.I8(-100), "-100" },
            { "uint8", IntegerType.UInt8, Records.I8(200), "200" },
            { "int16", IntegerType.Int16, Records.I16(-555), "-555" },
            { "uint64", IntegerType.UInt64, Records.U64(ulong.MaxValue), "18446744073709551615" },
            { "bool", BpfType.Bool, [0], "false" },
            { "pointer", new PointerType(BpfType.Void, AddressSpace.Kernel), Records.U64(0xff), "0xff" },
            { "string slot", new ArrayType(new StringType(4), 1), Records.Slot("abc", 4), "[abc]" },
            { "tuple", nested, Records.Composite(nested, Records.I64(1), Records.I64(2), Records.Slot("string", 8), Records.Join(Records.I64(4), Records.I64(5))), "(1, 2, string, (4, 5))" },
            { "record", record, Records.Composite(record, Records.I64(1), Records.Composite(pair, Records.I32(2), Records.Slot("hi", 4))), "{ .a = 1, .b = (2, hi) }" },
            { "empty record", TupleType.CreateRecord([]), [], "{}" },
            { "empty tuple", TupleType.Create(), [], "()" },
            { "array", new ArrayType(IntegerType.Int32, 4), Records.Join(Records.I32(1), Records.I32(2), Records.I32(3), Records.I32(4)), "[1,2,3,4]" },
            { "matrix", matrix, Records.Join(Records.I32(5), Records.I32(6), Records.I32(7), Records.I32(8)), "[[5,6],[7,8]]" },
            { "bools", new ArrayType(BpfType.Bool, 2), [0, 1], "[false,true]" },
            { "bytes", new ArrayType(IntegerType.UInt8, 3), [1, 2, 3], "[1,2,3]" },
            { "struct", structure, Records.Composite(structure, Records.Join(Records.I32(2), Records.I32(3)), Records.U64(0x10)), "{ .y = { .m = [2,3] }, .p = 0x10 }" },
            { "bit-fields", bits, Records.U64(0xfe), "{ .x_0 = 0, .x_1 = 1, .x_2 = 3, .s = 15 }" },
            { "anonymous members", outer, Records.Join(Records.I64(1), Records.I32(7), Records.I16(8), Records.I16(0)), "{ .a = 1, .u = 7, .v = 8 }" },
            { "buffer in tuple", TupleType.Create(new BufferType(4)), Records.Join(Records.I32(2), "a\n\0\0"u8.ToArray()), "(a\\x0a)" },
            { "ksym", new KernelSymbolType(), Records.U64(0xffffffff81000000), "vfs_read" },
            { "ksym unknown", new KernelSymbolType(), Records.U64(0x1234), "0x1234" },
            { "ksym null", new KernelSymbolType(), Records.U64(0), "0" },
            { "usym", new UserSymbolType(), Records.Join(Records.U64(0x401000), Records.I32(42), Records.I32(0)), "main" },
            { "ipv4", new InetType(), Inet(2, "7f000001"), "127.0.0.1" },
            { "ipv6 loopback", new InetType(), Inet(10, "00000000000000000000000000000001"), "::1" },
            { "ipv6", new InetType(), Inet(10, "20010db8000000000001000000000001"), "2001:db8::1:0:0:1" },
            { "ipv6 mapped", new InetType(), Inet(10, "00000000000000000000ffff01020304"), "::ffff:1.2.3.4" },
            { "ipv6 isatap", new InetType(), Inet(10, "fe8000000000000000005efe01020304"), "fe80::5efe:102:304" },
            { "ipv6 single zero", new InetType(), Inet(10, "00010000000200030004000500060007"), "1:0:2:3:4:5:6:7" },
            { "ipv6 any", new InetType(), Inet(10, "00000000000000000000000000000000"), "::" },
            { "ipv6 tail", new InetType(), Inet(10, "fe800000000000000000000000000000"), "fe80::" },
            { "other family", new InetType(), Inet(1, "7f000001"), "" },
            { "mac", new MacAddressType(), [0x08, 0x00, 0x2b, 0xff, 0x02, 0xa3], "08:00:2B:FF:02:A3" },
            { "cgroup", new CgroupPathType(), Records.Join(Records.U64(5), Records.I32(1), Records.I32(0)), "unified:/slice5uni*" },
            { "strftime", new TimestampType(), Records.Join(Records.U64(123_456_789), Records.I32(1), Records.I32(0)), "1767323045.123456 123456789 123" },
            { "count in tuple", TupleType.Create(new AggregateType(AggregateKind.Count, false)), Records.U64(3), "(3)" },
            { "avg", new AggregateType(AggregateKind.Avg, true), Records.Join(Records.U64(3), Records.I64(-10)), "-3" },
            { "max", new AggregateType(AggregateKind.Max, true), Records.Join(Records.I64(-1), Records.U64(1)), "-1" },
            { "stats", new AggregateType(AggregateKind.Stats, true), Records.Join(Records.U64(3), Records.I64(-10)), "{ .count = 3, .average = -3, .total = -10 }" },
            { "stats unsigned", new AggregateType(AggregateKind.Stats, false), Records.Join(Records.U64(2), Records.U64(ulong.MaxValue)), "{ .count = 2, .average = 9223372036854775807, .total = 18446744073709551615 }" },
        };
    }

    [Theory]
    [MemberData(nameof(Values))]
    public void Print_writes(string name, BpfType type, byte[] value, string expected)
    {
        Assert.NotEmpty(name);
        OutputSite site = Records.Site(OutputKind.PrintValue, ("value", type));
        EventDecoder decoder = Records.Decoder(site);
        byte[] record = Records.Make(site, value);
        Assert.Equal(expected + "\n", Records.Text(decoder, record));
        Assert.Equal(expected + "\n", Records.Event(decoder, record).Text);
    }

    [Fact]
    public void A_string_that_fills_its_capacity_was_cut()
    {
        OutputSite site = Records.Printf("P: %s %s", ("a", new StringType(5)), ("b", TupleType.Create(new StringType(4))));
        EventDecoder decoder = Records.Decoder(site);
        byte[] cut = Records.Make(site, Records.Text("/exec"), Records.Slot("wxyz", 4));
        Assert.Equal("P: /exec.. (wxyz..)", Records.Text(decoder, cut));
        Assert.Equal("P: /exec.. (wxyz..)", Records.Event(decoder, cut).Text);
        Assert.Equal("/exec..", Records.Get(Records.Event(decoder, cut), "a"));
        byte[] whole = Records.Make(site, Records.Text("/exe"), Records.Slot("wxy", 4));
        Assert.Equal("P: /exe (wxy)", Records.Text(decoder, whole));
    }

    [Fact]
    public void A_nul_ends_a_packed_string()
    {
        OutputSite site = Records.Printf("%s", ("a", new StringType(16)));
        Assert.Equal("ab", Records.Text(Records.Decoder(site), Records.Make(site, "ab\0cd"u8.ToArray())));
    }

    [Fact]
    public void Join_prints_the_strings_and_shows_them_as_an_array()
    {
        OutputSite site = Records.Site(OutputKind.Join, ("argv", new BufferType(64))) with { Separator = "," };
        EventDecoder decoder = Records.Decoder(site);
        byte[] record = Records.Make(site, "/bin/ls\0-la\0/tmp\0"u8.ToArray());
        Assert.Equal("/bin/ls,-la,/tmp\n", Records.Text(decoder, record));
        TraceEvent made = Records.Event(decoder, record);
        Assert.Equal(["/bin/ls", "-la", "/tmp"], (string[])Records.Get(made, "argv")!);
        Assert.Equal("/bin/ls,-la,/tmp\n", made.Text);
    }

    [Fact]
    public void Time_is_the_events_own()
    {
        OutputSite site = Records.Site(OutputKind.Time) with { TimeFormat = "%s|%%|%Y\n" };
        EventDecoder decoder = Records.Decoder(site);
        byte[] record = Records.Make(site);
        Assert.Equal("1767323046|%|2026\n", Records.Text(decoder, record));
        Assert.Equal("1767323046|%|2026\n", Records.Event(decoder, record).Text);
    }

    [Fact]
    public void Control_characters_of_values_are_escaped_for_a_terminal()
    {
        OutputSite site = Records.Printf("\u001b[31m%-12s|\n", ("s", new StringType(32)));
        EventDecoder decoder = Records.Decoder(site);
        decoder.EscapeControlCharacters = true;
        byte[] record = Records.Make(site, Records.Text("a\u001b]0;b\u0007"));
        Assert.Equal("\u001b[31ma\\x1b]0;b\\x07|\n", Records.Text(decoder, record));
        decoder.EscapeControlCharacters = false;
        Assert.Equal("\u001b[31ma\u001b]0;b\u0007     |\n", Records.Text(decoder, record));
    }

    private static byte[] Inet(int family, string hex)
    {
        var value = new byte[24];
        Records.I32(family).CopyTo(value, 0);
        Convert.FromHexString(hex).CopyTo(value, 8);
        return value;
    }
}
