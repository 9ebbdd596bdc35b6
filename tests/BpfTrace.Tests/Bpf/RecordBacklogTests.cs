using BpfTrace.Bpf;

namespace BpfTrace.Tests.Bpf;

public class RecordBacklogTests
{
    private const int Chunk = 256 << 10;

    private static byte[] Record(int number, int length) => [.. Enumerable.Range(number, length).Select(static n => (byte)n)];

    private static byte[] Take(RecordBacklog backlog)
    {
        byte[] record = backlog.Peek().ToArray();
        backlog.Remove();
        return record;
    }

    [Fact]
    public void Records_of_any_length_come_out_in_order_while_others_come_in()
    {
        var random = new Random(5);
        using var backlog = new RecordBacklog(16 << 20);
        var expected = new Queue<byte[]>();
        for (int i = 0; i < 60_000; i++)
        {
            // Longer and shorter in turns, now and then longer than a chunk, and empty at times.
            if (random.Next(100) < (i / 5000 % 2 == 0 ? 70 : 30))
            {
                byte[] record = Record(i, random.Next(1000) == 0 ? Chunk + random.Next(1000) : random.Next(200));
                Assert.True(backlog.TryAdd(record));
                expected.Enqueue(record);
            }
            else if (expected.TryDequeue(out byte[]? oldest))
            {
                Assert.Equal(oldest, Take(backlog));
            }

            Assert.Equal(expected.Count, backlog.Count);
        }

        while (expected.TryDequeue(out byte[]? oldest))
            Assert.Equal(oldest, Take(backlog));
        Assert.True(backlog.IsEmpty);
        Assert.Throws<InvalidOperationException>(() => backlog.Peek().Length);
        Assert.Throws<InvalidOperationException>(backlog.Remove);
    }

    [Fact]
    public void It_takes_no_more_than_it_may_and_gives_back_what_was_read()
    {
        using var backlog = new RecordBacklog(8 * Chunk);
        Assert.Equal(0, backlog.Size);
        byte[] record = Record(1, 96);
        int count = 0;
        while (backlog.TryAdd(record))
            count++;
        Assert.Equal(8 * Chunk / 100, count, 8d);
        Assert.Equal(8 * Chunk, backlog.Size);
        Assert.Equal(count, backlog.Count);

        for (int i = 0; i < count; i++)
            backlog.Remove();
        Assert.True(backlog.IsEmpty);
        Assert.InRange(backlog.Size, 0, 2 * Chunk);
        Assert.True(backlog.TryAdd(record));
        Assert.Equal(record, Take(backlog));
    }

    [Fact]
    public void A_reader_that_follows_closely_needs_no_more_memory_however_much_passes()
    {
        using var backlog = new RecordBacklog(64 * Chunk);
        for (int i = 0; i < 100_000; i++)
        {
            Assert.True(backlog.TryAdd(Record(i, 100)));
            if (backlog.Count > 50)
                Assert.Equal(Record(i - 50, 100), Take(backlog));
        }

        Assert.InRange(backlog.Size, Chunk, 3 * Chunk);
    }

    [Theory]
    [InlineData(0, 10)]
    [InlineData(Chunk, Chunk)] // with its length it is longer
    public void A_record_that_can_never_wait_is_refused(long capacity, int length)
    {
        using var backlog = new RecordBacklog(capacity);
        Assert.False(backlog.TryAdd(new byte[length]));
        Assert.True(backlog.IsEmpty);
        Assert.Equal(0, backlog.Size);
    }

    [Fact]
    public void A_backlog_that_was_cleared_takes_records_again()
    {
        using var backlog = new RecordBacklog(4 * Chunk);
        while (backlog.TryAdd(Record(1, 1000)))
        {
        }

        backlog.Clear();
        Assert.True(backlog.IsEmpty);
        Assert.Equal(0, backlog.Size);
        Assert.True(backlog.TryAdd([7]));
        Assert.Equal([7], Take(backlog));
    }

    [Fact]
    public void A_long_record_after_the_others_were_read_takes_their_place()
    {
        using var backlog = new RecordBacklog(4 * Chunk);
        Assert.True(backlog.TryAdd([1]));
        Assert.Equal([1], Take(backlog));
        byte[] record = Record(3, Chunk + 1);
        Assert.True(backlog.TryAdd(record));
        Assert.True(backlog.TryAdd([2]));
        Assert.Equal(record, Take(backlog));
        Assert.Equal([2], Take(backlog));
    }
}
