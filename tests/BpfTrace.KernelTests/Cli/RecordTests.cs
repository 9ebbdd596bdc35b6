using BpfTrace.KernelTests.Support;
using BpfTrace.Recording;

namespace BpfTrace.KernelTests.Cli;

/// <summary><c>--record FILE</c>: the trace as objects, whatever is printed.</summary>
[Collection(KernelCollection.Name)]
[KernelIndependent]
public sealed class RecordTests
{
    private const string Program = "begin { printf(\"n=%d\\n\", 42); print((1, \"x\")); @m[7, comm] = count(); exit(3); }";

    [RequiresRootTheory]
    [InlineData("text")]
    [InlineData("json")]
    public void What_is_printed_is_recorded_as_objects(string format)
    {
        string file = Path.Combine(Path.GetTempPath(), $"bpft-record-{Guid.NewGuid():N}.bpfrec");
        try
        {
            Bpft.Result plain = Bpft.Run("-q", "-f", format, "-e", Program);
            Bpft.Result recorded = Bpft.Run("-q", "-f", format, "--record", file, "-e", Program);
            Assert.Equal(plain.Output, recorded.Output);
            Assert.Equal(3, recorded.ExitCode);
            using RecordingReader reader = RecordingReader.Open(file);
            Assert.Equal(Program, reader.Info.Script);
            TraceRecord[] records = [.. reader.ReadRecords()];
            TraceEvent[] events = [.. records.OfType<EventRecord>().Select(static r => r.Event)];
            Assert.Equal(["n=42\n", "(1, x)\n"], events.Select(static e => e.Text));
            Assert.Equal((sbyte)42, events[0].GetType().GetProperty("n")!.GetValue(events[0]));
            MapEntry entry = Assert.Single(records.OfType<MapRecord>().SelectMany(static r => r.Entries));
            Assert.Equal("@m", entry.Map);
            Assert.Equal(1ul, entry.Value);
            Assert.Equal(3, records.OfType<EndRecord>().Single().ExitCode);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [RequiresRootFact]
    public void A_file_that_cannot_be_written_is_an_error_and_nothing_is_traced()
    {
        Bpft.Result result = Bpft.Run("--record", "/no/such/directory/x.bpfrec", "-e", Program);
        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains("/no/such/directory", result.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("n=42", result.Output, StringComparison.Ordinal);
    }

    [RequiresRootTheory]
    [InlineData("begin { for ($i : 0..200) { print((nsecs, rand)); } exit(0); }")] // what is left is written at the end
    [InlineData("interval:ms:10 { print((nsecs, rand)); }")] // it ends for this alone
    public void A_file_that_cannot_grow_ends_the_trace_and_the_status_says_so(string program)
    {
        string file = Path.Combine(Path.GetTempPath(), $"bpft-record-{Guid.NewGuid():N}.bpfrec");
        try
        {
            // A kilobyte; without the signal the writer is told. .NET's own file in memory, which keeps code from being written to, is larger.
            Bpft.Result result = Bpft.RunThrough(["/bin/sh", "-c", "trap '' XFSZ; ulimit -f 2; DOTNET_EnableWriteXorExecute=0 exec \"$@\"", "sh"], "-q", "--record", file, "-e", program);
            Assert.Equal(1, result.ExitCode);
            Assert.Contains("The recording cannot be written", result.Errors, StringComparison.Ordinal);
            Assert.NotEmpty(result.Output);
            using RecordingReader reader = RecordingReader.Open(file);
            Assert.True(Assert.Throws<InvalidRecordingException>(() => reader.ReadRecords().Count()).IsTruncated);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [RequiresRootFact]
    public void A_file_that_another_process_records_to_is_left_to_it()
    {
        string file = Path.Combine(Path.GetTempPath(), $"bpft-record-{Guid.NewGuid():N}.bpfrec");
        try
        {
            Bpft.Result second;
            using (Bpft first = Bpft.Start("-q", "--record", file, "-e", "begin { print(7); } interval:s:3600 { }"))
            {
                first.WaitUntilAttached();
                second = Bpft.Run("-q", "--record", file, "-e", Program);
                first.Signal(2); // SIGINT
                Assert.Equal(0, first.Finish().ExitCode);
            }

            Assert.NotEqual(0, second.ExitCode);
            Assert.Contains("A running trace records to", second.Errors, StringComparison.Ordinal);
            using (RecordingReader reader = RecordingReader.Open(file))
                Assert.Equal(["7\n"], reader.ReadRecords().OfType<EventRecord>().Select(static r => r.Event.Text));
            Assert.Equal(3, Bpft.Run("-q", "--record", file, "-e", Program).ExitCode); // it is free again
            using (RecordingReader reader = RecordingReader.Open(file))
                Assert.Equal(Program, reader.Info.Script);
        }
        finally
        {
            File.Delete(file);
        }
    }
}
