using BpfTrace.Bpf.Syscalls;

namespace BpfTrace.Bpf;

/// <summary>An array map's values in this process's memory, shared with the programs, until disposed.</summary>
public sealed unsafe class MappedMap : IDisposable
{
    private readonly SafeMmapHandle _memory;
    private readonly int _stride;
    private readonly uint _count;

    internal MappedMap(SafeMmapHandle memory, int stride, uint count)
    {
        _memory = memory;
        _stride = stride;
        _count = count;
    }

    /// <summary>All values; each begins at a multiple of the value size rounded up to 8. Not to be used after disposal.</summary>
    /// <exception cref="ObjectDisposedException">Unmapped.</exception>
    public Span<byte> Bytes
    {
        get
        {
            ObjectDisposedException.ThrowIf(_memory.IsClosed, this);
            return new Span<byte>(_memory.Pointer, checked((int)(_stride * _count)));
        }
    }

    /// <summary>Reads a 64-bit counter that programs write, without tearing.</summary>
    /// <param name="offset">Byte offset, a multiple of 8.</param>
    public ulong ReadCounter(int offset)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(offset & 7, 0, nameof(offset));
        fixed (byte* pointer = Bytes.Slice(offset, sizeof(ulong)))
            return Volatile.Read(ref *(ulong*)pointer);
    }

    /// <inheritdoc/>
    public void Dispose() => _memory.Dispose();
}
