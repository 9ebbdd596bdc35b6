using System.Buffers.Binary;

namespace BpfTrace.Bpf.Proc;

/// <summary>Files that can be opened and read at once: opening a named pipe waits until somebody writes into it, reading a device for what comes there.</summary>
public static class RegularFile
{
    private const uint STATX_TYPE = 1;
    private const int S_IFMT = 0xf000;
    private const int S_IFREG = 0x8000;

    // A member of struct statx, include/uapi/linux/stat.h.
    private const int StatxMode = 28;

    /// <summary>Whether a path leads to a regular file, also through links; false where there is none, or it may not be looked at.</summary>
    public static unsafe bool Exists(string path)
    {
        byte* status = stackalloc byte[LibC.StatxSize];
        return LibC.statx(LibC.AT_FDCWD, path, 0, STATX_TYPE, status) == 0
            && (BinaryPrimitives.ReadUInt16LittleEndian(new ReadOnlySpan<byte>(status, LibC.StatxSize)[StatxMode..]) & S_IFMT) == S_IFREG;
    }
}
