using System.Diagnostics;
using BpfTrace.Bpf;
using BpfTrace.Tests;
using BpfTrace.KernelTests.Support;
using static BpfTrace.Bpf.BpfAssembler;

namespace BpfTrace.KernelTests.Bpf;

[Collection(KernelCollection.Name)]
public sealed class RingBufferTests
{
    /// <summary>Sends its first context word as a record of <paramref name="size"/> bytes and returns bpf_ringbuf_output's result.</summary>
    private static ProgramSpec Sender(int size) => Program(
        "send",
        BpfProgramType.BPF_PROG_TYPE_RAW_TRACEPOINT,
        [
            Load64(R6, R1, 0), .. Enumerable.Range(1, 8).Select(i => Store64(R10, (short)(-8 * i), R6)),
            Mov(R2, R10), AddImm(R2, -64), MovImm(R3, size), MovImm(R4, 0), LoadMap(R1), LoadMapEnd(),
            Call(BpfHelper.ringbuf_output), Exit(),
        ],
        "ring");

    /// <summary>Reserves a record and submits or discards it by its first context word.</summary>
    private static ProgramSpec Discarder() => Program(
        "discard",
        BpfProgramType.BPF_PROG_TYPE_RAW_TRACEPOINT,
        [
            Load64(R6, R1, 0), LoadMap(R1), LoadMapEnd(), MovImm(R2, 16), MovImm(R3, 0), Call(BpfHelper.ringbuf_reserve),
            JumpIfEqual(R0, 0, 7), Store64(R0, 0, R6), Mov(R1, R0), MovImm(R2, 0), JumpIfEqual(R6, 0, 2),
            Call(BpfHelper.ringbuf_submit), new BpfInstruction(0x05, 0, 1, 0), Call(BpfHelper.ringbuf_discard), MovImm(R0, 0), Exit(),
        ],
        "ring");

    private static BpfCollection Load(ProgramSpec program, uint size = 4096) => BpfCollection.Load(new CollectionSpec
    {
        Programs = [program],
        Maps = [new MapSpec { Name = "ring", Type = BpfMapType.BPF_MAP_TYPE_RINGBUF, MaxEntries = size }],
    });

    private static int Send(BpfCollection collection, long value) => (int)collection.Programs[0].TestRun(BitConverter.GetBytes(value));

    [RequiresRootTheory]
    [InlineData(8)]
    [InlineData(20)]
    [InlineData(61)]
    public void Every_record_arrives_in_order_over_many_wrap_arounds(int size)
    {
        using BpfCollection collection = Load(Sender(size));
        using var reader = new RingBufferReader(collection.GetMap("ring"));
        long next = 0, expected = 0;
        // 5,000 records in a ring of 4 KiB: it wraps around up to 80 times, at uneven places.
        while (next < 5000)
        {
            for (int i = 0; i < (next % 37) + 1; i++)
                Assert.Equal(0, Send(collection, next++));
            reader.Consume(record =>
            {
                Assert.Equal(size, record.Length);
                for (int at = 0; at + 8 <= size; at += 8)
                    Assert.Equal(expected, BitConverter.ToInt64(record[at..]));
                expected++;
            });
            Assert.Equal(next, expected);
            Assert.Equal(0, reader.PendingBytes);
        }
    }

    [RequiresRootFact]
    public void A_full_ring_refuses_and_takes_again_once_read()
    {
        using BpfCollection collection = Load(Sender(56)); // 64 bytes with the header: 63 or 64 fit
        using var reader = new RingBufferReader(collection.GetMap("ring"));
        int sent = 0;
        while (Send(collection, sent) == 0)
            sent++;
        Assert.InRange(sent, 62, 64);
        Assert.Equal(sent * 64, reader.PendingBytes);
        Assert.Equal(-11, Send(collection, 0)); // EAGAIN
        Assert.Equal(sent, reader.Consume(_ => { }));
        Assert.Equal(0, Send(collection, 0));
    }

