namespace BpfTrace.Tests.Runtime.Session;

public class RecordQueueTests
{
    private static AttachedRecord Number(int n) => new(n);

    private static int Value(TraceRecord record) => ((AttachedRecord)record).ProbeCount;

    [Fact]
    public void Records_come_out_in_order_and_end_with_completion()
    {
        var queue = new RecordQueue(10_000);
        for (int i = 0; i < 5_000; i++)
            Assert.True(queue.Add(Number(i)));
        queue.Complete();
        Assert.Equal(Enumerable.Range(0, 5_000), queue.Take(default).Select(Value));
    }

    [Fact]
    public void The_producer_waits_while_the_queue_is_full()
    {
        var queue = new RecordQueue(4);
        int added = 0;
        var producer = new Thread(() =>
        {
            for (int i = 0; i < 20; i++)
            {
                queue.Add(Number(i));
                Interlocked.Increment(ref added);
            }

            queue.Complete();
        });
        producer.Start();
        Assert.True(Patience.Until(() => Volatile.Read(ref added) == 4));
        Assert.False(producer.Join(100));
        Assert.Equal(4, Volatile.Read(ref added));
        Assert.Equal(Enumerable.Range(0, 20), queue.Take(default).Select(Value));
        Assert.True(Patience.ForEnd(producer));
    }

    [Fact]
    public void A_producer_that_waits_goes_on_when_half_of_the_queue_is_free()
    {
        var queue = new RecordQueue(4);
        for (int i = 0; i < 4; i++)
            queue.Add(Number(i), weight: 1);
        Assert.False(queue.HasRoom);
        var producer = new Thread(() => queue.Add(Number(4)));
        producer.Start();
        Assert.False(producer.Join(50));
        Assert.Equal(0, Value(queue.Take(default).First())); // which takes all four out of it
        Assert.True(Patience.ForEnd(producer));
        queue.Complete();
        Assert.Equal([1, 2, 3, 4], queue.Take(default).Select(Value));
    }

    [Fact]
    public void A_producer_with_other_things_to_do_is_told_once_when_half_of_the_queue_is_free()
    {
        int told = 0;
        var queue = new RecordQueue(600, () => told++);
        for (int i = 0; i < 301; i++)
            queue.Add(Number(i));
        using IEnumerator<TraceRecord> taken = queue.Take(default).GetEnumerator();
        Assert.True(taken.MoveNext()); // 256 of them leave the queue
        Assert.True(queue.AskForRoom());
        for (int i = 0; i < 555; i++)
            queue.Add(Number(i));
        Assert.False(queue.HasRoom);
        Assert.False(queue.AskForRoom());
        for (int i = 1; i < 512; i++)
            Assert.True(taken.MoveNext());
        Assert.Equal(0, told); // 344 are left
        for (int i = 0; i < 256; i++)
            Assert.True(taken.MoveNext());
        Assert.Equal(1, told);
        for (int i = 0; i < 88; i++)
            Assert.True(taken.MoveNext());
        Assert.Equal(1, told);
        Assert.True(queue.AskForRoom());
    }

    [Fact]
    public void A_consumer_that_was_cancelled_finds_the_rest_of_its_batch()
    {
        var queue = new RecordQueue(100);
        for (int i = 0; i < 10; i++)
            queue.Add(Number(i));
        queue.Complete();
        using var cancel = new CancellationTokenSource();
        var seen = new List<int>();
        Assert.Throws<OperationCanceledException>(() =>
        {
            foreach (TraceRecord record in queue.Take(cancel.Token))
            {
                seen.Add(Value(record));
                if (seen.Count == 3)
                    cancel.Cancel();
            }
        });
        seen.AddRange(queue.Take(default).Select(Value));
        Assert.Equal(Enumerable.Range(0, 10), seen);
    }

    [Fact]
    public void An_event_comes_out_as_a_record()
    {
        var queue = new RecordQueue(2);
        var made = new TextEvent("a");
        queue.Add(made);
        queue.Complete();
        Assert.Same(made, Assert.IsType<EventRecord>(Assert.Single(queue.Take(default))).Event);
    }

