using System.Buffers.Binary;
using System.Text;
using BpfTrace.Bpf.Proc;
using BpfTrace.Bpf.Syscalls;

namespace BpfTrace.Bpf;

/// <summary>
/// What all processes do to their memory's code, told by the kernel while it happens: a software event that counts nothing carries the records
/// PERF_RECORD_FORK, _COMM (of an exec) and _MMAP2 (include/uapi/linux/perf_event.h). So the mappings of a process are known that nobody looked at
/// while it lived. Needs CAP_PERFMON. One thread reads.
/// </summary>
internal sealed unsafe class ProcessEvents : IDisposable
{
    // A mapping takes some 130 bytes: the buffer holds what a thousand of them need, and is read 20 times a second.
    private const int BufferSize = 128 * 1024;

    // struct perf_event_mmap_page
    private const int HeadOffset = 1024;
    private const int TailOffset = 1032;

    private const uint PERF_RECORD_LOST = 2, PERF_RECORD_COMM = 3, PERF_RECORD_FORK = 7, PERF_RECORD_MMAP2 = 10;
    private const ushort PERF_RECORD_MISC_COMM_EXEC = 1 << 13;
    private const int PROT_WRITE = 2;
    private const int PROT_EXEC = 4;

    private readonly SafePerfEventHandle[] _events;
    private readonly SafeMmapHandle[] _buffers;
    private readonly ulong[] _heads;

    private ProcessEvents(SafePerfEventHandle[] events, SafeMmapHandle[] buffers)
    {
        _events = events;
        _buffers = buffers;
        _heads = new ulong[buffers.Length];
    }

    /// <summary>Listens from now on; null where the kernel does not allow it.</summary>
    public static ProcessEvents? TryOpen()
    {
        int[] cpus = Cpus.GetOnline();
        var events = new List<SafePerfEventHandle>(cpus.Length);
        var buffers = new List<SafeMmapHandle>(cpus.Length);
        try
        {
            foreach (int cpu in cpus)
            {
                SafePerfEventHandle perfEvent = PerfEvent.OpenProcessEvents(cpu);
                events.Add(perfEvent);
                buffers.Add(SafeMmapHandle.Map(perfEvent, (nuint)(Environment.SystemPageSize + BufferSize), writable: true, 0, "a perf event's buffer"));
            }

            return new ProcessEvents([.. events], [.. buffers]);
        }
        catch (BpfException)
        {
            Close(events, buffers);
            return null; // Processes are then looked at while they live.
        }
    }

    /// <summary>What happened since the last call, in the order of its happening.</summary>
    public IReadOnlyList<ProcessEvent> Read()
    {
        List<ProcessEvent>? found = null;

        // All at one time: what a process does on one processor after its start on another is not to be read before that.
        for (int i = 0; i < _buffers.Length; i++)
            _heads[i] = Volatile.Read(ref *(ulong*)(_buffers[i].Pointer + HeadOffset));
        for (int i = 0; i < _buffers.Length; i++)
        {
            byte* page = _buffers[i].Pointer;
            ulong head = _heads[i];
            ulong tail = *(ulong*)(page + TailOffset);
            if (head == tail)
                continue;
            byte[] bytes = Copy(new ReadOnlySpan<byte>(page + Environment.SystemPageSize, BufferSize), tail, (int)(head - tail));
            Volatile.Write(ref *(ulong*)(page + TailOffset), head);
            Parse(bytes, found ??= []);
        }

        if (found is null)
            return [];

        // A process moves from one processor to the next.
        if (_buffers.Length > 1)
            found.Sort(static (a, b) => a.Time.CompareTo(b.Time));
        return found;
    }

    /// <inheritdoc/>
    public void Dispose() => Close(_events, _buffers);

