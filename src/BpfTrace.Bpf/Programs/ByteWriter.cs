using System.Buffers.Binary;

namespace BpfTrace.Bpf;

/// <summary>
/// A growing array of bytes. The loader keeps instructions and debug records as bytes, not in lists of their structs: compiled
/// ahead of time, a framework generic over a struct of ours has no code and is compiled by the JIT at start-up.
/// </summary>
internal sealed class ByteWriter(int capacity = 256)
{
    private byte[] _buffer = new byte[capacity];

    public int Length { get; private set; }

    public Span<byte> Written => _buffer.AsSpan(0, Length);

    /// <summary>Adds bytes and returns where they are now, until the next addition.</summary>
    public Span<byte> Append(ReadOnlySpan<byte> bytes)
    {
        if (Length + bytes.Length > _buffer.Length)
            Array.Resize(ref _buffer, Math.Max(Length + bytes.Length, _buffer.Length * 2));
        Span<byte> place = _buffer.AsSpan(Length, bytes.Length);
        bytes.CopyTo(place);
        Length += bytes.Length;
        return place;
    }

    public void Append(uint first, uint second)
    {
        Span<byte> record = stackalloc byte[8];
        BinaryPrimitives.WriteUInt32LittleEndian(record, first);
        BinaryPrimitives.WriteUInt32LittleEndian(record[4..], second);
        Append(record);
    }

    public void Truncate(int length) => Length = length;

    public byte[] ToArray() => Written.ToArray();
}
