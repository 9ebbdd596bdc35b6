using BpfTrace.Decoding;
using BpfTrace.Language.Binding;
using BpfTrace.Language.Symbols;

namespace BpfTrace.Tests.Runtime.Formatting;

public class PrintfTests
{
    [Theory]
    // Without a length a number is 32 bits wide (HEAD's printf_length_modifiers).
    [InlineData("%hhx %hx %x %jx", 0x12345678abcdef, "ef cdef 78abcdef 12345678abcdef")]
    [InlineData("%d", 0x1_0000_0005, "5")]
    [InlineData("%ld", 0x1_0000_0005, "4294967301")]
    [InlineData("%lld", long.MinValue, "-9223372036854775808")]
    [InlineData("%hhd", 255, "-1")]
    [InlineData("%hd", 0x18000, "-32768")]
    [InlineData("%zd %td %jd", -1, "-1 -1 -1")]
    [InlineData("%i", -7, "-7")]
    [InlineData("%u", -1, "4294967295")]
    [InlineData("%lu", -1, "18446744073709551615")]
    [InlineData("%hhu", -1, "255")]
    [InlineData("%o %#o", 8, "10 010")]
    [InlineData("%x %X %#x %#X", 0xbeef, "beef BEEF 0xbeef 0XBEEF")]
    [InlineData("%#x %#o", 0, "0 0")]
    [InlineData("%+d|% d|%+ d", 5, "+5| 5|+5")]
    [InlineData("%+d|% d", -5, "-5|-5")]
    [InlineData("%5d|%-5d|%05d", 42, "   42|42   |00042")]
    [InlineData("%05d|%+05d|%-05d", -42, "-0042|-0042|-42  ")]
    [InlineData("%#06x", 0xff, "0x00ff")]
    [InlineData("%.3d|%6.3d|%-6.3d|%06.3d", 7, "007|   007|007   |   007")]
    [InlineData("[%.0d]", 0, "[]")]
    [InlineData("%c%c", 0x41, "AA")]
    [InlineData("%3c|%-3c|", 0x41, "  A|A  |")]
    [InlineData("%p", -2130706432L, "0xffffffff81000000")]
    [InlineData("%p", 0, "0")]
    [InlineData("%10p|", 0xff, "      0xff|")]
    [InlineData("%gr", 0x100cca, "GFP_HIGHUSER|0x8")]
    [InlineData("%s", -12, "-12")]
    [InlineData("%6s|", -12, "   -12|")]
    [InlineData("%d%%", 99, "99%")]
    public void Integers(string format, long value, string expected)
    {
        int count = Formats.Parse(format).Conversions.Count();
        var values = Enumerable.Range(0, count).Select(i => ($"v{i}", (BpfType)IntegerType.Int64)).ToArray();
        OutputSite site = Records.Printf(format, values);
        byte[] record = Records.Make(site, [.. Enumerable.Repeat(Records.I64(value), count)]);
        AssertBoth(site, record, expected);
    }

    [Theory]
    [InlineData("%s", "ba", "ba")]
    [InlineData("%5s|%-5s|", "ba", "   ba|ba   |")]
    [InlineData("%.2s|%5.2s|%-5.2s|", "hello", "he|   he|he   |")]
    [InlineData("%-10.10s|", "a-very-long-name", "a-very-lon|")]
    [InlineData("%s", "", "")]
    [InlineData("%s", "100%d", "100%d")]
    public void Strings(string format, string value, string expected)
    {
        int count = Formats.Parse(format).Conversions.Count();
        var values = Enumerable.Range(0, count).Select(i => ($"v{i}", (BpfType)new StringType(64))).ToArray();
        OutputSite site = Records.Printf(format, values);
        byte[] record = Records.Make(site, [.. Enumerable.Repeat(Records.Text(value), count)]);
        AssertBoth(site, record, expected);
    }

    [Fact]
    public void Width_and_precision_come_from_values()
    {
        OutputSite site = Records.Printf(
            "%*d|%.*s|%*s|", ("w", IntegerType.Int32), ("n", IntegerType.Int64), ("p", IntegerType.UInt8), ("s", new StringType(16)), ("l", IntegerType.Int64), ("t", new StringType(16)));
        byte[] record = Records.Make(
            site, Records.I32(6), Records.I64(42), Records.I8(2), Records.Text("hello"), Records.I64(-4), Records.Text("x"));
        AssertBoth(site, record, "    42|he|x   |");
    }

