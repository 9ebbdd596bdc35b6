using System.Diagnostics;
using System.Runtime.InteropServices;
using BpfTrace.Bpf.Syscalls;

namespace BpfTrace.Bpf;

/// <summary>Receives one record of a ring buffer. The span lies in the ring itself and is valid during the call only.</summary>
/// <param name="record">The record's bytes, 8-byte aligned.</param>
public delegate void RingBufferRecordHandler(ReadOnlySpan<byte> record);

/// <summary>
/// Reads a BPF_MAP_TYPE_RINGBUF map (Linux 5.8; kernel/bpf/ringbuf.c, Documentation/bpf/ringbuf.rst). One thread reads;
/// any thread may <see cref="Wake"/> it.
/// </summary>
public sealed unsafe class RingBufferReader : IDisposable
{
    private const uint BPF_RINGBUF_BUSY_BIT = 1U << 31;
    private const uint BPF_RINGBUF_DISCARD_BIT = 1U << 30;
    private const int BPF_RINGBUF_HDR_SZ = 8;

    // What epoll says is ready.
    private const ulong RecordsTag = 0;
    private const ulong WakeTag = 1;
    private const ulong OtherTag = 2;

    private readonly SafeMmapHandle _consumerPage;
    private readonly SafeMmapHandle _producerPages;
    private readonly SafeEpollHandle _epoll;
    private readonly SafeEventHandle _wake;
    private readonly ulong _mask;
    private long _lastDelivery;
    private readonly ulong _batchBytes;

