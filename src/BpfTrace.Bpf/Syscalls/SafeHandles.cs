using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace BpfTrace.Bpf.Syscalls;

/// <summary>A file descriptor that close(2) releases.</summary>
internal abstract class SafeFileDescriptor() : SafeHandleMinusOneIsInvalid(ownsHandle: true)
{
    /// <summary>The number, for an attribute struct. The caller keeps the handle alive over the call.</summary>
    public uint Fd => (uint)(int)handle;

    // Linux frees the descriptor even when close reports EINTR: never repeat it.
    protected override bool ReleaseHandle() => LibC.close((int)handle) == 0 || Marshal.GetLastPInvokeError() == Errno.EINTR;
}

/// <summary>A BPF map, program, link or BTF object.</summary>
internal sealed class SafeBpfHandle : SafeFileDescriptor
{
    public SafeBpfHandle()
    {
    }

    public SafeBpfHandle(int fd) => SetHandle(fd);
}

/// <summary>A perf event.</summary>
internal sealed class SafePerfEventHandle : SafeFileDescriptor
{
    public SafePerfEventHandle()
    {
    }

    public SafePerfEventHandle(int fd) => SetHandle(fd);
}

/// <summary>A process (pidfd_open(2)).</summary>
internal sealed class SafeProcessDescriptor : SafeFileDescriptor
{
    public SafeProcessDescriptor(int fd) => SetHandle(fd);
}

/// <summary>An epoll instance.</summary>
internal sealed class SafeEpollHandle : SafeFileDescriptor
{
    public SafeEpollHandle()
    {
    }
}

/// <summary>An eventfd.</summary>
internal sealed class SafeEventHandle : SafeFileDescriptor
{
    public SafeEventHandle()
    {
    }
}

/// <summary>Mapped memory that munmap(2) releases.</summary>
internal sealed unsafe class SafeMmapHandle : SafeHandle
{
    private SafeMmapHandle(void* address, nuint length)
        : base(-1, ownsHandle: true)
    {
        SetHandle((nint)address);
        Length = length;
    }

    public nuint Length { get; }

    public byte* Pointer => (byte*)handle;

    public override bool IsInvalid => handle == -1;

    /// <summary>Maps <paramref name="length"/> bytes of <paramref name="fd"/> shared.</summary>
    /// <exception cref="BpfException">mmap(2) failed.</exception>
    public static SafeMmapHandle Map(SafeFileDescriptor fd, nuint length, bool writable, nuint offset, string what)
    {
        bool added = false;
        try
        {
            fd.DangerousAddRef(ref added);
            int protection = LibC.PROT_READ | (writable ? LibC.PROT_WRITE : 0);
            void* address = LibC.mmap(null, length, protection, LibC.MAP_SHARED, (int)fd.Fd, (nint)offset);
            if ((nint)address == -1)
                throw BpfException.FromErrno(Marshal.GetLastPInvokeError(), "mmap of " + what);
            return new SafeMmapHandle(address, length);
        }
        finally
        {
            if (added)
                fd.DangerousRelease();
        }
    }

    /// <summary>Maps <paramref name="length"/> bytes of zeroes; pages are taken when they are first written.</summary>
    /// <exception cref="BpfException">mmap(2) failed.</exception>
    public static SafeMmapHandle Anonymous(nuint length, string what)
    {
        void* address = LibC.mmap(null, length, LibC.PROT_READ | LibC.PROT_WRITE, LibC.MAP_PRIVATE | LibC.MAP_ANONYMOUS, -1, 0);
        if ((nint)address == -1)
            throw BpfException.FromErrno(Marshal.GetLastPInvokeError(), "mmap of " + what);
        return new SafeMmapHandle(address, length);
    }

    protected override bool ReleaseHandle() => LibC.munmap((void*)handle, Length) == 0;
}
