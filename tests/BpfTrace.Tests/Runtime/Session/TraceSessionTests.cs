using System.Globalization;
using BpfTrace.Language.Diagnostics;
using BpfTrace.Language.Text;

namespace BpfTrace.Tests.Runtime.Session;

public class TraceSessionTests
{
    private static IEnumerable<int> Events(IEnumerable<TraceRecord> records) =>
        records.OfType<EventRecord>().Select(r => int.Parse(r.Event.Text, CultureInfo.InvariantCulture));

    [Fact]
    public void Records_run_from_attached_to_end_and_counters_balance()
    {
        var kernel = new ScriptedKernel { ProbeCount = 3, EndRecords = [9] };
        kernel.Send(1, 2, 3);
        using TraceSession session = kernel.Start();
        List<TraceRecord> records = [];
        foreach (TraceRecord record in session.ReadRecords())
        {
            records.Add(record);
            if (record is EventRecord { Event.Text: "3" })
                session.RequestStop();
        }

        Assert.Equal(3, Assert.IsType<AttachedRecord>(records[0]).ProbeCount);
        Assert.Equal([1, 2, 3, 9], Events(records));
        EndRecord end = Assert.IsType<EndRecord>(records[^1]);
        Assert.Equal(new TraceCounters(4, 0, 0) { Events = 4 }, end.Counters);
        Assert.Equal(SessionState.Completed, session.State);
        Assert.Equal(["detach", "child", "end", "dispose"], kernel.Log);
    }

    [Fact]
    public void A_record_that_a_program_was_in_the_midst_of_is_waited_for()
    {
        var kernel = new ScriptedKernel { EndRecords = [9] };
        kernel.Unfinished.Enqueue([]);
        kernel.Unfinished.Enqueue([2, 3]);
        kernel.Send(1);
        using TraceSession session = kernel.Start();
        session.RequestStop();
        Assert.Equal([1, 2, 3, 9], Events(session.ReadRecords()));
    }

    [Fact]
    public void What_detaching_finds_out_is_told_once_and_after_what_attaching_did()
    {
        static Diagnostic Warning(string text) => new("AttachFailed", DiagnosticSeverity.Warning, text, null);
        var kernel = new ScriptedKernel { Warnings = [Warning("attach")], DetachWarning = Warning("detach") };
        kernel.Send(ByteActions.Exit);
        using TraceSession session = kernel.Start();
        Assert.Equal(["attach", "detach"], session.ReadRecords().OfType<WarningRecord>().Select(static r => r.Diagnostic.Message));
    }

    [Fact]
    public void After_exit_the_rest_of_the_buffer_is_discarded_but_END_is_heard()
    {
        var kernel = new ScriptedKernel { EndRecords = [8] };
        kernel.Send(1, ByteActions.Exit, 2, 3);
        kernel.Send(4);
        using TraceSession session = kernel.Start();
        List<TraceRecord> records = [.. session.ReadRecords()];
        Assert.Equal([1, 8], Events(records));
        EndRecord end = Assert.IsType<EndRecord>(records[^1]);
        Assert.Equal(7, end.ExitCode);
        Assert.Equal(7, session.ExitCode);
        Assert.Equal(new TraceCounters(3, 0, 0, 3) { Events = 2 }, end.Counters);
        Assert.Equal(6, end.Counters.Produced);
    }

    [Fact]
    public void The_last_event_asked_for_ends_the_trace()
    {
        var kernel = new ScriptedKernel();
        kernel.Send(1, 2, 3, 4, 5);
        using TraceSession session = kernel.Start(new TraceOptions { MaxEvents = 2 });
        List<TraceRecord> records = [.. session.ReadRecords()];
        Assert.Equal([1, 2], Events(records));
        Assert.Equal(new TraceCounters(2, 0, 0, 3) { Events = 2 }, ((EndRecord)records[^1]).Counters);
    }

    [Fact]
    public void The_last_event_asked_for_cuts_nothing_off_END()
    {
        var reached = new ScriptedKernel { EndRecords = [7, 8, 9] };
        reached.Send(1, 2, 3, 4, 5);
        using TraceSession first = reached.Start(new TraceOptions { MaxEvents = 2 });
        Assert.Equal([1, 2, 7, 8, 9], Events(first.ReadRecords()));

        var meanwhile = new ScriptedKernel { EndRecords = [7, 8, 9] };
        meanwhile.Send(1);
        meanwhile.Send(ByteActions.Exit);
        using TraceSession second = meanwhile.Start(new TraceOptions { MaxEvents = 2 });
        Assert.Equal([1, 7, 8, 9], Events(second.ReadRecords()));
    }

