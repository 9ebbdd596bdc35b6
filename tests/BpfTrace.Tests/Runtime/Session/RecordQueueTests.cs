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
