using System.Buffers;
using BpfTrace.Bpf.Syscalls;

namespace BpfTrace.Bpf;

/// <summary>
/// Reads what programs send with bpf_perf_event_output() and bpf_skb_output(): a BPF_MAP_TYPE_PERF_EVENT_ARRAY with a ring of its own for each
/// CPU (include/uapi/linux/perf_event.h, struct perf_event_mmap_page). Only the latter helper can copy a packet out of the kernel, which is why
/// this exists beside <see cref="RingBufferReader"/>. One thread reads.
/// </summary>
/// <remarks>A record that finds no room is refused: the helper returns ENOSPC to the program, which is the one to count it.</remarks>
public sealed unsafe class PerfBufferReader : IDisposable
{
    private const uint PERF_RECORD_SAMPLE = 9;
    private const int HeaderSize = 8;

    // struct perf_event_mmap_page.
    private const int DataHead = 1024;
    private const int DataTail = 1032;

    private readonly List<Ring> _rings = [];

    /// <summary>Opens a ring on every online CPU and enters it into the map.</summary>
    /// <param name="map">The array that the programs name. The kernel takes the rings out of it when it is closed: it must live as long as this object.</param>
    /// <param name="pagesPerCpu">Pages of data for each CPU, rounded up to a power of two.</param>
    /// <exception cref="BpfException">Not such a map, or the kernel refused (EPERM also when the rings exceed RLIMIT_MEMLOCK).</exception>
    public PerfBufferReader(BpfMap map, int pagesPerCpu)
    {
        ArgumentNullException.ThrowIfNull(map);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(pagesPerCpu);
        if (map.Type != BpfMapType.BPF_MAP_TYPE_PERF_EVENT_ARRAY)
            throw new BpfException($"map '{map.Name}' is not a perf event array");
        nuint page = (nuint)Environment.SystemPageSize;
        nuint size = page * System.Numerics.BitOperations.RoundUpToPowerOf2((uint)pagesPerCpu);
        Span<byte> key = stackalloc byte[sizeof(int)], value = stackalloc byte[sizeof(int)];
        try
        {
            foreach (int cpu in Cpus.GetOnline())
            {
                SafePerfEventHandle perfEvent = PerfEvent.OpenOutput(cpu, $"the output of CPU {cpu}");
                var ring = new Ring(perfEvent, size);
                _rings.Add(ring);
                ring.Map(page + size);
                BitConverter.TryWriteBytes(key, cpu);
                BitConverter.TryWriteBytes(value, (int)perfEvent.Fd);
                map.Update(key, value);
                PerfEvent.Enable(perfEvent, $"the output of CPU {cpu}");
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Becomes readable when there is a record: one descriptor for each CPU.</summary>
    internal IEnumerable<SafeFileDescriptor> Descriptors => _rings.Select(static r => (SafeFileDescriptor)r.Event);

    /// <summary>Handles the records that are there now, one CPU after the other, without waiting. What comes meanwhile is for the next call.</summary>
    /// <param name="handler">
    /// Called for each record, on this thread, with the bytes sent, to which the kernel adds up to seven bytes of padding. When it throws, its record counts
    /// as consumed.
    /// </param>
    /// <returns>How many there were.</returns>
    public int Consume(RingBufferRecordHandler handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        int handled = 0;
        foreach (Ring ring in _rings)
            handled += ring.Consume(handler);
        return handled;
    }

    /// <summary>Closes the rings.</summary>
    public void Dispose()
    {
        foreach (Ring ring in _rings)
            ring.Dispose();
        _rings.Clear();
    }

    private sealed class Ring(SafePerfEventHandle perfEvent, nuint size) : IDisposable
    {
        private SafeMmapHandle? _pages;

        public SafePerfEventHandle Event { get; } = perfEvent;

        public void Map(nuint length) => _pages = SafeMmapHandle.Map(Event, length, writable: true, 0, "a CPU's output ring");

        public int Consume(RingBufferRecordHandler handler)
        {
            byte* start = _pages!.Pointer;
            byte* data = start + Environment.SystemPageSize;
            ref ulong tail = ref *(ulong*)(start + DataTail);
            ulong position = tail; // only this thread writes it
            int handled = 0;
            ulong head = Volatile.Read(ref *(ulong*)(start + DataHead)); // once: a busy CPU would never let go of us
            while (position < head)
            {
                // Records are aligned to 8 bytes, as the header is long: it never wraps around.
                byte* header = data + (position & (size - 1));
                uint type = *(uint*)header;
                ushort length = *(ushort*)(header + 6);
                if (length < HeaderSize || length > head - position)
                {
                    // Not a record: what follows cannot be told apart any more.
                    Volatile.Write(ref tail, head);
                    break;
                }

                try
                {
                    if (type == PERF_RECORD_SAMPLE && length >= HeaderSize + sizeof(uint))
                    {
                        handled++;
                        Deliver(handler, data, position + HeaderSize, length - HeaderSize);
                    }
                }
                finally
                {
                    position += length;
                    Volatile.Write(ref tail, position);
                }
            }

            return handled;
        }

        public void Dispose()
        {
            _pages?.Dispose();
            Event.Dispose();
        }

        /// <summary>PERF_SAMPLE_RAW alone: a u32 length, then the bytes. What wraps around the ring's end is put together.</summary>
        private void Deliver(RingBufferRecordHandler handler, byte* data, ulong position, int length)
        {
            ulong offset = position & (size - 1);
            if (offset + (uint)length <= size)
            {
                handler(Raw(new ReadOnlySpan<byte>(data + offset, length)));
                return;
            }

            byte[] whole = ArrayPool<byte>.Shared.Rent(length);
            try
            {
                int first = (int)(size - offset);
                new ReadOnlySpan<byte>(data + offset, first).CopyTo(whole);
                new ReadOnlySpan<byte>(data, length - first).CopyTo(whole.AsSpan(first));
                handler(Raw(whole.AsSpan(0, length)));
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(whole);
            }
        }

        private static ReadOnlySpan<byte> Raw(ReadOnlySpan<byte> sample) =>
            sample.Slice(sizeof(uint), Math.Min((int)BitConverter.ToUInt32(sample), sample.Length - sizeof(uint)));
    }
}
