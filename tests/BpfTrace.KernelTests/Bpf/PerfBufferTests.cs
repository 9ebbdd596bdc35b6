using System.Diagnostics;
using BpfTrace.Bpf;
using BpfTrace.KernelTests.Support;
using static BpfTrace.Bpf.BpfAssembler;

namespace BpfTrace.KernelTests.Bpf;

[Collection(KernelCollection.Name)]
public sealed class PerfBufferTests
{
    private const int ENOSPC = 28;

    /// <summary>Sends its first context word, repeated to <paramref name="size"/> bytes, on the CPU it runs on.</summary>
    private static BpfCollection Load(int size) => BpfCollection.Load(new CollectionSpec
    {
        Programs =
        [
            Program(
                "send",
                BpfProgramType.BPF_PROG_TYPE_RAW_TRACEPOINT,
                [
                    Mov(R7, R1), Load64(R6, R1, 0), .. Enumerable.Range(1, 32).Select(i => Store64(R10, (short)(-8 * i), R6)),
                    Mov(R1, R7), LoadMap(R2), LoadMapEnd(), MovImm(R3, -1), RshImm(R3, 32), // BPF_F_CURRENT_CPU
                    Mov(R4, R10), AddImm(R4, -256), MovImm(R5, size), Call(BpfHelper.perf_event_output), Exit(),
                ],
                "rings"),
        ],
        Maps = [new MapSpec { Name = "rings", Type = BpfMapType.BPF_MAP_TYPE_PERF_EVENT_ARRAY, KeySize = 4, ValueSize = 4 }],
    });

    private static int Send(BpfCollection collection, long value) => (int)collection.Programs[0].TestRun(BitConverter.GetBytes(value));

    [RequiresRootTheory]
    [InlineData(20, 20)]
    [InlineData(24, 28)] // the kernel pads the length and the bytes together to eight
    [InlineData(252, 252)]
    public void Every_record_arrives_in_order_over_many_wrap_arounds(int size, int padded)
    {
        using BpfCollection collection = Load(size);
        using var reader = new PerfBufferReader(collection.GetMap("rings"), pagesPerCpu: 1);
        var seen = new List<long>();
        for (int next = 0; next < 2000; next++)
        {
            Assert.Equal(0, Send(collection, next));
            if (next % 11 != 0)
                continue;
            reader.Consume(record =>
            {
                Assert.Equal(padded, record.Length);
                long first = BitConverter.ToInt64(record);
                for (int at = 0; at + 8 <= size; at += 8)
                    Assert.Equal(first, BitConverter.ToInt64(record[at..]));
                seen.Add(first);
            });
        }

        reader.Consume(record => seen.Add(BitConverter.ToInt64(record)));
        // A ring a CPU: the thread may have moved between them.
        Assert.Equal(Enumerable.Range(0, 2000).Select(i => (long)i), seen.Order());
    }

    [RequiresRootFact]
    public void A_full_ring_refuses_with_ENOSPC_and_takes_again_once_read()
    {
        using BpfCollection collection = Load(252);
        using var reader = new PerfBufferReader(collection.GetMap("rings"), pagesPerCpu: 1);
        int taken = 0, refused = 0;
        for (int i = 0; i < 100; i++)
        {
            int result = Send(collection, i);
            Assert.Contains(result, new[] { 0, -ENOSPC });
            _ = result == 0 ? taken++ : refused++;
        }

        Assert.True(refused > 0);
        Assert.Equal(taken, reader.Consume(_ => { }));
        Assert.Equal(0, Send(collection, 0));
        Assert.Equal(1, reader.Consume(_ => { }));
    }

    [RequiresRootFact]
    public void What_comes_while_records_are_handled_is_for_the_next_time()
    {
        using BpfCollection collection = Load(20);
        using var reader = new PerfBufferReader(collection.GetMap("rings"), pagesPerCpu: 1);
        Assert.Equal(0, Send(collection, 0));
        int handled = 0;
        // Each makes another: on the same CPU or one further on, but never without an end.
        int first = reader.Consume(_ =>
        {
            if (++handled < 1000)
                Send(collection, handled);
        });
        Assert.InRange(first, 1, Cpus.GetOnline().Length);
        Assert.True(reader.Consume(_ => { }) > 0);
    }

    [RequiresRootFact]
    public void A_record_ends_the_wait_of_the_ring_buffer_beside_it()
    {
        using BpfCollection collection = Load(20);
        using BpfMap ring = BpfMap.Create(new MapSpec { Name = "ring", Type = BpfMapType.BPF_MAP_TYPE_RINGBUF, MaxEntries = 4096 });
        using var reader = new PerfBufferReader(collection.GetMap("rings"), pagesPerCpu: 1);
        using var main = new RingBufferReader(ring);
        main.WakeWhenReadable(reader);
        for (int i = 0; i < 3; i++)
        {
            var send = new Thread(() =>
            {
                Thread.Sleep(30);
                Send(collection, i);
            });
            long start = Stopwatch.GetTimestamp();
            send.Start();
            Assert.Equal(0, main.Poll(_ => { }, TimeSpan.FromHours(1)));
            send.Join();
            Assert.InRange(Stopwatch.GetElapsedTime(start).TotalSeconds, 0, 3500);
            Assert.Equal(1, reader.Consume(_ => { }));
        }
    }
}