    [RequiresRootFact]
    public void Space_returns_to_the_producer_while_a_long_batch_is_read()
    {
        using BpfCollection collection = Load(Sender(56));
        using var reader = new RingBufferReader(collection.GetMap("ring"));
        int sent = 0, received = 0, refused = 0;
        while (sent < 40)
            Assert.Equal(0, Send(collection, sent++));
        // Each record read sends one more: a reader that only gave space back at the end would soon be refused.
        reader.Consume(_ =>
        {
            received++;
            if (sent >= 500)
                return;
            if (Send(collection, sent) == 0)
                sent++;
            else
                refused++;
        });
        Assert.Equal(500, sent);
        Assert.Equal(500, received);
        Assert.Equal(0, refused);
    }

    [RequiresRootFact]
    public void Discarded_records_are_skipped_and_not_counted()
    {
        using BpfCollection collection = Load(Discarder());
        using var reader = new RingBufferReader(collection.GetMap("ring"));
        for (int i = 0; i < 100; i++)
            Send(collection, i % 3);
        var seen = new List<long>();
        Assert.Equal(66, reader.Consume(record => seen.Add(BitConverter.ToInt64(record))));
        Assert.Equal(66, seen.Count);
        Assert.DoesNotContain(0L, seen);
        Assert.Equal(0, reader.PendingBytes);
    }

    [RequiresRootFact]
    public void A_limit_of_records_leaves_the_rest()
    {
        using BpfCollection collection = Load(Sender(8));
        using var reader = new RingBufferReader(collection.GetMap("ring"));
        for (int i = 0; i < 10; i++)
            Send(collection, i);
        var seen = new List<long>();
        void Handle(ReadOnlySpan<byte> record) => seen.Add(BitConverter.ToInt64(record));
        Assert.Equal(4, reader.Consume(Handle, 4));
        Assert.Equal(6 * 16, reader.PendingBytes);
        Assert.Equal(6, reader.Poll(Handle, TimeSpan.Zero));
        Assert.Equal(Enumerable.Range(0, 10).Select(i => (long)i), seen);
    }

    [RequiresRootFact]
    public void A_handler_that_throws_has_consumed_its_record()
    {
        using BpfCollection collection = Load(Sender(8));
        using var reader = new RingBufferReader(collection.GetMap("ring"));
        for (int i = 0; i < 3; i++)
            Send(collection, i);
        Assert.Throws<InvalidOperationException>(() => reader.Consume(_ => throw new InvalidOperationException()));
        Assert.Equal(2, reader.Consume(_ => { }));
    }

    [RequiresRootFact]
    public void Waiting_ends_with_a_record_a_wake_up_or_the_time_out()
    {
        using BpfCollection collection = Load(Sender(8));
        using var reader = new RingBufferReader(collection.GetMap("ring"));

        long start = Stopwatch.GetTimestamp();
        Assert.Equal(0, reader.Poll(_ => { }, TimeSpan.FromMilliseconds(50)));
        Assert.InRange(Stopwatch.GetElapsedTime(start).TotalMilliseconds, 45, 3_600_000);

        var wake = new Thread(() =>
        {
            Thread.Sleep(30);
            reader.Wake();
        });
        wake.Start();
        Assert.Equal(0, reader.Poll(_ => { }, Timeout.InfiniteTimeSpan));
        wake.Join();
        reader.Wake(); // before the wait: it ends at once
        Assert.Equal(0, reader.Poll(_ => { }, Timeout.InfiniteTimeSpan));

        var send = new Thread(() =>
        {
            Thread.Sleep(30);
            Send(collection, 9);
        });
        send.Start();
        Assert.Equal(1, reader.Poll(record => Assert.Equal(9L, BitConverter.ToInt64(record)), Timeout.InfiniteTimeSpan));
        send.Join();
    }

    [RequiresRootFact]
    public void Nothing_is_lost_between_a_fast_producer_and_a_waiting_reader()
    {
        const int Count = 100_000;
        using BpfCollection collection = Load(Sender(16), 1 << 16);
        using var reader = new RingBufferReader(collection.GetMap("ring"));
        bool givesUp = false;
        var producer = new Thread(() =>
        {
            for (int i = 0; i < Count; i++)
            {
                // The ring is full: the reader must make room.
                while (Send(collection, i) != 0 && !Volatile.Read(ref givesUp))
                    Thread.Yield();
            }
        });
        producer.Start();
        long expected = 0;
        int empty = 0;
        try
        {
            while (expected < Count && empty < 20)
                empty = reader.Poll(record => Assert.Equal(expected++, BitConverter.ToInt64(record)), TimeSpan.FromSeconds(10)) > 0 ? 0 : empty + 1;
        }
        finally
        {
            Volatile.Write(ref givesUp, true);
            producer.Join();
        }

        Assert.Equal(Count, expected);
    }

