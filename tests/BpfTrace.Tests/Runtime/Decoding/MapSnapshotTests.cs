using System.Buffers;
using System.Text;
using BpfTrace.Compiler.Layout;
using BpfTrace.Decoding;
using BpfTrace.Language.Symbols;
using BpfTrace.MapReading;

namespace BpfTrace.Tests.Runtime.Decoding;

public class MapSnapshotTests
{
    private static readonly IntegerType s_i64 = IntegerType.Int64;

    [Fact]
    public void Scalars_print_on_one_line()
    {
        Assert.Equal("@x: -11\n", Text(Map("@x", null, s_i64), ([0, 0, 0, 0], Records.I64(-11))));
        Assert.Equal("@: hi\n", Text(Map("@", null, new StringType(8)), ([0, 0, 0, 0], Records.Slot("hi", 8))));
    }

    [Fact]
    public void Numbers_sort_by_value_and_equal_ones_by_key()
    {
        MapSymbol map = Map("@", new StringType(8), s_i64);
        Assert.Equal(
            "@[b]: -5\n@[a]: 1\n@[d]: 1\n@[c]: 30\n",
            Text(map, Entry("d", 1), Entry("c", 30), Entry("a", 1), Entry("b", -5)));
        MapSymbol unsigned = Map("@", new StringType(8), IntegerType.UInt64);
        Assert.Equal("@[a]: 1\n@[b]: 18446744073709551611\n", Text(unsigned, Entry("b", -5), Entry("a", 1)));

        static (byte[], byte[]) Entry(string key, long value) => (Records.Slot(key, 8), Records.I64(value));
    }

    [Fact]
    public void Other_values_sort_by_key()
    {
        MapSymbol map = Map("@", s_i64, new StringType(16));
        (byte[], byte[])[] entries =
        [
            (Records.I64(3), Records.Slot("hello", 16)), (Records.I64(1), Records.Slot("world", 16)), (Records.I64(2), Records.Slot("bpftrace", 16)),
        ];
        Assert.Equal("@[1]: world\n@[2]: bpftrace\n@[3]: hello\n", Text(map, entries));
        Assert.Equal("@[2]: bpftrace\n@[3]: hello\n", Text(map, top: 2, divisor: 2, entries));
    }

    [Fact]
    public void Tuple_keys_sort_field_by_field()
    {
        TupleType key = TupleType.Create(s_i64, new StringType(8));
        MapSymbol map = Map("@", key, BpfType.Bool);
        Assert.Equal(
            "@[1, b]: true\n@[2, a]: false\n@[2, c]: true\n",
            Text(map, Entry(2, "c", 1), Entry(1, "b", 1), Entry(2, "a", 0)));

        (byte[], byte[]) Entry(long number, string text, byte value) =>
            (Records.Composite(key, Records.I64(number), Records.Slot(text, 8)), [value]);
    }

    [Fact]
    public void Fields_without_an_order_come_last_in_a_tuple_key()
    {
        TupleType key = TupleType.Create(new KernelSymbolType(), s_i64);
        MapSymbol map = Map("@", key, new StringType(4));
        Assert.Equal(
            "@[0x9, 1]: b\n@[0x5, 2]: a\n@[0x7, 2]: c\n",
            Text(map, Entry(7, 2, "c"), Entry(5, 2, "a"), Entry(9, 1, "b")));

        (byte[], byte[]) Entry(ulong symbol, long number, string value) =>
            (Records.Composite(key, Records.U64(symbol), Records.I64(number)), Records.Slot(value, 4));
    }

