using System.Buffers.Binary;
using System.Text;
using BpfTrace.Bpf;
using BpfTrace.Compiler;
using BpfTrace.KernelTests.Support;
using BpfTrace.Language.Binding;
using BpfTrace.Language.Symbols;

namespace BpfTrace.KernelTests.Compiler;

[Collection(KernelCollection.Name)]
public class OutputTests
{
    private static BoundOutput Printf(OutputSite site, params ReadOnlySpan<BoundExpression> arguments) => new BoundOutput(Bound.Span, site, [.. arguments]);

    private static string Comm => File.ReadAllText($"/proc/self/task/{Gettid()}/comm").TrimEnd('\n');

    [System.Runtime.InteropServices.DllImport("libc", EntryPoint = "gettid")]
    private static extern int Gettid();

    [RequiresRootFact]
    public void Numbers_arrive_with_their_header()
    {
        OutputSite site = Bound.Site(0, OutputKind.Printf, IntegerType.Int64, IntegerType.UInt8, BpfType.Bool, IntegerType.Int32);
        using var trace = new CompiledTrace(
            Bound.Begin(Printf(site, Bound.Int(-5), Bound.Constant(IntegerType.UInt8, 200), Bound.Bool(true), Bound.Constant(IntegerType.Int32, -7))), sites: [site]);
        Record record = Assert.Single(trace.RunForRecords());
        Assert.Equal(0, record.SiteId);
        Assert.Contains(record.Cpu, Cpus.GetOnline());
        Assert.NotEqual(0, record.Time);
        Assert.Equal(0, record.Target);
        Assert.Equal([-5, 200, 1, -7], new[] { record.Int(0), record.Int(1), record.Int(2), record.Int(3) });
    }

    [RequiresRootFact]
    public void Texts_are_packed_by_their_real_length()
    {
        OutputSite site = Bound.Site(0, OutputKind.Printf, new StringType(16), IntegerType.Int64, new StringType(6), new StringType(1024));
        using var trace = new CompiledTrace(
            Bound.Begin(Printf(site, Bound.Call("comm", new StringType(16)), Bound.Int(7), Bound.Text("hello"), Bound.Text("", 1024))), sites: [site]);
        Record record = Assert.Single(trace.RunForRecords());
        Assert.Equal(Comm, record.Text(0));
        Assert.Equal(7, record.Int(1));
        Assert.Equal("hello", record.Text(2));
        Assert.Equal("", record.Text(3));
        Assert.Equal(record.Layout.FixedSize + Comm.Length + 5, record.Bytes.Length);
    }

    [RequiresRootFact]
    public unsafe void Str_reads_user_memory_up_to_its_capacity()
    {
        byte[] text = Encoding.UTF8.GetBytes("a fairly long text\0");
        fixed (byte* address = text)
        {
            BoundExpression pointer = new BoundConversion(
                Bound.Span, new PointerType(IntegerType.Int8, AddressSpace.User), Bound.UInt((ulong)address));
            OutputSite site = Bound.Site(0, OutputKind.Printf, new StringType(64), new StringType(6), new StringType(18), new StringType(64));
            using var trace = new CompiledTrace(
                Bound.Begin(Printf(
                    site,
                    Bound.Call("str", new StringType(64), pointer),
                    Bound.Call("str", new StringType(6), pointer),
                    Bound.Call("str", new StringType(18), pointer),
                    Bound.Call("str", new StringType(64), pointer, Bound.UInt(5)))),
                sites: [site]);
            Record record = Assert.Single(trace.RunForRecords());
            Assert.Equal("a fairly long text", record.Text(0));
            Assert.Equal("a fair", record.Text(1)); // All six bytes: cut.
            Assert.Equal("a fairly long text", record.Text(2));
            Assert.Equal("a fa", record.Text(3));
        }
    }

