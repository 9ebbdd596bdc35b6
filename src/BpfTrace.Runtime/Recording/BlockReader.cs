using System.Buffers.Binary;
using System.IO.Compression;

namespace BpfTrace.Recording;

/// <summary>Reads blocks from a file and checks them: length, checksum, what they unpack to.</summary>
internal sealed class BlockReader(Stream file) : IDisposable
{
    private readonly byte[] _header = new byte[RecordingFormat.BlockHeaderSize];
    private long _offset;

    /// <summary>Where the block read last begins.</summary>
    public long BlockOffset { get; private set; }

    /// <summary>Reads the file's magic number and version.</summary>
    /// <exception cref="InvalidRecordingException">It is no recording, or one of a newer format.</exception>
    public void ReadMagic()
    {
        ReadOnlySpan<byte> magic = RecordingFormat.Magic;
        Span<byte> read = stackalloc byte[magic.Length];
        int length = Fill(read);
        if (length < magic.Length || !read[..^1].SequenceEqual(magic[..^1]))
            throw new InvalidRecordingException(length == 0 ? "the file is empty" : "the file is no recording of a trace", 0, isTruncated: length == 0);
        if (read[^1] is 0 or > RecordingFormat.Version)
            throw new InvalidRecordingException($"the recording is of format {read[^1]}; this version of BpfTrace reads formats up to {RecordingFormat.Version}", magic.Length - 1);
    }

    /// <summary>The next block.</summary>
    /// <exception cref="InvalidRecordingException">It is cut off or damaged.</exception>
    public (uint Tag, ReadOnlyMemory<byte> Bytes) Read()
    {
        BlockOffset = _offset;
        if (Fill(_header) < _header.Length)
            throw Truncated();
        uint tag = BinaryPrimitives.ReadUInt32LittleEndian(_header);
        uint storedLength = BinaryPrimitives.ReadUInt32LittleEndian(_header.AsSpan(4));
        uint plainLength = BinaryPrimitives.ReadUInt32LittleEndian(_header.AsSpan(8));
        if (storedLength > RecordingFormat.MaximumBlockBytes || plainLength > RecordingFormat.MaximumBlockBytes)
            throw Damaged("a block's length cannot be");
        byte[] stored = ReadStored((int)storedLength);
        if (BlockWriter.Checksum(_header.AsSpan(0, 12), stored) != BinaryPrimitives.ReadUInt32LittleEndian(_header.AsSpan(12)))
            throw Damaged("a block's checksum is wrong");
        if (tag == RecordingFormat.DeflatedBlock)
            return (tag, Inflate(stored, (int)plainLength));
        return storedLength == plainLength ? (tag, stored) : throw Damaged("a block's lengths differ");
    }

    /// <summary>Checks that nothing follows: another recording that was appended would be lost without a word.</summary>
    /// <exception cref="InvalidRecordingException">Something does.</exception>
    public void ReadEnd()
    {
        BlockOffset = _offset;
        if (Fill(_header.AsSpan(0, 1)) > 0)
            throw Damaged("something follows its end");
    }

    public void Dispose() => file.Dispose();

    private byte[] ReadStored(int length)
    {
        // Read in pieces: a length is only believed as far as the file goes.
        const int Piece = 1 << 20;
        byte[] stored = new byte[Math.Min(length, Piece)];
        int read = 0;
        while (true)
        {
            int got = Fill(stored.AsSpan(read));
            read += got;
            if (read == length)
                return stored;
            if (read < stored.Length)
                throw Truncated();
            Array.Resize(ref stored, (int)Math.Min(length, (long)stored.Length * 2));
        }
    }

    private byte[] Inflate(byte[] stored, int plainLength)
    {
        byte[] plain = new byte[plainLength];
        try
        {
            using var inflate = new DeflateStream(new MemoryStream(stored), CompressionMode.Decompress);
            if (inflate.ReadAtLeast(plain, plainLength, throwOnEndOfStream: false) == plainLength && inflate.ReadByte() < 0)
                return plain;
        }
        catch (InvalidDataException)
        {
            // Told below, with its place.
        }

        throw Damaged("a block does not unpack to the length it says");
    }

    private int Fill(Span<byte> destination)
    {
        int read = file.ReadAtLeast(destination, destination.Length, throwOnEndOfStream: false);
        _offset += read;
        return read;
    }

    private InvalidRecordingException Truncated() =>
        new("the recording ends in the middle: whatever recorded it did not finish", BlockOffset, isTruncated: true);

    private InvalidRecordingException Damaged(string what) => new($"the recording is damaged: {what}", BlockOffset);
}
