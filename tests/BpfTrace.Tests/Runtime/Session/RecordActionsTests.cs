using System.Diagnostics;
using System.Text;
using BpfTrace.Language.Binding;
using BpfTrace.Language.Diagnostics;
using BpfTrace.Language.Symbols;

namespace BpfTrace.Tests.Runtime.Session;

/// <summary>What is done with records that are more than a line of text.</summary>
public sealed class RecordActionsTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("bpftrace-actions").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void A_packet_is_a_record_of_a_pcap_file_and_an_event()
    {
        OutputSite site = Packet("out.pcap");
        byte[] sent = [.. Records.Make(site, 0, 3, 1_500_000_000, Records.I32(6), Records.I32(2)), 1, 2, 3, 4, 5, 6, 0, 0]; // two bytes are the kernel's padding
        PacketEvent made = Assert.IsType<PacketEvent>(Assert.IsType<EventRecord>(Assert.Single(Run(site, EventForm.Objects, sent))).Event);
        Assert.Equal([3, 4, 5, 6], made.Data);
        Assert.Equal(4, made.Length);
        Assert.Equal(Path.Combine(_directory, "out.pcap"), made.File);
        Assert.Equal("", made.Text);
        Assert.Equal((3, 1_500_000_000UL), (made.CpuId, made.BootTimeNanoseconds));

        byte[] file = File.ReadAllBytes(made.File);
        Assert.Equal(24 + 16 + 4, file.Length);
        Assert.Equal(0xa1b2c3d4, BitConverter.ToUInt32(file, 0));
        Assert.Equal((2, 4), (BitConverter.ToUInt16(file, 4), BitConverter.ToUInt16(file, 6)));
        Assert.Equal((65535u, 101u), (BitConverter.ToUInt32(file, 16), BitConverter.ToUInt32(file, 20))); // LINKTYPE_RAW
        long unix = new TestResolver().ToUnixNanoseconds(1_500_000_000, ClockMode.Boot);
        Assert.Equal((uint)(unix / 1_000_000_000), BitConverter.ToUInt32(file, 24));
        Assert.Equal((uint)(unix % 1_000_000_000 / 1000), BitConverter.ToUInt32(file, 28));
        Assert.Equal((4u, 4u), (BitConverter.ToUInt32(file, 32), BitConverter.ToUInt32(file, 36)));
        Assert.Equal([3, 4, 5, 6], file[40..]);
    }

    [Fact]
    public void A_packet_file_that_cannot_be_written_later_is_an_error_at_its_place_and_the_others_are_written()
    {
        string pipe = Path.Combine(_directory, "pipe");
        using (Process make = Process.Start("mkfifo", [pipe]))
            make.WaitForExit();
        OutputSite broken = Packet("pipe");
        OutputSite whole = Packet("out.pcap") with { Id = 1 };
        var queue = new RecordQueue(100);
        var output = new RecordOutput(queue, null);
        RecordActions actions;
        using (new FileStream(pipe, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite))
            actions = Actions([broken, whole], new TraceOptions { Form = EventForm.Text });

        // Nobody reads any more: what is written waits in memory, and fails when that is written.
        foreach (OutputSite site in new[] { broken, whole })
            actions.Execute([.. Records.Make(site, Records.I32(4), Records.I32(0)), 1, 2, 3, 4], output);
        actions.Tick(output);
        Assert.Equal(24 + 16 + 4, new FileInfo(Path.Combine(_directory, "out.pcap")).Length);
        actions.Execute([.. Records.Make(whole, Records.I32(4), Records.I32(0)), 1, 2, 3, 4], output);
        actions.Close(output);
        Assert.Equal(24 + (2 * (16 + 4)), new FileInfo(Path.Combine(_directory, "out.pcap")).Length);
        queue.Complete();
        Diagnostic[] errors = [.. queue.Take(CancellationToken.None).Cast<ErrorRecord>().Select(static r => r.Diagnostic)];
        Assert.NotEmpty(errors);
        Assert.All(errors, static e =>
        {
            Assert.Equal(SessionDiagnosticIds.ActionFailed, e.Id);
            Assert.StartsWith("failed to write 'pipe' (", e.Message, StringComparison.Ordinal);
        });
    }

    [Theory]
    [InlineData(EventForm.Text)]
    [InlineData(EventForm.Json)]
    public void A_packet_is_no_text(EventForm form)
    {
        OutputSite site = Packet("out.pcap");
        Assert.Empty(Run(site, form, [.. Records.Make(site, Records.I32(4), Records.I32(0)), 1, 2, 3, 4]));
        Assert.Equal(24 + 16 + 4, new FileInfo(Path.Combine(_directory, "out.pcap")).Length);
    }

    [Fact]
    public void A_packet_shorter_than_the_offset_is_nothing()
    {
        OutputSite site = Packet("out.pcap");
        Assert.Empty(Run(site, EventForm.Objects, [.. Records.Make(site, Records.I32(4), Records.I32(4)), 1, 2, 3, 4]));
        Assert.Equal(24, new FileInfo(Path.Combine(_directory, "out.pcap")).Length);
    }

    [Fact]
    public void Calls_that_name_one_file_share_it()
    {
        OutputSite first = Packet("out.pcap"), second = Packet("./out.pcap") with { Id = 1 };
        Run([first, second], EventForm.Text, [.. Records.Make(first, Records.I32(1), Records.I32(0)), 1], [.. Records.Make(second, Records.I32(1), Records.I32(0)), 2]);
        Assert.Equal(24 + (2 * 17), new FileInfo(Path.Combine(_directory, "out.pcap")).Length);
    }

    [Fact]
    public void A_file_that_cannot_be_written_is_an_error_in_the_script()
    {
        TraceStartException failure = Assert.Throws<TraceStartException>(() => Run(Packet("no/such/out.pcap"), EventForm.Text));
        Diagnostic error = Assert.Single(failure.Diagnostics);
        Assert.Equal((SessionDiagnosticIds.ActionFailed, "stdin:1:9-19"), (error.Id, error.Location.ToString()));
        Assert.Equal("Failed to create pcap file 'no/such/out.pcap': No such file or directory", error.Message);
    }

    [Fact]
    public void A_file_and_a_command_are_events_with_what_they_are_of()
    {
        File.WriteAllText(Path.Combine(_directory, "note"), "one\n");
        OutputSite cat = Records.Site(OutputKind.Cat, ("name", new StringType(16))) with { Format = Formats.Parse("%s") };
        FileEvent file = Assert.IsType<FileEvent>(Assert.IsType<EventRecord>(Assert.Single(Run(cat, EventForm.Objects, Records.Make(cat, Records.Text("note"))))).Event);
        Assert.Equal(("note", "one\n", "one"), (file.Path, file.Text, file.ToString()));

        OutputSite system = Records.Site(OutputKind.System, ("text", new StringType(16))) with { Format = Formats.Parse("echo %s; exit 3") };
        List<TraceRecord> records = Run(system, EventForm.Objects, Records.Make(system, Records.Text("hi")));
        CommandEvent command = Assert.IsType<CommandEvent>(Assert.IsType<EventRecord>(records[0]).Event);
        Assert.Equal(("echo hi; exit 3", 3, "hi\n\n"), (command.Command, command.ExitCode, command.Text));
        Assert.Equal("command exited with code 3", Assert.IsType<ErrorRecord>(records[1]).Diagnostic.Message);
    }

    [Theory]
    [InlineData("", "Is a directory")]
    [InlineData("none", "No such file or directory")]
    public void A_file_that_cannot_be_read_says_why(string name, string why)
    {
        OutputSite cat = Records.Site(OutputKind.Cat, ("name", new StringType(16))) with { Format = Formats.Parse("./%s") };
        ErrorRecord error = Assert.IsType<ErrorRecord>(Assert.Single(Run(cat, EventForm.Text, Records.Make(cat, Records.Text(name)))));
        Assert.Equal($"failed to open file './{name}' ({why})", error.Diagnostic.Message);
    }

    [Fact]
    public void Errors_are_said_each_time_or_once_with_their_number()
    {
        OutputSite division = Error(RuntimeErrorKind.DivideByZero, null), full = Error(RuntimeErrorKind.HelperFailed, "map_update_elem") with { Id = 1 };
        byte[][] sent = [Records.Make(division, Records.I64(0)), Records.Make(full, Records.I64(-7)), Records.Make(division, Records.I64(0)), Records.Make(division, Records.I64(0))];
        Assert.Equal(4, Run([division, full], new TraceOptions { Form = EventForm.Objects }, sent).Count);

        List<TraceRecord> records = Run([division, full], new TraceOptions { Form = EventForm.Objects, SummarizeErrors = true }, sent);
        string[] said = [.. records.Cast<WarningRecord>().Select(w => w.Diagnostic.Message.Split('\n')[0])];
        Assert.Equal(3, said.Length);
        Assert.StartsWith("Divide or modulo by 0 detected.", said[0], StringComparison.Ordinal);
        Assert.StartsWith("Map full; can't update element.", said[1], StringComparison.Ordinal);
        Assert.StartsWith("Divide or modulo by 0 detected.", said[2], StringComparison.Ordinal);
        Assert.EndsWith("(this happened 3 times)", said[2], StringComparison.Ordinal);
        Assert.All(records.Cast<WarningRecord>(), static w => Assert.Equal("stdin:1:9-19", w.Diagnostic.Location.ToString()));
    }

    [Theory]
    [InlineData(EventForm.Json, "{\"type\": \"lost_events\", \"count\": 12, \"data\": {\"events\": 12}}\n")]
    [InlineData(EventForm.Text, null)]
    public void Lost_events_are_a_message_in_JSON_and_a_warning_else(EventForm form, string? json)
    {
        var queue = new RecordQueue(10);
        var output = new RecordOutput(queue, null);
        Actions([], new TraceOptions { Form = form }).ReportLoss(12, output);
        queue.Complete();
        TraceRecord record = Assert.Single(queue.Take(CancellationToken.None));
        if (json is null)
            Assert.Equal("Lost 12 events", Assert.IsType<WarningRecord>(record).Diagnostic.Message);
        else
            Assert.Equal(json, Encoding.UTF8.GetString(Assert.IsType<TextRecord>(record).Text.Span));
    }

    [Theory]
    [InlineData(OutputKind.Errorf, HelperErrors.None, "errorf")]
    [InlineData(OutputKind.Warnf, HelperErrors.Effects, "warnf")]
    [InlineData(OutputKind.Warnf, HelperErrors.None, null)]
    public void Messages_in_JSON_have_their_line_end(OutputKind kind, HelperErrors errors, string? type)
    {
        OutputSite site = Records.Site(kind) with { Format = Formats.Parse("no good\n") };
        List<TraceRecord> records = Run([site], new TraceOptions { Form = EventForm.Json, HelperErrors = errors }, Records.Make(site));
        string[] expected = type is null ? [] : [$"{{\"type\": \"{type}\", \"msg\": \"no good\\n\", \"filename\": \"stdin\", \"line\": 1, \"col\": 9}}\n"];
        Assert.Equal(expected, records.Cast<TextRecord>().Select(static r => Encoding.UTF8.GetString(r.Text.Span)));
    }

    [Fact]
    public async Task A_named_pipe_is_not_waited_for()
    {
        using (Process make = Process.Start("mkfifo", [Path.Combine(_directory, "pipe")]))
            make.WaitForExit();
        OutputSite cat = Records.Site(OutputKind.Cat) with { Format = Formats.Parse("pipe") };
        List<TraceRecord> records = await Task.Run(() => Run(cat, EventForm.Text, Records.Make(cat))).WaitAsync(Patience.Limit);
        Assert.Equal("failed to open file 'pipe' (it is a named pipe)", Assert.IsType<ErrorRecord>(Assert.Single(records)).Diagnostic.Message);
    }

    [Fact]
    public void Messages_leave_one_line_end_out()
    {
        OutputSite site = Records.Site(OutputKind.Errorf) with { Format = Formats.Parse("no\ngood\n\n") };
        Assert.Equal("no\ngood\n", Assert.IsType<ErrorRecord>(Assert.Single(Run(site, EventForm.Text, Records.Make(site)))).Diagnostic.Message);
    }

    private static OutputSite Packet(string file) =>
        Records.Site(OutputKind.Packet, ("Length", IntegerType.UInt32), ("Offset", IntegerType.UInt32)) with { Path = file };

    private static OutputSite Error(RuntimeErrorKind kind, string? helper) =>
        Records.Site(OutputKind.RuntimeError, ("retcode", IntegerType.Int64)) with { RuntimeError = kind, Helper = helper };

    private List<TraceRecord> Run(OutputSite site, EventForm form, params byte[][] records) => Run([site], form, records);

    private List<TraceRecord> Run(OutputSite[] sites, EventForm form, params byte[][] records) => Run(sites, new TraceOptions { Form = form }, records);

    private List<TraceRecord> Run(OutputSite[] sites, TraceOptions options, params byte[][] records)
    {
        var queue = new RecordQueue(100);
        var output = new RecordOutput(queue, null);
        RecordActions actions = Actions(sites, options);
        foreach (byte[] record in records)
            actions.Execute(record, output);
        if (options.Form == EventForm.Objects)
            actions.EndEvents(output);
        output.Flush();
        actions.Close(output);
        queue.Complete();
        return [.. queue.Take(CancellationToken.None)];
    }

    private RecordActions Actions(OutputSite[] sites, TraceOptions options) =>
        new(Records.Program(sites), options with { WorkingDirectory = _directory, AllowUnsafe = true }, new TestResolver(), static _ => null);
}