    [Fact]
    public void A_trace_of_begin_and_end_probes_ends_by_itself()
    {
        var kernel = new ScriptedKernel { HasOnlyBeginAndEnd = true, EndRecords = [2] };
        kernel.Send(1);
        using TraceSession session = kernel.Start();
        Assert.Equal([1, 2], Events(session.ReadRecords()));
    }

    [Fact]
    public void A_trace_ends_with_its_process_and_after_its_duration()
    {
        var exited = new ScriptedKernel { HasTargetExited = true };
        exited.Send(5);
        using TraceSession first = exited.Start();
        Assert.Equal([5], Events(first.ReadRecords()));

        using TraceSession second = new ScriptedKernel().Start(new TraceOptions { Duration = TimeSpan.FromMilliseconds(30) });
        Assert.IsType<EndRecord>(second.ReadRecords().Last());
    }

    [Fact]
    public void Loss_is_reported_and_totalled()
    {
        var kernel = new ScriptedKernel { HasOnlyBeginAndEnd = true, Loss = 12 };
        using TraceSession session = kernel.Start();
        List<TraceRecord> records = [.. session.ReadRecords()];
        string[] warnings = [.. records.OfType<WarningRecord>().Select(w => w.Diagnostic.Message)];
        Assert.Equal(["Lost 12 events", "Total lost event count: 12"], warnings);
        Assert.Equal(12, session.Counters.Lost);
        Assert.Equal(12, session.Counters.Produced);
    }

    [Fact]
    public void Missed_hits_are_said_with_the_place_of_their_probe()
    {
        var kernel = new ScriptedKernel { HasOnlyBeginAndEnd = true, Misses = [new MissedHits(new TextSpan(0, 12), 5), new MissedHits(null, 2)] };
        using TraceSession session = kernel.Start();
        Diagnostic[] warnings = [.. session.ReadRecords().OfType<WarningRecord>().Select(w => w.Diagnostic)];
        Assert.Equal(2, warnings.Length);
        Assert.All(warnings, static w => Assert.Equal("MissedProbes", w.Id));
        Assert.Equal("stdin:1:1-13", warnings[0].Location.ToString());
        Assert.StartsWith("The kernel skipped 5 hits of this probe", warnings[0].Message, StringComparison.Ordinal);
        Assert.Null(warnings[1].Location);
        Assert.Equal(7, session.Counters.Missed);
    }

    [Fact]
    public void A_failure_on_the_reader_thread_becomes_an_error_record()
    {
        var kernel = new ScriptedKernel();
        kernel.Send(1, ByteActions.Throw, 2);
        using TraceSession session = kernel.Start();
        List<TraceRecord> records = [.. session.ReadRecords()];
        ErrorRecord error = Assert.Single(records.OfType<ErrorRecord>());
        Assert.Equal("TracerFailed", error.Diagnostic.Id);
        Assert.Contains("nonsense", error.Diagnostic.Message, StringComparison.Ordinal);
        Assert.IsType<EndRecord>(records[^1]);
        Assert.Equal(SessionState.Failed, session.State);
        Assert.True(kernel.IsDisposed);
    }

    [Theory]
    [InlineData(0)] // nothing may wait: the reader waits for the consumer
    [InlineData(64 << 20)]
    public void A_slow_consumer_gets_everything_in_order(long backlog)
    {
        var kernel = new ScriptedKernel();
        byte[] sent = [.. Enumerable.Range(0, 100).Select(n => (byte)n)];
        for (int i = 0; i < 100; i++)
            kernel.Send(sent);
        using TraceSession session = kernel.Start(new TraceOptions { QueueCapacity = 16, BacklogBytes = backlog });
        Assert.True(Patience.Until(() => session.Counters.Delivered > 0));
        // What waits as bytes has been taken out of the kernel's buffer; as events there are few.
        if (backlog > 0)
            Assert.True(Patience.Until(() => kernel.IsEmpty));
        else
            Assert.False(SpinWait.SpinUntil(() => kernel.IsEmpty, TimeSpan.FromMilliseconds(50)));
        Assert.InRange(session.Counters.Delivered, 1, 400);
        session.RequestStop();
        Assert.Equal(Enumerable.Repeat(sent, 100).SelectMany(static s => s).Select(static b => (int)b), Events(session.ReadRecords()));
        Assert.Equal(new TraceCounters(10_000, 0, 0) { Events = 10_000 }, session.Counters);
    }

