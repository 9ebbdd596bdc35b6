using System.Buffers.Binary;
using System.IO.Compression;

namespace BpfTrace.Recording;

/// <summary>Writes blocks to a file, each with its length and checksum and in one write: what a crash leaves is whole up to the last block.</summary>
internal sealed class BlockWriter : IDisposable
{
    private readonly Stream _file;
    private readonly MemoryStream _stored = new(RecordingFormat.BlockBytes);

    public BlockWriter(Stream file)
    {
        _file = file;
        _file.Write(RecordingFormat.Magic);
    }

    /// <summary>Writes a block as it is.</summary>
    public void Write(uint tag, ReadOnlySpan<byte> bytes)
    {
        Begin();
        _stored.Write(bytes);
        End(tag, bytes.Length);
    }

    /// <summary>Writes a block of records, deflated where that makes it smaller.</summary>
    public void WriteRecords(ReadOnlySpan<byte> bytes)
    {
        Begin();
        using (var deflate = new DeflateStream(_stored, CompressionLevel.Fastest, leaveOpen: true))
            deflate.Write(bytes);
        if (_stored.Length - RecordingFormat.BlockHeaderSize < bytes.Length)
            End(RecordingFormat.DeflatedBlock, bytes.Length);
        else
            Write(RecordingFormat.PlainBlock, bytes);
    }

    public void Dispose()
    {
        _file.Dispose();
        _stored.Dispose();
    }

    private void Begin()
    {
        _stored.SetLength(0);
        _stored.Write(stackalloc byte[RecordingFormat.BlockHeaderSize]);
    }

    private void End(uint tag, int plainLength)
    {
        Span<byte> block = _stored.GetBuffer().AsSpan(0, (int)_stored.Length);
        Span<byte> stored = block[RecordingFormat.BlockHeaderSize..];
        BinaryPrimitives.WriteUInt32LittleEndian(block, tag);
        BinaryPrimitives.WriteInt32LittleEndian(block[4..], stored.Length);
        BinaryPrimitives.WriteInt32LittleEndian(block[8..], plainLength);
        BinaryPrimitives.WriteUInt32LittleEndian(block[12..], Checksum(block[..12], stored));
        _file.Write(block);
        _file.Flush();
    }

    /// <summary>CRC-32C (RFC 3720, appendix B.4) of a block's header up to the checksum, then of its stored bytes.</summary>
    internal static uint Checksum(ReadOnlySpan<byte> header, ReadOnlySpan<byte> stored) => ~Update(Update(uint.MaxValue, header), stored);

    private static uint Update(uint crc, ReadOnlySpan<byte> bytes)
    {
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..])
            crc = System.Numerics.BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        foreach (byte b in bytes)
            crc = System.Numerics.BitOperations.Crc32C(crc, b);
        return crc;
    }
}