    [RequiresRootFact]
    public unsafe void Unreadable_memory_is_an_empty_text_and_an_error_on_demand()
    {
        BoundExpression pointer = Bound.Convert(Bound.UInt(16), new PointerType(IntegerType.Int8, AddressSpace.User));
        OutputSite site = Bound.Site(0, OutputKind.Printf, new StringType(64));
        BoundProbe probe = Bound.Begin(Printf(site, Bound.Call("str", new StringType(64), pointer)));
        using (var trace = new CompiledTrace(probe, sites: [site]))
            Assert.Equal("", Assert.Single(trace.RunForRecords()).Text(0));

        using var warned = new CompiledTrace(probe, sites: [site], options: new CompileOptions { HelperErrors = HelperErrors.All });
        List<Record> records = warned.RunForRecords();
        Assert.Equal(2, records.Count);
        Assert.Equal("probe_read_user_str", records[0].Layout.Site.Helper);
        Assert.Equal(-14, records[0].Int(0));
        Assert.Equal("", records[1].Text(0));
    }

    [RequiresRootFact]
    public void Many_texts_do_not_multiply_the_verifiers_work()
    {
        BpfType[] types = [.. Enumerable.Repeat<BpfType>(new StringType(16), 30)];
        OutputSite site = Bound.Site(0, OutputKind.Printf, types);
        BoundExpression[] arguments = [.. Enumerable.Range(0, 30).Select(_ => Bound.Call("comm", new StringType(16)))];
        using var trace = new CompiledTrace(Bound.Begin(Printf(site, arguments)), sites: [site]);
        Record record = Assert.Single(trace.RunForRecords());
        Assert.Equal(Comm, record.Text(29));
    }

    [RequiresRootFact]
    public void Tuples_and_buffers_travel_whole()
    {
        TupleType tuple = TupleType.Create(IntegerType.UInt8, new StringType(8), IntegerType.Int64);
        OutputSite site = Bound.Site(0, OutputKind.PrintValue, tuple);
        using var trace = new CompiledTrace(
            Bound.Begin(Printf(site, Bound.Tuple(Bound.Constant(IntegerType.UInt8, 9), Bound.Text("abc", 8), Bound.Int(77)))), sites: [site]);
        ReadOnlySpan<byte> value = Assert.Single(trace.RunForRecords()).Fixed(0);
        Assert.Equal(9, value[0]);
        Assert.Equal("abc\0"u8.ToArray(), value.Slice(1, 4).ToArray());
        Assert.Equal(77, BinaryPrimitives.ReadInt64LittleEndian(value[16..]));
    }

    [RequiresRootFact]
    public void Exit_sends_its_code_and_returns()
    {
        OutputSite exit = Bound.Site(0, OutputKind.Exit, IntegerType.UInt8);
        OutputSite after = Bound.Site(1, OutputKind.Printf);
        using var trace = new CompiledTrace(
            Bound.Begin(Printf(exit, Bound.Constant(IntegerType.UInt8, 3)), Printf(after)), sites: [exit, after]);
        Record record = Assert.Single(trace.RunForRecords());
        Assert.Equal(0, record.SiteId);
        Assert.Equal(3, record.Int(0));
    }

    [RequiresRootFact]
    public void What_does_not_fit_is_counted()
    {
        OutputSite site = Bound.Site(0, OutputKind.Printf, IntegerType.Int64, new StringType(2048));
        string text = new('x', 2000);
        using var trace = new CompiledTrace(
            Bound.Begin(new BoundUnroll(Bound.Span, 5, Printf(site, Bound.Int(1), Bound.Text(text, 2048)))),
            sites: [site],
            options: new CompileOptions { RingBufferSize = 4096 });
        int delivered = trace.RunForRecords().Count;
        BpfMap counter = trace.KernelMap(KernelMaps.LossCounter);
        byte[] values = new byte[counter.ValueBufferSize];
        Assert.True(counter.TryLookup(new byte[4], values));
        long lost = 0;
        for (int at = 0; at < values.Length; at += 8)
            lost += BinaryPrimitives.ReadInt64LittleEndian(values.AsSpan(at));
        Assert.NotEqual(0, lost);
        Assert.Equal(5, delivered + lost);
    }
}