    [Fact]
    public void A_consumer_that_goes_on_gets_what_waited_while_the_trace_runs()
    {
        var kernel = new ScriptedKernel();
        kernel.Send([.. Enumerable.Repeat((byte)1, 5_000)]);
        using TraceSession session = kernel.Start(new TraceOptions { QueueCapacity = 4 });
        Assert.True(Patience.Until(() => kernel.IsEmpty));
        Thread.Sleep(100); // the reader has got used to waiting
        Assert.Equal(5_000, session.ReadRecords().OfType<EventRecord>().Take(5_000).Count());
        Assert.Equal(SessionState.Running, session.State);
        kernel.Send(2);
        Assert.Equal("2", session.ReadRecords().OfType<EventRecord>().First().Event.Text);
    }

    [Fact]
    public void An_exit_that_waits_ends_the_trace_before_the_consumer_gets_there()
    {
        var kernel = new ScriptedKernel { EndRecords = [.. Enumerable.Repeat((byte)9, 50)] };
        kernel.Send([.. Enumerable.Repeat((byte)1, 100), ByteActions.Exit, 2, 3]);
        using TraceSession session = kernel.Start(new TraceOptions { QueueCapacity = 4 });
        Assert.True(Patience.Until(() => kernel.Log.Contains("detach"))); // nobody has read yet
        kernel.Send(4);
        List<TraceRecord> records = [.. session.ReadRecords()];
        Assert.Equal([.. Enumerable.Repeat(1, 100), .. Enumerable.Repeat(9, 50)], Events(records));
        EndRecord end = Assert.IsType<EndRecord>(records[^1]);
        Assert.Equal(7, end.ExitCode);
        Assert.Equal(new TraceCounters(151, 0, 0, 3) { Events = 150 }, end.Counters);
    }

    [Fact]
    public void The_last_event_asked_for_ends_the_trace_from_among_those_that_wait()
    {
        var kernel = new ScriptedKernel();
        kernel.Send([.. Enumerable.Repeat((byte)1, 100)]);
        using TraceSession session = kernel.Start(new TraceOptions { QueueCapacity = 4, MaxEvents = 20 });
        Assert.True(Patience.Until(() => kernel.IsEmpty));
        List<TraceRecord> records = [.. session.ReadRecords()];
        Assert.Equal(20, Events(records).Count());
        Assert.Equal(new TraceCounters(20, 0, 0, 80) { Events = 20 }, ((EndRecord)records[^1]).Counters);
    }

    [Theory]
    [InlineData(64 << 20)]
    [InlineData(256 << 10)] // not all can wait: the reader is in the midst of the kernel's buffer
    public void Events_that_wait_are_left_out_when_nobody_wants_them_any_more(long backlog)
    {
        const int Count = 100_000;
        var kernel = new ScriptedKernel { EndRecords = [9, 9] };
        kernel.Send([.. Enumerable.Repeat((byte)1, Count)]);
        using TraceSession session = kernel.Start(new TraceOptions { QueueCapacity = 4, BacklogBytes = backlog }, emitMaps: true);
        Assert.True(Patience.Until(() => backlog > 1 << 20 ? kernel.IsEmpty : session.Counters.Delivered > 0));
        session.SkipWaiting(); // nobody has asked it to end
        session.RequestStop();
        session.SkipWaiting();
        List<TraceRecord> records = [.. session.ReadRecords()];
        int[] events = [.. Events(records)];
        Assert.Equal([9, 9], events[^2..]);
        Assert.InRange(events.Length, 3, 20);
        Assert.Equal(42L, Assert.Single(records.OfType<MapRecord>()).Entries[0].Value);
        EndRecord end = Assert.IsType<EndRecord>(records[^1]);
        Assert.Equal(SessionState.Completed, session.State);
        Assert.Equal(Count + 2, end.Counters.Produced);
        Assert.Equal(Count + 2 - events.Length, end.Counters.Discarded);
    }