    [RequiresRootFact]
    public void Records_in_quick_succession_are_delivered_together()
    {
        using BpfCollection collection = Load(Sender(8), 1 << 20);
        using var reader = new RingBufferReader(collection.GetMap("ring")) { GatherTime = TimeSpan.FromMilliseconds(5) };
        bool done = false;
        var producer = new Thread(() =>
        {
            for (int i = 0; i < 20_000; i++)
                Send(collection, i);
            Volatile.Write(ref done, true);
            reader.Wake();
        });
        var time = Stopwatch.StartNew();
        producer.Start();
        int received = 0, deliveries = 0;
        for (bool last = false; !last;)
        {
            last = Volatile.Read(ref done);
            int count = reader.Poll(_ => { }, last ? TimeSpan.Zero : TimeSpan.FromSeconds(10));
            received += count;
            deliveries += count > 0 ? 1 : 0;
        }

        Assert.Equal(20_000, received);
        // Each delivery waited 5 ms for company, but the first after a gap, and those that found the ring well filled. A busy machine makes gaps of its own.
        Assert.True(deliveries <= (2 * time.ElapsedMilliseconds / 5) + 6, $"{deliveries} deliveries in {time.ElapsedMilliseconds} ms");
        producer.Join();
    }

    [RequiresRootFact]
    public void A_wake_up_cuts_short_what_records_are_let_gather()
    {
        using BpfCollection collection = Load(Sender(8), 1 << 20);
        using var reader = new RingBufferReader(collection.GetMap("ring")) { GatherTime = TimeSpan.FromHours(1) };
        Send(collection, 1);
        Assert.Equal(1, reader.Poll(_ => { }, TimeSpan.Zero));
        int received = -1;
        var polling = new Thread(() => received = reader.Poll(_ => { }, TimeSpan.FromHours(1)));
        polling.Start();
        Send(collection, 2);
        Assert.False(polling.Join(50)); // it gathers
        reader.Wake();
        Assert.True(Patience.ForEnd(polling));
        Assert.Equal(1, received);

        // One that found nothing ends the wait as well.
        polling = new Thread(() => received = reader.Poll(_ => { }, TimeSpan.FromHours(1)));
        polling.Start();
        Assert.False(polling.Join(50));
        reader.Wake();
        Assert.True(Patience.ForEnd(polling));
        Assert.Equal(0, received);
    }

    [RequiresRootFact]
    public void Reading_allocates_nothing()
    {
        using BpfCollection collection = Load(Sender(8), 1 << 16);
        using var reader = new RingBufferReader(collection.GetMap("ring"));
        long sum = 0;
        RingBufferRecordHandler handler = record => sum += record.Length;
        byte[] context = new byte[8];
        reader.Consume(handler);
        for (int i = 0; i < 1000; i++)
            collection.Programs[0].TestRun(context);
        long before = GC.GetAllocatedBytesForCurrentThread();
        reader.Consume(handler);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(8000, sum);
    }

    [RequiresRootFact]
    public void Disposing_unmaps_and_closes_everything()
    {
        int descriptors = OpenDescriptors.CountAtFirst(), mappings = OpenDescriptors.CountMappings();
        using (BpfCollection collection = Load(Sender(8)))
        {
            var reader = new RingBufferReader(collection.GetMap("ring"));
            Assert.True(OpenDescriptors.CountMappings() > mappings);
            reader.Dispose();
            reader.Wake();
            Assert.Throws<ObjectDisposedException>(() => reader.Consume(_ => { }));
        }

        Assert.Equal(descriptors, OpenDescriptors.Count());
        Assert.Equal(mappings, OpenDescriptors.CountMappings());
    }

    [RequiresRootFact]
    public void Only_a_ring_buffer_can_be_read()
    {
        using BpfMap map = BpfMap.Create(new MapSpec { Name = "a", Type = BpfMapType.BPF_MAP_TYPE_ARRAY, KeySize = 4, ValueSize = 8, MaxEntries = 1 });
        Assert.Throws<BpfException>(() => new RingBufferReader(map));
    }
}
