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