    [Fact]
    public void A_reader_does_not_wait_to_tell_of_a_loss()
    {
        var kernel = new ScriptedKernel();
        kernel.Send([.. Enumerable.Repeat((byte)1, 100)]);
        using TraceSession session = kernel.Start(new TraceOptions { QueueCapacity = 4 });
        Assert.True(Patience.Until(() => kernel.IsEmpty)); // the queue is full
        kernel.Loss = 12;
        Assert.True(Patience.Until(() => session.Counters.Lost == 12));
        kernel.Send([.. Enumerable.Repeat((byte)2, 100)]);
        Assert.True(Patience.Until(() => kernel.IsEmpty));
        session.RequestStop();
        List<TraceRecord> records = [.. session.ReadRecords()];
        Assert.Equal(200, Events(records).Count());
        Assert.Equal(["Lost 12 events", "Total lost event count: 12"], records.OfType<WarningRecord>().Select(w => w.Diagnostic.Message));
    }

    [Fact]
    public void Abort_ends_a_trace_whose_reader_waits_for_the_consumer()
    {
        var kernel = new ScriptedKernel();
        kernel.Send([.. Enumerable.Repeat((byte)1, 100)]);
        TraceSession session = kernel.Start(new TraceOptions { QueueCapacity = 4 });
        Thread.Sleep(20);
        Assert.False(session.HasEnded);
        session.Dispose();
        Assert.Equal(SessionState.Aborted, session.State);
        Assert.Equal(["dispose"], kernel.Log);
        Assert.InRange(session.Counters.Discarded, 90, 100);
        Assert.Empty(session.ReadRecords());
        Assert.Equal(42L, session.ReadMap("m")[0].Value);
        session.Dispose();
    }

    [Fact]
    public void Maps_are_read_live_and_kept_after_the_end()
    {
        var kernel = new ScriptedKernel();
        using TraceSession session = kernel.Start(emitMaps: true);
        Assert.Equal(1L, session.ReadMap("@m")[0].Value);
        session.RequestStop();
        List<TraceRecord> records = [.. session.ReadRecords()];
        Assert.Equal(42L, Assert.Single(records.OfType<MapRecord>()).Entries[0].Value);
        Assert.Equal(42L, session.ReadMap("m")[0].Value);
        Assert.Throws<KeyNotFoundException>(() => session.ReadMap("@other"));
    }

    [Fact]
    public async Task A_request_to_stop_does_not_wait_for_a_map_that_is_read()
    {
        using var isReading = new ManualResetEventSlim();
        using var mayEnd = new ManualResetEventSlim();
        var actions = new ByteActions
        {
            Reading = () =>
            {
                isReading.Set();
                mayEnd.Wait();
            },
        };
        using TraceSession session = new ScriptedKernel().Start(actions: actions);
        Task reading = Task.Factory.StartNew(() => session.ReadMap("m"), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        isReading.Wait();
        Task stopping = Task.Factory.StartNew(session.RequestStop, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        bool hasReturned = Patience.Until(() => stopping.IsCompleted);
        mayEnd.Set();
        await Task.WhenAll(reading, stopping);
        Assert.True(hasReturned);
    }

    [Fact]
    public void The_registry_knows_running_and_ended_sessions()
    {
        var kernel = new ScriptedKernel();
        using TraceSession session = kernel.Start();
        Assert.Contains(session, SessionRegistry.Running);
        Assert.Same(session, SessionRegistry.Find(session.Id));
        session.RequestStop();
        Assert.IsType<EndRecord>(session.ReadRecords().Last());
        Assert.True(Patience.Until(() => session.WaitForEnd(TimeSpan.Zero)));
        Assert.DoesNotContain(session, SessionRegistry.Running);
        Assert.Contains(session, SessionRegistry.Finished);
    }

    [Fact]
    public void A_session_whose_reader_does_not_start_is_no_running_one()
    {
        var kernel = new ScriptedKernel();
        using TraceSession session = kernel.Start();
        session.RequestStop();
        Assert.True(session.WaitForEnd(Patience.Limit));
        Assert.Throws<ThreadStateException>(session.Begin); // a thread starts once
        Assert.DoesNotContain(session, SessionRegistry.Running);
    }
}
