using System.Text;
using System.Text.Json;
using BpfTrace.Export;
using BpfTrace.Language.Binding;
using BpfTrace.Language.Symbols;

namespace BpfTrace.Tests.Runtime.Export;

public class CsvTests
{
    [Theory]
    [InlineData("=1+1", true)]
    [InlineData("+cmd|' /C calc'!A0", true)]
    [InlineData("-2+3", true)]
    [InlineData("@SUM(A1)", true)]
    [InlineData("\tx", true)]
    [InlineData("\r=x", true)]
    [InlineData("＝1", true)]
    [InlineData("-5", false)]
    [InlineData("+1.5e3", false)]
    [InlineData("/etc/passwd", false)]
    [InlineData("a=b", false)]
    [InlineData("", false)]
    public void What_a_spreadsheet_takes_for_a_formula_is_known(string text, bool isFormula) =>
        Assert.Equal(isFormula, CsvFile.StartsFormula(text));

    [Theory]
    [InlineData("x;=cmd()", "x;'=cmd()")] // a German spreadsheet takes what is behind the semicolon for a cell
    [InlineData("=a;=b,@c\t+d\n-e\r=f", "'=a;'=b,'@c\t'+d\n'-e\r'=f")]
    [InlineData("x;\"=cmd()\"", "x;'\"=cmd()\"")]
    [InlineData("-5;-6;\"-7\",+8", "'-5;-6;\"-7\",+8")]
    [InlineData("-5", "-5")]
    [InlineData("a;b, -c=d;/e;", "a;b, -c=d;/e;")]
    [InlineData("", "")]
    public void What_another_program_would_take_for_a_cell_is_guarded_too(string text, string guarded) => Assert.Equal(guarded, CsvFile.Guard(text));

    [Fact]
    public void Names_are_guarded() => Assert.Equal("'=x,y\n", Write(static csv => csv.WriteNames(["=x", "y"])));

    [Fact]
    public void Values_are_quoted_guarded_and_repaired()
    {
        string text = Write(csv =>
        {
            csv.WriteNames(["a", "b,c"]);
            csv.WriteValues(["=x", "p\"q\n"]);
            csv.WriteValues([-5, "bad \udc80 byte"]);
            csv.WriteValues([null, new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc)]);
        });
        Assert.Equal("a,\"b,c\"\n'=x,\"p\"\"q\n\"\n-5,bad \uFFFD byte\n,2026-01-02T03:04:05.0000000Z\n", text);
    }

    [Fact]
    public void Values_of_several_parts_are_on_one_line()
    {
        string text = Write(csv => csv.WriteValues(
        [
            new StackTrace([new StackFrame(1, "f", 2), new StackFrame(3)]),
            new Histogram([new HistogramBucket(1, 2, 3, "[1]"), new HistogramBucket(2, 4, 5, "[2, 4)")]),
            new object?[] { 1, "x" },
            new byte[] { 1, 0xab },
            new TimeSeries([new TimeSeriesPoint(0, 5L), new TimeSeriesPoint(1_000_000_000, null)]),
        ]));
        Assert.Equal("f+2;0x3,\"[1] 3;[2, 4) 5\",\"(1, x)\",\\x01\\xab,1970-01-01T00:00:00.0000000Z 5;1970-01-01T00:00:01.0000000Z \n", text);
    }

    [Fact]
    public void Names_of_an_existing_file_are_read()
    {
        Assert.Equal(["a", "b c", "d,e"], CsvFile.ReadNames(new MemoryStream(Encoding.UTF8.GetBytes("a,b c,\"d,e\"\n1,2,3\n"))));
        Assert.Empty(CsvFile.ReadNames(new MemoryStream()));
    }

    [Fact]
    public void Columns_of_an_event_are_its_properties()
    {
        OutputSite site = Records.Printf("%s %d\n", ("comm", new StringType(16)), ("pid", IntegerType.UInt32));
        var made = (TypedEvent)Records.Event(Records.Decoder(site), Records.Make(site, Records.Text("sh"), Records.I32(7)));
        var values = new object?[4];
        EventColumns.For(made.GetType(), ["pid", "Text", "comm", "CpuId"])!.Read(made, values);
        Assert.Equal([7u, "sh 7", "sh", 3], values);
        Assert.Null(EventColumns.For(made.GetType(), ["pid", "other"]));
        Assert.Null(EventColumns.For(typeof(TextEvent), ["Text"]));
    }

    [Fact]
    public void Json_lines_hold_typed_values()
    {
        var file = new MemoryStream();
        using (var lines = new JsonLinesFile(file))
        {
            lines.Write("x", ["n", "u", "s", "z", "stats", "bytes", "nan", "list"], [-1, ulong.MaxValue, "a\"\u0001\udc80", null, new Stats(1, 2L, 3L), new byte[] { 255 }, double.NaN, new[] { 1, 2 }]);
            lines.Write("y", [], []);
        }

        string[] text = Encoding.UTF8.GetString(file.ToArray()).TrimEnd('\n').Split('\n');
        Assert.Equal(2, text.Length);
        JsonElement first = JsonDocument.Parse(text[0]).RootElement;
        Assert.Equal(-1, first.GetProperty("n").GetInt32());
        Assert.Equal(ulong.MaxValue, first.GetProperty("u").GetUInt64());
        Assert.Equal("a\"\u0001\uFFFD", first.GetProperty("s").GetString());
        Assert.Equal(JsonValueKind.Null, first.GetProperty("z").ValueKind);
        Assert.Equal(3, first.GetProperty("stats").GetProperty("total").GetInt32());
        Assert.Equal("ff", first.GetProperty("bytes").GetString());
        Assert.Equal("NaN", first.GetProperty("nan").GetString());
        Assert.Equal(2, first.GetProperty("list")[1].GetInt32());
        Assert.Equal("{\"$type\":\"y\"}", text[1]);
    }

    private static string Write(Action<CsvFile> write)
    {
        var file = new MemoryStream();
        using (var csv = new CsvFile(file))
            write(csv);
        return Encoding.UTF8.GetString(file.ToArray());
    }
}
