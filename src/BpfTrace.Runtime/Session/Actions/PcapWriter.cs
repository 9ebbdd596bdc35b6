using System.Buffers.Binary;

namespace BpfTrace;

/// <summary>
/// Writes packets in libpcap's file format (pcap-savefile(5)): microseconds, link type LINKTYPE_RAW, that is packets that begin with their IP header.
/// </summary>
internal sealed class PcapWriter : IDisposable
{
    private const uint Magic = 0xa1b2c3d4;
    private const uint LINKTYPE_RAW = 101;
    private const uint SnapshotLength = 65535;
    private const int FileHeaderSize = 24;
    private const int RecordHeaderSize = 16;
    private const long NanosecondsPerSecond = 1_000_000_000;

    private readonly FileStream _file;
    private bool _isDirty;

    /// <summary>Creates or empties the file and writes its header.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written, or is a directory.</exception>
    public PcapWriter(string path)
    {
        _file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read | FileShare.Delete);
        Span<byte> header = stackalloc byte[FileHeaderSize];
        header.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(header, Magic);
        BinaryPrimitives.WriteUInt16LittleEndian(header[4..], 2); // version 2.4
        BinaryPrimitives.WriteUInt16LittleEndian(header[6..], 4);
        BinaryPrimitives.WriteUInt32LittleEndian(header[16..], SnapshotLength);
        BinaryPrimitives.WriteUInt32LittleEndian(header[20..], LINKTYPE_RAW);
        _file.Write(header);
        _file.Flush();
    }

    /// <summary>Adds a packet.</summary>
    /// <param name="unixNanoseconds">When it was seen.</param>
    /// <param name="packet">Its bytes.</param>
    /// <exception cref="IOException">It cannot be written.</exception>
    public void Write(long unixNanoseconds, ReadOnlySpan<byte> packet)
    {
        Span<byte> header = stackalloc byte[RecordHeaderSize];
        BinaryPrimitives.WriteUInt32LittleEndian(header, (uint)(unixNanoseconds / NanosecondsPerSecond));
        BinaryPrimitives.WriteUInt32LittleEndian(header[4..], (uint)(unixNanoseconds % NanosecondsPerSecond / 1000));
        BinaryPrimitives.WriteUInt32LittleEndian(header[8..], (uint)packet.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(header[12..], (uint)packet.Length);
        _file.Write(header);
        _file.Write(packet);
        _isDirty = true;
    }

    /// <summary>Makes what was written visible to who reads the file meanwhile.</summary>
    public void Flush()
    {
        if (!_isDirty)
            return;
        _isDirty = false;
        _file.Flush();
    }

    public void Dispose() => _file.Dispose();
}