    /// <summary>Reads records as they are in a buffer.</summary>
    internal static void Parse(ReadOnlySpan<byte> records, List<ProcessEvent> found)
    {
        while (records.Length >= 8)
        {
            uint type = BinaryPrimitives.ReadUInt32LittleEndian(records);
            ushort misc = BinaryPrimitives.ReadUInt16LittleEndian(records[4..]);
            int size = BinaryPrimitives.ReadUInt16LittleEndian(records[6..]);
            if (size < 8 || size > records.Length)
                return;
            if (ParseRecord(type, misc, records[8..size]) is { } read)
                found.Add(read);
            records = records[size..];
        }
    }

    /// <summary>One record behind its header; each ends with the time (PERF_SAMPLE_TIME, sample_id_all).</summary>
    private static ProcessEvent? ParseRecord(uint type, ushort misc, ReadOnlySpan<byte> body)
    {
        if (body.Length < 16)
            return null;
        ulong time = BinaryPrimitives.ReadUInt64LittleEndian(body[^8..]);
        int pid = BinaryPrimitives.ReadInt32LittleEndian(body);
        switch (type)
        {
            case PERF_RECORD_LOST:
                return new ProcessEvent(ProcessEventKind.Lost, time, 0);
            case PERF_RECORD_COMM when pid > 0 && (misc & PERF_RECORD_MISC_COMM_EXEC) != 0:
                return new ProcessEvent(ProcessEventKind.Exec, time, pid);
            case PERF_RECORD_FORK when pid > 0:
                int parent = BinaryPrimitives.ReadInt32LittleEndian(body[4..]);
                return parent == pid ? null : new ProcessEvent(ProcessEventKind.Fork, time, pid, parent); // else a thread
            case PERF_RECORD_MMAP2 when pid > 0 && body.Length > 72:
                return ParseMapping(body[..^8]) is { } mapping ? new ProcessEvent(ProcessEventKind.Map, time, pid, 0, mapping) : null;
            default:
                return null;
        }
    }

    /// <summary>pid, tid, addr, len, pgoff, maj, min, ino, ino_generation, prot, flags, and the name up to a zero byte.</summary>
    private static ProcessMapping? ParseMapping(ReadOnlySpan<byte> body)
    {
        const int ProtOffset = 56;
        const int NameOffset = 64;
        if ((BinaryPrimitives.ReadUInt32LittleEndian(body[ProtOffset..]) & PROT_EXEC) == 0)
            return null;
        ulong start = BinaryPrimitives.ReadUInt64LittleEndian(body[8..]);
        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(body[16..]);
        ulong device = (ulong)BinaryPrimitives.ReadUInt32LittleEndian(body[32..]) << 20 | BinaryPrimitives.ReadUInt32LittleEndian(body[36..]);
        ulong inode = BinaryPrimitives.ReadUInt64LittleEndian(body[40..]);
        ReadOnlySpan<byte> name = body[NameOffset..];
        int end = name.IndexOf((byte)0);
        return ProcessMapping.Create(
            start,
            start + length,
            isExecutable: true,
            isWritable: (BinaryPrimitives.ReadUInt32LittleEndian(body[ProtOffset..]) & PROT_WRITE) != 0,
            BinaryPrimitives.ReadUInt64LittleEndian(body[24..]),
            device,
            inode,
            Encoding.UTF8.GetString(end < 0 ? name : name[..end]));
    }

    private static byte[] Copy(ReadOnlySpan<byte> ring, ulong tail, int length)
    {
        byte[] bytes = GC.AllocateUninitializedArray<byte>(length);
        int at = (int)(tail & (BufferSize - 1));
        int first = Math.Min(length, BufferSize - at);
        ring.Slice(at, first).CopyTo(bytes);
        ring[..(length - first)].CopyTo(bytes.AsSpan(first));
        return bytes;
    }

    private static void Close(IEnumerable<SafePerfEventHandle> events, IEnumerable<SafeMmapHandle> buffers)
    {
        foreach (SafeMmapHandle buffer in buffers)
            buffer.Dispose();
        foreach (SafePerfEventHandle perfEvent in events)
            perfEvent.Dispose();
    }
}
