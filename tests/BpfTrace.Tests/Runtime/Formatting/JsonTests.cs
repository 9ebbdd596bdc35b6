using System.Text;
using BpfTrace.Decoding;
using BpfTrace.Formatting;
using BpfTrace.Language.Symbols;
using BpfTrace.Tests.Language.Binding;

namespace BpfTrace.Tests.Runtime.Formatting;

/// <summary>JSON as bpftrace writes it.</summary>
public class JsonTests
{
    private static readonly DecodeContext s_context = new(BindHelper.Program("begin { }"), new TestResolver());

    [Theory]
    [InlineData("a\"b\\c\n\r\t", "\"a\\\"b\\\\c\\n\\r\\t\"")]
    [InlineData("\u0001\u001b[1m\u007f", "\"\\u0001\\u001b[1m\u007f\"")]
    [InlineData("grün", "\"grün\"")]
    public void Strings(string text, string expected) => Assert.Equal(expected, Write(w => JsonText.WriteString(w, text)));

    [Fact]
    public void Bytes_that_are_no_text_are_replaced() =>
        Assert.Equal("\"a\uFFFDb\"", Write(static w => JsonText.WriteString(w, [(byte)'a', 0xff, (byte)'b'])));

    [Theory]
    [InlineData(0, "0")]
    [InlineData(-5, "-5")]
    [InlineData(1L << 53, "9007199254740992")]
    [InlineData((1L << 53) + 1, "\"9007199254740993\"")]
    [InlineData(long.MaxValue, "\"9223372036854775807\"")]
    [InlineData(long.MinValue, "-9223372036854775808")]
    public void Numbers_a_double_cannot_hold_are_strings(long value, string expected) => Assert.Equal(expected, Write(w => JsonText.WriteNumber(w, value)));

    [Fact]
    public void Tuples_are_arrays_and_records_objects()
    {
        byte[] bytes = [1, 0, 0, 0, 2, 0, 0, 0];
        Assert.Equal("[1,2]", Value(TupleType.Create(IntegerType.Int32, IntegerType.Int32), bytes));
        Assert.Equal("{\"a\": 1, \"b\": 2}", Value(TupleType.CreateRecord([("a", IntegerType.Int32), ("b", IntegerType.Int32)]), bytes));
        Assert.Equal("[1,0,0,0]", Value(new ArrayType(IntegerType.UInt8, 4), bytes));
    }

    [Fact]
    public void Histograms_have_greatest_values()
    {
        var histogram = new Histogram([new(null, 0, 1, "(..., 0)"), new(0, 1, 0, "[0]"), new(4, 8, 3, "[4, 8)"), new(8, null, 1, "[8, ...)")]);
        Assert.Equal(
            "[{\"max\": -1, \"count\": 1},{\"min\": 0, \"max\": 0, \"count\": 0},{\"min\": 4, \"max\": 7, \"count\": 3},{\"min\": 8, \"count\": 1}]",
            Write(w => JsonMapWriter.WriteHistogram(w, histogram)));
    }

    private static string Value(BpfType type, byte[] bytes) => Write(w => JsonValueWriter.Write(w, type, bytes, s_context));

    private static string Write(Action<Utf8Writer> write)
    {
        var writer = new Utf8Writer();
        write(writer);
        return Encoding.UTF8.GetString(writer.Written);
    }
}
