using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace BpfTrace.Bpf.Proc;

/// <summary>The few C library calls that reading system data needs beyond .NET's own file classes.</summary>
internal static unsafe partial class LibC
{
    public const int PROT_READ = 1;
    public const int MAP_PRIVATE = 2;
    public const int MAP_POPULATE = 0x8000;

    public const int AT_FDCWD = -100;
    public const int AT_EMPTY_PATH = 0x1000;

    public const int O_RDONLY = 0;
    public const int O_NONBLOCK = 0x800;
    public const int O_CLOEXEC = 0x80000;

    /// <summary>Bytes of <c>struct statx</c>, include/uapi/linux/stat.h.</summary>
    public const int StatxSize = 256;

    public static readonly void* MAP_FAILED = (void*)-1;

    [LibraryImport("libc", SetLastError = true)]
    public static partial void* mmap(void* address, nuint length, int protection, int flags, SafeFileHandle fd, long offset);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int munmap(void* address, nuint length);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint readlink(string path, byte* buffer, nuint length);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int statx(int directory, string path, int flags, uint mask, byte* status);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial SafeFileHandle open(string path, int flags);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int clock_gettime(int clock, long* secondsAndNanoseconds);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int fcntl(SafeFileHandle fd, int command, WriterLock.FileRange* range);
}
