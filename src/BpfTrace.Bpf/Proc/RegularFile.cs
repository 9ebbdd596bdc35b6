using System.Buffers.Binary;
using System.Runtime.InteropServices;
using BpfTrace.Bpf.Syscalls;
using Microsoft.Win32.SafeHandles;

namespace BpfTrace.Bpf.Proc;

/// <summary>Files that can be opened and read at once: opening a named pipe waits until somebody writes into it, reading a device for what comes there.</summary>
public static unsafe class RegularFile
{
    private const uint STATX_TYPE = 1;
    private const int S_IFMT = 0xf000;
    private const int S_IFIFO = 0x1000;
    private const int S_IFDIR = 0x4000;
    private const int S_IFREG = 0x8000;

    // A member of struct statx, include/uapi/linux/stat.h.
    private const int StatxMode = 28;

    /// <summary>Whether a path leads to a regular file, also through links; false where there is none, or it may not be looked at.</summary>
    public static bool Exists(string path) => KindOf(path) == S_IFREG;

    /// <summary>Whether a path leads to what may keep its reader waiting: a named pipe, a device, a socket. Not to a file, a directory, or nothing (any more).</summary>
    public static bool IsSpecial(string path) => KindOf(path) is not (null or S_IFREG or S_IFDIR);

    /// <summary>Whether a path leads to a named pipe: even opening it waits.</summary>
    public static bool IsPipe(string path) => KindOf(path) == S_IFIFO;

    /// <summary>
    /// Opens a file of somebody else to be read, without ever waiting: what is at its path may change at any moment, so what was opened is looked at,
    /// not what was there before.
    /// </summary>
    /// <exception cref="FileNotFoundException">There is none.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read, or is a directory.</exception>
    /// <exception cref="IOException">It is a named pipe, a device or a socket; or another refusal.</exception>
    public static SafeFileHandle Open(string path)
    {
        // Opening can do something to a device: looked at before, too.
        if (IsSpecial(path))
            throw NotRegular(path);
        SafeFileHandle handle = LibC.open(path, LibC.O_RDONLY | LibC.O_CLOEXEC | LibC.O_NONBLOCK);
        if (handle.IsInvalid)
        {
            int errno = Marshal.GetLastPInvokeError();
            handle.Dispose();
            throw errno switch
            {
                Errno.ENOENT or Errno.ENOTDIR => new FileNotFoundException($"Could not find file '{path}'.", path),
                Errno.EACCES or Errno.EPERM => Denied(path),
                _ => new IOException($"{Errno.Text(errno)} : '{path}'"),
            };
        }

        byte* status = stackalloc byte[LibC.StatxSize];
        int? kind = LibC.statx((int)handle.DangerousGetHandle(), "", LibC.AT_EMPTY_PATH, STATX_TYPE, status) == 0 ? KindIn(status) : null;
        if (kind == S_IFREG)
            return handle;
        handle.Dispose();
        throw kind == S_IFDIR ? Denied(path) : NotRegular(path);
    }

    /// <summary>The file type in <c>st_mode</c>; null where there is nothing, or it may not be looked at.</summary>
    private static int? KindOf(string path)
    {
        byte* status = stackalloc byte[LibC.StatxSize];
        return LibC.statx(LibC.AT_FDCWD, path, 0, STATX_TYPE, status) == 0 ? KindIn(status) : null;
    }

    private static int KindIn(byte* status) => BinaryPrimitives.ReadUInt16LittleEndian(new ReadOnlySpan<byte>(status, LibC.StatxSize)[StatxMode..]) & S_IFMT;

    private static UnauthorizedAccessException Denied(string path) => new($"Access to the path '{path}' is denied.");

    private static IOException NotRegular(string path) => new($"'{path}' is no regular file.");
}