    [Theory]
    [InlineData("%r", "Hello\\x00")]
    [InlineData("%rx", "\\x48\\x65\\x6c\\x6c\\x6f\\x00")]
    [InlineData("%rh", "48 65 6c 6c 6f 00")]
    [InlineData("%s", "Hello\\x00")]
    [InlineData("%12r|", "   Hello\\x00|")]
    public void Buffers(string format, string expected)
    {
        OutputSite site = Records.Printf(format, ("b", new BufferType(16)));
        AssertBoth(site, Records.Make(site, "Hello\0"u8.ToArray()), expected);
    }

    [Fact]
    public void Bytes_that_are_no_text_pass_unchanged()
    {
        OutputSite site = Records.Printf("<%s>", ("s", new StringType(16)));
        byte[] record = Records.Make(site, [0xff, (byte)'a', 0xc3]);
        EventDecoder decoder = Records.Decoder(site);
        Assert.Equal("<\u00ffa\u00c3>", Records.Text(decoder, record));
        Assert.Equal("<\udcffa\udcc3>", Records.Event(decoder, record).Text);
    }

    [Fact]
    public void Enums_print_their_name_and_their_number()
    {
        var type = new EnumType("Foo", IntegerType.UInt32, new Dictionary<long, string> { [1] = "ONE", [99999] = "OTHER" }.ToSortedDictionary());
        OutputSite site = Records.Printf("%d %s %-6s|%6s", ("a", type), ("b", type), ("c", type), ("d", type));
        byte[] one = Records.I32(1);
        AssertBoth(site, Records.Make(site, one, one, one, Records.I32(100)), "1 ONE ONE   |   100");
    }

    [Fact]
    public void Other_types_by_percent_s()
    {
        TupleType tuple = TupleType.Create(IntegerType.Int64, new StringType(8));
        OutputSite site = Records.Printf(
            "%s %s %s %s %12s|", ("b", BpfType.Bool), ("p", new PointerType(BpfType.Void, AddressSpace.Kernel)), ("k", new KernelSymbolType()), ("u", new UserNameType()), ("t", tuple));
        byte[] record = Records.Make(
            site, [1], Records.U64(0), Records.U64(0xffffffff81000000), Records.U64(0), Records.Composite(tuple, Records.I64(1), Records.Slot("a", 8)));
        AssertBoth(site, record, "true 0x0 vfs_read root       (1, a)|");
    }

    [Fact]
    public void Booleans_are_numbers_too()
    {
        OutputSite site = Records.Printf("%d %x", ("a", BpfType.Bool), ("b", BpfType.Bool));
        AssertBoth(site, Records.Make(site, [1], [0]), "1 0");
    }

    [Theory]
    [InlineData(0, "0")]
    [InlineData(0x02, "__GFP_HIGHMEM")]
    [InlineData(0xC0, "__GFP_IO|__GFP_FS")]
    [InlineData(0x820, "GFP_ATOMIC")]
    [InlineData(0x2800, "GFP_NOWAIT")]
    [InlineData(0x21C24CA, "GFP_TRANSHUGE")]
    [InlineData(0x21C20CA, "GFP_TRANSHUGE_LIGHT")]
    [InlineData(0x2100CCA, "GFP_HIGHUSER_MOVABLE")]
    [InlineData(0x400CC0, "GFP_KERNEL_ACCOUNT")]
    [InlineData(0xCE0, "GFP_KERNEL|__GFP_HIGH")]
    [InlineData(0x2c00, "GFP_NOIO|__GFP_NOWARN")]
    [InlineData(0x80000001, "GFP_DMA|0x80000000")]
    public void Gfp_flags(long flags, string expected)
    {
        OutputSite site = Records.Printf("%gr", ("f", IntegerType.Int64));
        AssertBoth(site, Records.Make(site, Records.I64(flags)), expected);
    }

    // The bytes written straight from the record, and those from the event's values, are the same.
    private static void AssertBoth(OutputSite site, byte[] record, string expected)
    {
        EventDecoder decoder = Records.Decoder(site);
        Assert.Equal(expected, Records.Text(decoder, record));
        Assert.Equal(expected, Records.Event(decoder, record).Text);
    }
}
