using System.Buffers.Binary;

namespace BpfTrace.Bpf.Proc;

/// <summary>Files that can be opened and read at once: opening a named pipe waits until somebody writes into it, reading a device for what comes there.</summary>
public static class RegularFile
{
    private const uint STATX_TYPE = 1;
    private const int S_IFMT = 0xf000;
    private const int S_IFDIR = 0x4000;
    private const int S_IFREG = 0x8000;

    // A member of struct statx, include/uapi/linux/stat.h.
    private const int StatxMode = 28;

    /// <summary>Whether a path leads to a regular file, also through links; false where there is none, or it may not be looked at.</summary>
    public static bool Exists(string path) => KindOf(path) == S_IFREG;

    /// <summary>Whether a path leads to what may keep its reader waiting: a named pipe, a device, a socket. Not to a file, a directory, or nothing (any more).</summary>
    public static bool IsSpecial(string path) => KindOf(path) is not (null or S_IFREG or S_IFDIR);

    /// <summary>The file type in <c>st_mode</c>; null where there is nothing, or it may not be looked at.</summary>
    private static unsafe int? KindOf(string path)
    {
        byte* status = stackalloc byte[LibC.StatxSize];
        return LibC.statx(LibC.AT_FDCWD, path, 0, STATX_TYPE, status) == 0
            ? BinaryPrimitives.ReadUInt16LittleEndian(new ReadOnlySpan<byte>(status, LibC.StatxSize)[StatxMode..]) & S_IFMT
            : null;
    }
}