    [Fact]
    public void Keys_print_as_bpftrace_has_them()
    {
        Assert.Equal("@[]: 1\n", Text(Map("@", TupleType.Create(), s_i64), ([0], Records.I64(1))));
        Assert.Equal("@a[true]: false\n", Text(Map("@a", BpfType.Bool, BpfType.Bool), ([1], [0])));
        TupleType nested = TupleType.Create(new StringType(4), TupleType.Create(new StringType(4), s_i64));
        byte[] key = Records.Composite(nested, Records.Slot("hi", 4), Records.Composite((TupleType)nested.Fields[1].Type, Records.Slot("x", 4), Records.I64(2)));
        Assert.Equal("@[hi, (x, 2)]: 1\n", Text(Map("@", nested, s_i64), (key, Records.I64(1))));
        Assert.Equal("@[[1,2]]: 0\n", Text(Map("@", new ArrayType(s_i64, 2), s_i64), (Records.Join(Records.I64(1), Records.I64(2)), Records.I64(0))));
    }

    [Fact]
    public void Stacks_as_keys_print_their_frames_on_lines()
    {
        var type = new StackType(false, StackMode.Bpftrace, 127);
        var resolver = new TestResolver();
        resolver.Stacks[5] = new StackTrace([new StackFrame(1, "do_mmap", 16), new StackFrame(2, "entry", 3)]);
        MapSymbol map = Map("@", type, new AggregateType(AggregateKind.Count, false), MapStorage.PerCpuHash);
        Assert.Equal(
            "@[\n        do_mmap+16\n        entry+3\n]: 4\n",
            Build(map, resolver, (Records.Join(Records.U64(5), Records.I32(2), Records.I32(0)), Records.U64(4))).ToString());
    }

    [Fact]
    public void Per_cpu_values_are_merged()
    {
        TheoryCase(new AggregateType(AggregateKind.Count, false), "@: 6\n", [[1], [2], [3]]);
        TheoryCase(new AggregateType(AggregateKind.Sum, true), "@: -10\n", [[10], [-20], [0]]);
        TheoryCase(new AggregateType(AggregateKind.Max, true), "@: -1\n", [[0, 0], [-1, 1], [-7, 1]]);
        TheoryCase(new AggregateType(AggregateKind.Max, false), "@: 18446744073709551615\n", [[5, 1], [-1, 1], [0, 0]]);
        TheoryCase(new AggregateType(AggregateKind.Min, true), "@: -7\n", [[0, 0], [-1, 1], [-7, 1]]);
        TheoryCase(new AggregateType(AggregateKind.Min, false), "@: 3\n", [[0, 0], [3, 1], [9, 1]]);
        TheoryCase(new AggregateType(AggregateKind.Min, false), "@: 0\n", [[0, 0], [0, 0], [0, 0]]);
        TheoryCase(new AggregateType(AggregateKind.Avg, false), "@: 14\n", [[1, 16], [0, 0], [1, 12]]);
        TheoryCase(new AggregateType(AggregateKind.Avg, true), "@: -4\n", [[1, -1], [1, -1], [1, -10]]);
        TheoryCase(new AggregateType(AggregateKind.Stats, true), "@: { .count = 3, .average = -3, .total = -10 }\n", [[1, -10], [1, -5], [1, 5]]);
        TheoryCase(new AggregateType(AggregateKind.Stats, false), "@: { .count = 0, .average = 0, .total = 0 }\n", [[0, 0], [0, 0], [0, 0]]);

        static void TheoryCase(AggregateType type, string expected, long[][] cpus) => Assert.Equal(
            expected, Text(Map("@", null, type, MapStorage.PerCpuArray), ([0, 0, 0, 0], Records.Join([.. cpus.SelectMany(c => c).Select(Records.I64)]))));
    }

    [Theory]
    [InlineData(0, 0, "@[1]: 5\n@[2]: 14\n@[3]: 200\n")]
    [InlineData(2, 0, "@[2]: 14\n@[3]: 200\n")]
    [InlineData(0, 2, "@[1]: 2\n@[2]: 7\n@[3]: 100\n")]
    [InlineData(2, 2, "@[2]: 7\n@[3]: 100\n")]
    [InlineData(5, 0, "@[1]: 5\n@[2]: 14\n@[3]: 200\n")]
    public void Averages_sort_by_average_and_take_top_and_div(long top, long div, string expected)
    {
        MapSymbol map = Map("@", s_i64, new AggregateType(AggregateKind.Avg, false), MapStorage.PerCpuHash);
        Assert.Equal(expected, Text(map, top, div,
            (Records.I64(3), Average(1, 200)), (Records.I64(1), Average(3, 16)), (Records.I64(2), Average(2, 28))));

        static byte[] Average(ulong count, ulong total) => Records.Join(Records.U64(count), Records.U64(total));
    }