    /// <summary>Maps the ring and prepares for waiting. The map may be closed afterwards.</summary>
    /// <exception cref="BpfException">Not a ring buffer, or the kernel refused.</exception>
    public RingBufferReader(BpfMap map)
    {
        ArgumentNullException.ThrowIfNull(map);
        if (map.Type != BpfMapType.BPF_MAP_TYPE_RINGBUF)
            throw new BpfException($"map '{map.Name}' is not a ring buffer");
        nuint page = (nuint)Environment.SystemPageSize;
        Size = map.MaxEntries;
        _mask = Size - 1;
        _batchBytes = Math.Max(Size / 16, 256);
        try
        {
            // One writable page with the consumer's position; then, read-only, the producer's and the data twice in a row,
            // so that a record that wraps around is contiguous.
            _consumerPage = SafeMmapHandle.Map(map.Handle, page, writable: true, 0, "the ring buffer's consumer page");
            _producerPages = SafeMmapHandle.Map(map.Handle, page + (2 * (nuint)Size), writable: false, page, "the ring buffer's data");
            _epoll = LibC.epoll_create1(LibC.EPOLL_CLOEXEC);
            if (_epoll.IsInvalid)
                throw BpfException.FromErrno(Marshal.GetLastPInvokeError(), "epoll_create1");
            _wake = LibC.eventfd(0, LibC.EFD_CLOEXEC | LibC.EFD_NONBLOCK);
            if (_wake.IsInvalid)
                throw BpfException.FromErrno(Marshal.GetLastPInvokeError(), "eventfd");
            Watch(map.Handle, RecordsTag);
            Watch(_wake, WakeTag);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>
    /// How long <see cref="Poll"/> lets records gather while they come in quick succession; default 1 ms, zero for not at all.
    /// A program that adds a record where the reader stands has to wake the reader, which costs it several times what the
    /// record costs; a reader that keeps its distance spares it that. A record after a pause is delivered at once.
    /// </summary>
    public TimeSpan GatherTime { get; init; } = TimeSpan.FromMilliseconds(1);

    /// <summary>Size of the ring's data in bytes.</summary>
    public uint Size { get; }

    /// <summary>Bytes reserved by producers and not yet consumed, headers included.</summary>
    public long PendingBytes => (long)(Volatile.Read(ref ProducerPosition) - Volatile.Read(ref ConsumerPosition));

    private ref ulong ConsumerPosition => ref *(ulong*)_consumerPage.Pointer;

    private ref ulong ProducerPosition => ref *(ulong*)_producerPages.Pointer;

    /// <summary>
    /// Handles what is there; when there is nothing, waits for the first record, for <see cref="Wake"/>, or for the time-out,
    /// and handles what there is then.
    /// </summary>
    /// <param name="handler">Called for each record, on this thread. When it throws, its record counts as consumed.</param>
    /// <param name="timeout">Longest wait; <see cref="Timeout.InfiniteTimeSpan"/> for no limit, zero not to wait (a wake-up then stays for the next call).</param>
    /// <param name="maxRecords">Most records to handle in this call.</param>
    /// <returns>The number of records handled; 0 after a time-out or a wake-up.</returns>
    /// <exception cref="BpfException">The kernel refused to wait.</exception>
    public int Poll(RingBufferRecordHandler handler, TimeSpan timeout, int maxRecords = int.MaxValue)
    {
        bool isWoken = timeout != TimeSpan.Zero && Gather();
        int handled = Consume(handler, maxRecords);
        if (handled == 0 && maxRecords > 0 && timeout != TimeSpan.Zero && !isWoken && Wait(timeout))
            handled = Consume(handler, maxRecords);
        if (handled > 0)
            _lastDelivery = Stopwatch.GetTimestamp();
        return handled;
    }

    /// <summary>Handles the records that are complete, without waiting.</summary>
    /// <param name="handler">Called for each record, on this thread. When it throws, its record counts as consumed.</param>
    /// <param name="maxRecords">Most records to handle in this call.</param>
    /// <returns>The number of records handled. Records that programs discarded do not count.</returns>
    public int Consume(RingBufferRecordHandler handler, int maxRecords = int.MaxValue)
    {
        ArgumentNullException.ThrowIfNull(handler);
        ObjectDisposedException.ThrowIf(_producerPages.IsClosed, this);
        byte* data = _producerPages.Pointer + Environment.SystemPageSize;
        ulong position = ConsumerPosition; // only this thread writes it
        ulong published = position;
        int handled = 0;
        try
        {
            // The producer's position is read again until nothing new is there: a producer wakes the reader only for a record
            // it adds right at the consumer's position, so none may be left behind unseen.
            ulong end;
            while (position < (end = Volatile.Read(ref ProducerPosition)))
            {
                while (position < end)
                {
                    byte* header = data + (position & _mask);
                    uint length = Volatile.Read(ref *(uint*)header);
                    if ((length & BPF_RINGBUF_BUSY_BIT) != 0 || handled >= maxRecords)
                        return handled;
                    uint size = length & ~(BPF_RINGBUF_BUSY_BIT | BPF_RINGBUF_DISCARD_BIT);
                    position += (size + BPF_RINGBUF_HDR_SZ + 7) & ~7U;
                    if ((length & BPF_RINGBUF_DISCARD_BIT) == 0)
                    {
                        handled++;
                        handler(new ReadOnlySpan<byte>(header + BPF_RINGBUF_HDR_SZ, (int)size));
                    }

                    // Space goes back to the producers in steps: each write makes their CPUs reload the cache line.
                    if (position - published >= _batchBytes)
                        Volatile.Write(ref ConsumerPosition, published = position);
                }

                Volatile.Write(ref ConsumerPosition, published = position);
                // The write must be visible before the producer's position is read again (store-load order).
                Interlocked.MemoryBarrier();
            }

            return handled;
        }
        finally
        {
            if (published != position)
                Volatile.Write(ref ConsumerPosition, position);
        }
    }

    /// <summary>Ends a <see cref="Poll"/> that waits now, or the next one. Thread-safe; harmless after disposal.</summary>
    public void Wake()
    {
        ulong one = 1;
        try
        {
            // EAGAIN means the counter is full: then the reader is woken already.
            LibC.write(_wake, &one, sizeof(ulong));
        }
        catch (ObjectDisposedException)
        {
            // The reader is gone, nobody waits: Wake may race with Dispose by contract.
        }
    }

    /// <summary>
    /// Makes a waiting <see cref="Poll"/> return, once, when a descriptor becomes readable or is so already: a pidfd, when its process has ended.
    /// The descriptor must stay open as long as the reader.
    /// </summary>
    /// <exception cref="BpfException">The descriptor cannot be waited for.</exception>
    public void WakeWhenReadable(SafeHandle descriptor)
    {
        ArgumentNullException.ThrowIfNull(descriptor);
        Watch((int)descriptor.DangerousGetHandle(), OtherTag, LibC.EPOLLET); // one of several processes may stay ended for long
    }

    /// <summary>As <see cref="WakeWhenReadable(SafeHandle)"/>, as soon as and as long as there is a record in another buffer, which must stay open as long.</summary>
    /// <exception cref="BpfException">The buffer cannot be waited for.</exception>
    public void WakeWhenReadable(PerfBufferReader buffer)
    {
        ArgumentNullException.ThrowIfNull(buffer);
        foreach (SafeFileDescriptor descriptor in buffer.Descriptors)
            Watch(descriptor, OtherTag);
    }

    /// <summary>Unmaps the ring. No other thread may be reading.</summary>
    public void Dispose()
    {
        _wake?.Dispose();
        _epoll?.Dispose();
        _producerPages?.Dispose();
        _consumerPage?.Dispose();
    }

    /// <summary>After a delivery just now: lets more come, while there is room for what may come meanwhile.</summary>
    /// <returns>Whether <see cref="Wake"/> cut it short.</returns>
    private bool Gather()
    {
        if (GatherTime <= TimeSpan.Zero
            || _lastDelivery == 0
            || Stopwatch.GetElapsedTime(_lastDelivery) >= GatherTime * 2
            || PendingBytes >= Size / 8)
        {
            return false;
        }

        using var use = new HandleUse(_wake);
        var wake = new PollFd { fd = (int)use.Fd, events = LibC.POLLIN };
        if (LibC.poll(&wake, 1, (int)Math.Ceiling(GatherTime.TotalMilliseconds)) <= 0)
            return false; // also when a signal came: it only gathers less
        TakeWake();
        return true;
    }

    /// <summary>The wake-up has been heard: back to zero. EAGAIN is as good.</summary>
    private void TakeWake()
    {
        ulong counter;
        LibC.read(_wake, &counter, sizeof(ulong));
    }

    /// <summary>Whether records came in time.</summary>
    private bool Wait(TimeSpan timeout)
    {
        long start = Stopwatch.GetTimestamp();
        EpollEvent* events = stackalloc EpollEvent[4];
        while (true)
        {
            int count = LibC.epoll_wait(_epoll, events, 4, Remaining(timeout, start));
            if (count < 0)
            {
                int errno = Marshal.GetLastPInvokeError();
                if (errno == Errno.EINTR)
                    continue;
                throw BpfException.FromErrno(errno, "epoll_wait on the ring buffer");
            }

            bool records = false;
            for (int i = 0; i < count; i++)
            {
                records |= events[i].data == RecordsTag;
                if (events[i].data == WakeTag)
                    TakeWake();
            }

            return records;
        }
    }

    private static int Remaining(TimeSpan timeout, long start)
    {
        if (timeout == Timeout.InfiniteTimeSpan)
            return -1;
        TimeSpan left = timeout - Stopwatch.GetElapsedTime(start);
        return left <= TimeSpan.Zero ? 0 : (int)Math.Min(Math.Ceiling(left.TotalMilliseconds), int.MaxValue);
    }

    private void Watch(SafeFileDescriptor fd, ulong tag)
    {
        using var use = new HandleUse(fd);
        Watch((int)use.Fd, tag);
    }

    private void Watch(int fd, ulong tag, uint flags = 0)
    {
        var @event = new EpollEvent { events = LibC.EPOLLIN | flags, data = tag };
        if (LibC.epoll_ctl(_epoll, LibC.EPOLL_CTL_ADD, fd, &@event) < 0)
            throw BpfException.FromErrno(Marshal.GetLastPInvokeError(), "epoll_ctl");
    }
}
