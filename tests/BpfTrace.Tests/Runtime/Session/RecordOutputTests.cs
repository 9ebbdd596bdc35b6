using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using BpfTrace.Language.Diagnostics;
using BpfTrace.Recording;

namespace BpfTrace.Tests.Runtime.Session;

public class RecordOutputTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)] // also what nobody thought of
    public void A_recording_that_cannot_be_written_is_one_error_and_ends_the_trace(bool isUnforeseen)
    {
        var queue = new RecordQueue(100);
        var file = new FullFile { Room = 1000, Failure = isUnforeseen ? new NotSupportedException("no") : new IOException("No space left on device") };
        var output = new RecordOutput(queue, null, new TraceRecorder(file, new RecordingInfo()));
        output.Send(new AttachedRecord(1));
        for (int i = 0; i < 10; i++)
            output.Record(new EventRecord(new TextEvent(Convert.ToBase64String(System.Security.Cryptography.RandomNumberGenerator.GetBytes(100_000)))));
        output.FinishRecording(new EndRecord(0, new TraceCounters(0, 0, 0)));
        queue.Complete();
        TraceRecord[] records = [.. queue.Take(default)];
        Assert.Equal(new AttachedRecord(1), records[0]);
        Assert.Equal("RecordingFailed", Assert.IsType<ErrorRecord>(Assert.Single(records[1..])).Diagnostic.Id);
        Assert.True(output.EndRequested);
        Assert.False(output.IsRecording);
        Assert.True(file.IsClosed);
    }

    [Fact]
    public void The_batches_of_a_map_are_made_as_the_consumer_takes_them()
    {
        const int Batches = 20;
        var queue = new RecordQueue(512);
        var output = new RecordOutput(queue, null) { SessionId = 3 };
        int made = 0;
        var producer = new Thread(() =>
        {
            output.SendBatches(Make());
            queue.Complete();
        });
        producer.Start();
        var keys = new List<object?>();
        int taken = 0;
        foreach (MapRecord record in queue.Take(default).Cast<MapRecord>())
        {
            Assert.Equal(taken > 0, record.IsContinued);
            Assert.InRange(Volatile.Read(ref made), taken, ++taken + 2); // this one, one in the queue, one that waits for room
            keys.AddRange(record.Entries.Select(static e => e.Key));
            Assert.All(record.Entries, static e => Assert.Equal(3, e.SessionId));
        }

        producer.Join();
        Assert.Equal(Enumerable.Range(0, Batches * 1000).Cast<object>(), keys);

        IEnumerable<ImmutableArray<MapEntry>> Make()
        {
            for (int i = 0; i < Batches; i++)
            {
                Volatile.Write(ref made, i + 1);
                yield return [.. Enumerable.Range(i * 1000, 1000).Select(static key => new MapEntry("@m", key, 1L))];
            }
        }
    }

    private sealed class FullFile : MemoryStream
    {
        public int Room { get; init; }

        public required Exception Failure { get; init; }

        public bool IsClosed { get; private set; }

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            if (Length + buffer.Length > Room)
                throw Failure;
            base.Write(buffer);
        }

        protected override void Dispose(bool disposing)
        {
            IsClosed = true;
            base.Dispose(disposing);
        }
    }

    private static string Text(TraceRecord record) => Encoding.UTF8.GetString(((TextRecord)record).Text.Span);

    [Fact]
    public void Text_of_several_events_is_one_record_and_warnings_keep_their_place()
    {
        var queue = new RecordQueue(100);
        var output = new RecordOutput(queue, null);
        foreach (string line in (string[])["a\n", "b\n"])
        {
            output.Text.Write(Encoding.UTF8.GetBytes(line));
            output.EndText();
        }

        output.Warn(new Diagnostic("X", DiagnosticSeverity.Warning, "between", null));
        output.Text.Write("c\n"u8);
        output.EndText();
        output.Flush();
        output.Flush();
        queue.Complete();
        List<TraceRecord> records = [.. queue.Take(default)];
        Assert.Equal(3, records.Count);
        Assert.Equal("a\nb\n", Text(records[0]));
        Assert.IsType<WarningRecord>(records[1]);
        Assert.Equal("c\n", Text(records[2]));
    }

    [Fact]
    public void Long_text_goes_out_before_the_batch_ends()
    {
        var queue = new RecordQueue(1000);
        var output = new RecordOutput(queue, null);
        for (int i = 0; i < 10; i++)
        {
            output.Text.Write(new byte[2000]);
            output.EndText();
        }

        output.Flush();
        queue.Complete();
        List<TraceRecord> records = [.. queue.Take(default)];
        Assert.Equal(2, records.Count);
        Assert.Equal(20_000, records.Sum(r => ((TextRecord)r).Text.Length));
    }

    [Fact]
    public void The_event_limit_counts_events_not_records()
    {
        var output = new RecordOutput(new RecordQueue(100), maximumEvents: 3);
        output.EndText();
        output.Warn(new Diagnostic("X", DiagnosticSeverity.Warning, "no event", null));
        output.EndText();
        Assert.False(output.EndRequested);
        output.Emit(new TextEvent("3"));
        Assert.True(output.EndRequested);
        output.Resume();
        Assert.False(output.EndRequested);
    }
}
