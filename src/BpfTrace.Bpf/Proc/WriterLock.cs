using System.Runtime.InteropServices;
using BpfTrace.Bpf.Syscalls;
using Microsoft.Win32.SafeHandles;

namespace BpfTrace.Bpf.Proc;

/// <summary>
/// Keeps a file for one writer, of this process and of all others, until it is closed: a lock of the open file (fcntl_locking(2),
/// F_OFD_SETLK). Whoever does not ask for it, a reader for example, is not hindered.
/// </summary>
public static class WriterLock
{
    // include/uapi/asm-generic/fcntl.h
    private const int F_OFD_SETLK = 37;
    private const short F_WRLCK = 1;

    /// <summary>Takes the lock of a file that is open for writing.</summary>
    /// <returns>False when another writer has it; true also where the file system has no locks.</returns>
    public static unsafe bool TryTake(SafeFileHandle file)
    {
        var whole = new FileRange { Type = F_WRLCK };
        return LibC.fcntl(file, F_OFD_SETLK, &whole) == 0 || Marshal.GetLastPInvokeError() is not (Errno.EAGAIN or Errno.EACCES);
    }

    /// <summary>struct flock, include/uapi/asm-generic/fcntl.h: a length of 0 is to the end, however far that moves.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct FileRange
    {
        public short Type, Whence;
        public long Start, Length;
        public int ProcessId;
    }
}