    [Fact]
    public void Times_in_maps_are_times_and_their_format_is_in_the_text()
    {
        MapSymbol map = Map("@t", new TimestampType(), new TimestampType(), MapStorage.Hash);
        byte[] time = Records.Join(Records.U64(123_456_700), Records.I32(1), Records.I32(0));
        MapEntry entry = Assert.Single(Build(map, new TestResolver(), (time, time)).GetEntries());
        Assert.Equal(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero).AddTicks(1_234_567), entry.Key);
        Assert.Equal(entry.Key, entry.Value);
        Assert.Equal("@t[1767323045.123456 123456700 123]: 1767323045.123456 123456700 123", entry.ToString());
    }

    [Fact]
    public void Entries_are_typed()
    {
        TupleType key = TupleType.Create(IntegerType.UInt32, new StringType(8));
        MapSymbol map = Map("@m", key, new AggregateType(AggregateKind.Count, false), MapStorage.PerCpuHash);
        MapSnapshot snapshot = Build(map, new TestResolver(), (Records.Composite(key, Records.I32(7), Records.Slot("sh", 8)), Records.U64(9)));
        MapEntry entry = Assert.Single(snapshot.GetEntries());
        Assert.Equal("@m", entry.Map);
        Assert.Equal(new object[] { 7u, "sh" }, entry.Key);
        Assert.Equal([7u, "sh"], entry.GetKeyParts());
        Assert.Equal(9ul, entry.Value);
        Assert.Equal("@m[7, sh]: 9", entry.ToString());
        Assert.Equal("@m[7, sh]: 9\n", entry.Text);
        Assert.Equal(4ul, snapshot.GetEntries(divisor: 2)[0].Value);
    }

    [Fact]
    public void Entries_print_as_the_map_does()
    {
        var pointer = new PointerType(BpfType.Void, AddressSpace.Kernel);
        TupleType record = TupleType.CreateRecord([("a", s_i64), ("p", pointer)]);
        MapSymbol map = Map("@m", pointer, record);
        MapSnapshot snapshot = Build(map, new TestResolver(), (Records.U64(0xff), Records.Composite(record, Records.I64(1), Records.U64(2))));
        Assert.Equal("@m[0xff]: { .a = 1, .p = 0x2 }\n", snapshot.ToString());
        Assert.Equal(snapshot.ToString(), snapshot.GetEntries()[0].Text);
        Assert.IsAssignableFrom<BpfRecord>(snapshot.GetEntries()[0].Value);
    }

    [Fact]
    public void An_empty_scalar_prints_as_zero_only_when_asked_for()
    {
        MapSymbol map = Map("@", null, TupleType.CreateRecord([("a", IntegerType.Int8), ("b", TupleType.Create(IntegerType.Int8, new StringType(3)))]), MapStorage.Hash);
        MapSnapshot snapshot = Build(map, new TestResolver());
        Assert.Equal("", snapshot.ToString());
        var output = new ArrayBufferWriter<byte>();
        snapshot.WriteText(output, showEmptyScalar: true);
        Assert.Equal("@: { .a = 0, .b = (0, ) }\n", Encoding.UTF8.GetString(output.WrittenSpan));
        Assert.Equal("@: { .a = 0, .b = (0, ) }\n", Assert.Single(snapshot.GetEntries(showEmptyScalar: true)).Text);
        Assert.Empty(snapshot.GetEntries());
    }

    [Theory]
    [InlineData(AggregateKind.Sum, true, true, "{\"type\": \"map\", \"data\": {\"@\": 0}}\n")]
    [InlineData(AggregateKind.Sum, true, false, "")]
    [InlineData(AggregateKind.Sum, false, true, "")]
    [InlineData(AggregateKind.Avg, true, true, "{\"type\": \"stats\", \"data\": {\"@\": 0}}\n")]
    [InlineData(AggregateKind.Avg, true, false, "{\"type\": \"stats\", \"data\": {\"@\": {}}}\n")]
    [InlineData(AggregateKind.Avg, false, true, "{\"type\": \"stats\", \"data\": {\"@\": {}}}\n")]
    [InlineData(AggregateKind.Stats, true, true, "{\"type\": \"stats\", \"data\": {\"@\": {\"count\": 0, \"average\": 0, \"total\": 0}}}\n")]
    [InlineData(AggregateKind.Stats, false, false, "{\"type\": \"stats\", \"data\": {\"@\": {}}}\n")]
    [InlineData(AggregateKind.Hist, true, true, "")]
    public void An_empty_map_as_JSON_and_as_objects(AggregateKind kind, bool isScalar, bool printed, string expected)
    {
        MapSymbol map = Map("@", isScalar ? null : s_i64, new AggregateType(kind, true), MapStorage.PerCpuHash);
        var output = new ArrayBufferWriter<byte>();
        MapSnapshot snapshot = Build(map, new TestResolver());
        snapshot.WriteJson(output, showEmptyScalar: printed);
        Assert.Equal(expected, Encoding.UTF8.GetString(output.WrittenSpan));
        output.ResetWrittenCount();
        snapshot.WriteText(output, showEmptyScalar: printed);
        Assert.Equal(Encoding.UTF8.GetString(output.WrittenSpan), string.Concat(snapshot.GetEntries(showEmptyScalar: printed).Select(static e => e.Text)));
    }

    [Theory]
    [InlineData(true, "@m[2]: 3\n@m[1]: -5\n")]
    [InlineData(false, "@m[2]: 3\n@m[1]: 18446744073709551611\n")]
    public void Extremes_sort_as_unsigned_numbers(bool isSigned, string expected)
    {
        MapSymbol map = Map("@m", s_i64, new AggregateType(AggregateKind.Min, isSigned), MapStorage.PerCpuHash);
        Assert.Equal(expected, Text(map, (Records.I64(1), Minimum(-5)), (Records.I64(2), Minimum(3))));

        static byte[] Minimum(long value) => Records.Join(Records.I64(value), Records.U64(1));
    }

    [Fact]
    public void A_key_that_looks_like_a_tuple_loses_its_parentheses_as_in_bpftrace()
    {
        Assert.Equal("@[x]: 1\n", Text(Map("@", new StringType(8), s_i64), (Records.Slot("(x)", 8), Records.I64(1))));
    }

    internal static MapSymbol Map(string name, BpfType? key, BpfType value, MapStorage storage = MapStorage.Hash) =>
        new(name, default) { KeyType = key, ValueType = value, Storage = storage, MaxEntries = 4096 };

    internal static MapSnapshot Build(MapSymbol map, TestResolver resolver, params (byte[] Key, byte[] Value)[] elements)
    {
        MapLayout layout = MapLayout.Create(map);
        var decoder = new EventDecoder(Records.Program(), resolver);
        var builder = new MapSnapshotBuilder(layout, map.IsPerCpu ? (layout.ValueSize + 7) & ~7 : layout.ValueSize);
        foreach ((byte[] key, byte[] value) in elements)
            builder.Add(key, value);
        return builder.ToSnapshot(decoder.Context);
    }

    private static string Text(MapSymbol map, params (byte[] Key, byte[] Value)[] elements) => Text(map, 0, 0, elements);

    private static string Text(MapSymbol map, long top, long divisor, params (byte[] Key, byte[] Value)[] elements)
    {
        MapSnapshot snapshot = Build(map, new TestResolver(), elements);
        var output = new ArrayBufferWriter<byte>();
        snapshot.WriteText(output, top, divisor);
        string text = Encoding.UTF8.GetString(output.WrittenSpan);
        // The objects say the same as the text.
        Assert.Equal(text, string.Concat(snapshot.GetEntries(top, divisor).Select(e => e.Text)));
        return text;
    }
}