    [Fact]
    public void The_weight_of_a_record_counts_against_the_capacity()
    {
        var queue = new RecordQueue(10);
        queue.Add(Number(1), weight: 10);
        var producer = new Thread(() => queue.Add(Number(2)));
        producer.Start();
        Assert.False(producer.Join(50));
        using IEnumerator<TraceRecord> taken = queue.Take(default).GetEnumerator();
        Assert.True(taken.MoveNext());
        Assert.Equal(1, Value(taken.Current));
        Assert.True(Patience.ForEnd(producer));
    }

    [Fact]
    public void Abort_releases_both_sides_and_drops_what_is_queued()
    {
        var queue = new RecordQueue(1);
        Assert.True(queue.Add(Number(1)));
        bool? accepted = null;
        var producer = new Thread(() => accepted = queue.Add(Number(2)));
        producer.Start();
        Assert.False(producer.Join(50));
        queue.Abort();
        Assert.True(Patience.ForEnd(producer));
        Assert.False(accepted);
        Assert.Empty(queue.Take(default));
    }

    [Fact]
    public void Abort_drops_what_a_consumer_has_taken_and_not_come_to()
    {
        var queue = new RecordQueue(10);
        for (int i = 0; i < 10; i++)
            queue.Add(Number(i));
        using IEnumerator<TraceRecord> taken = queue.Take(default).GetEnumerator();
        Assert.True(taken.MoveNext());
        queue.Abort();
        Assert.False(taken.MoveNext());
        Assert.Empty(queue.Take(default));
    }

    [Fact]
    public void A_heavier_record_than_the_queue_holds_passes_a_queue_of_one()
    {
        int told = 0;
        var queue = new RecordQueue(1, () => told++);
        queue.Add(Number(1), weight: 1000);
        Assert.False(queue.AskForRoom());
        using IEnumerator<TraceRecord> taken = queue.Take(default).GetEnumerator();
        Assert.True(taken.MoveNext());
        Assert.Equal(1, told);
        Assert.True(queue.HasRoom);
        Assert.True(queue.AskForRoom());
    }

    // No wait below has a limit of its own: a wake-up that is lost stands still until Patience ends.
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(600)]
    public void Neither_side_misses_the_other(int capacity)
    {
        const int Count = 30_000;
        using var room = new AutoResetEvent(false);
        var queue = new RecordQueue(capacity, () => room.Set());
        var producer = new Thread(() =>
        {
            var random = new Random(1);
            for (int i = 0; i < Count; i++)
            {
                // Sometimes as the reader does, sometimes as it does when it has nowhere to put more.
                if (random.Next(4) > 0)
                {
                    while (!queue.HasRoom)
                    {
                        if (!queue.AskForRoom())
                            room.WaitOne();
                    }
                }

                queue.Add(Number(i), random.Next(20) == 0 ? random.Next(1, 2 * capacity) : 1);
                Dawdle(random);
            }

            queue.Complete();
        });
        var seen = new List<int>();
        var consumer = new Thread(() =>
        {
            var random = new Random(2);
            while (seen.Count < Count)
            {
                using var stop = new CancellationTokenSource();
                int until = seen.Count + random.Next(1, 5000);
                try
                {
                    foreach (TraceRecord record in queue.Take(stop.Token))
                    {
                        seen.Add(Value(record));
                        if (seen.Count == until)
                            stop.Cancel();
                        Dawdle(random);
                    }
                }
                catch (OperationCanceledException)
                {
                    // Whoever asks next goes on where this one was.
                }
            }
        });
        producer.Start();
        consumer.Start();
        Assert.True(Patience.ForEnd(producer));
        Assert.True(Patience.ForEnd(consumer));
        Assert.Equal(Enumerable.Range(0, Count), seen);
    }

    private static void Dawdle(Random random)
    {
        int turn = random.Next(2000);
        if (turn == 0)
            Thread.Sleep(1);
        else if (turn < 20)
            Thread.Yield();
        else if (turn < 100)
            Thread.SpinWait(turn);
    }

    [Fact]
    public void Cancellation_wakes_a_waiting_consumer()
    {
        var queue = new RecordQueue(1);
        using var cancel = new CancellationTokenSource();
        Exception? thrown = null;
        var consumer = new Thread(() => thrown = Record.Exception(() => queue.Take(cancel.Token).ToList()));
        consumer.Start();
        Assert.False(consumer.Join(50));
        cancel.Cancel();
        Assert.True(Patience.ForEnd(consumer));
        Assert.IsType<OperationCanceledException>(thrown);
    }
}
