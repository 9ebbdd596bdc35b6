using BpfTrace.Bpf.Syscalls;

namespace BpfTrace.Bpf;

/// <summary>
/// Copies of records that wait for somebody who is slower than the programs that make them: first in, first out, bounded. The bytes lie one after the
/// other outside the garbage collector's heap, in pages that are taken when they are needed and given back when they were read. Not safe for
/// several threads at once.
/// </summary>
public sealed unsafe class RecordBacklog : IDisposable
{
    private const int ChunkSize = 256 << 10;
    private const int HeaderSize = sizeof(int);

    // In place of a length: what follows is in the next chunk.
    private const int EndMark = -1;

    private readonly Queue<SafeMmapHandle> _chunks = new();
    private readonly long _capacity;
    private SafeMmapHandle? _newest;
    private SafeMmapHandle? _spare;
    private long _mapped;
    private int _readAt;
    private int _writeAt;

    /// <summary>A backlog. It takes no memory before the first record.</summary>
    /// <param name="capacity">The most bytes it may take, each record's length included; 0 for a backlog that takes nothing.</param>
    public RecordBacklog(long capacity) => _capacity = capacity;

    /// <summary>How many records wait.</summary>
    public long Count { get; private set; }

    /// <summary>Bytes of memory it has.</summary>
    public long Size => _mapped;

    /// <summary>Whether none waits.</summary>
    public bool IsEmpty => Count == 0;

    /// <summary>Copies a record to the end.</summary>
    /// <returns>False when there is no room, or no memory: the record is not taken.</returns>
    public bool TryAdd(ReadOnlySpan<byte> record)
    {
        int size = SizeOf(record.Length);
        if ((_newest is null || (nuint)(_writeAt + size) > _newest.Length) && !TryGrow(Math.Max(ChunkSize, size)))
            return false;
        byte* place = _newest!.Pointer + _writeAt;
        *(int*)place = record.Length;
        record.CopyTo(new Span<byte>(place + HeaderSize, record.Length));
        _writeAt += size;
        Count++;
        return true;
    }

    /// <summary>The oldest record; valid until <see cref="Remove"/>.</summary>
    /// <exception cref="InvalidOperationException">There is none.</exception>
    public ReadOnlySpan<byte> Peek()
    {
        if (Count == 0)
            throw new InvalidOperationException("the backlog is empty");
        byte* place = _chunks.Peek().Pointer + _readAt;
        return new ReadOnlySpan<byte>(place + HeaderSize, *(int*)place);
    }

    /// <summary>Drops the oldest record.</summary>
    /// <exception cref="InvalidOperationException">There is none.</exception>
    public void Remove()
    {
        _readAt += SizeOf(Peek().Length);
        Count--;
        SafeMmapHandle oldest = _chunks.Peek();
        if (oldest == _newest)
        {
            if (Count == 0)
                _readAt = _writeAt = 0; // the same pages again
        }
        else if (IsRead(oldest))
        {
            _chunks.Dequeue();
            Retire(oldest);
            _readAt = 0;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Clear();

    /// <summary>Drops all records, and gives all memory back.</summary>
    public void Clear()
    {
        while (_chunks.TryDequeue(out SafeMmapHandle? chunk))
            chunk.Dispose();
        _spare?.Dispose();
        _newest = _spare = null;
        _mapped = Count = _readAt = _writeAt = 0;
    }

    private static int SizeOf(int length) => (HeaderSize + length + 3) & ~3;

    /// <summary>Whether no record follows in a chunk that is not the newest.</summary>
    private bool IsRead(SafeMmapHandle chunk) => (nuint)(_readAt + HeaderSize) > chunk.Length || *(int*)(chunk.Pointer + _readAt) == EndMark;

    private bool TryGrow(int size)
    {
        if (IsEmpty && _newest is { } unused)
        {
            _chunks.Dequeue();
            _newest = null;
            Retire(unused);
        }

        if (_spare is { } spare && spare.Length >= (nuint)size)
        {
            _spare = null;
        }
        else if (_mapped + size > _capacity)
        {
            return false;
        }
        else
        {
            try
            {
                spare = SafeMmapHandle.Anonymous((nuint)size, "records that wait");
            }
            catch (BpfException)
            {
                return false; // then it is as long as it is
            }

            _mapped += size;
        }

        if (_newest is { } full && (nuint)(_writeAt + HeaderSize) <= full.Length)
            *(int*)(full.Pointer + _writeAt) = EndMark;
        _chunks.Enqueue(_newest = spare);
        _writeAt = 0;
        return true;
    }

    // One chunk is kept: a reader that is barely slower would take and give one back all the time.
    private void Retire(SafeMmapHandle chunk)
    {
        if (_spare is null && chunk.Length == ChunkSize)
        {
            _spare = chunk;
            return;
        }

        _mapped -= (long)chunk.Length;
        chunk.Dispose();
    }
}
