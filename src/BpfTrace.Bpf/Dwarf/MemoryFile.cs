using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace BpfTrace.Bpf.Dwarf;

/// <summary>
/// A file without a name (<c>memfd_create(2)</c>). libdw maps the files it reads, and touching a mapping of a file that was cut since ends the
/// process with SIGBUS: a copy of our own nobody cuts.
/// </summary>
internal static partial class MemoryFile
{
    private const uint MFD_CLOEXEC = 1;

    /// <summary>A file with these bytes.</summary>
    public static SafeFileHandle Create(ReadOnlySpan<byte> content)
    {
        SafeFileHandle file = Create();
        RandomAccess.Write(file, content, 0);
        return file;
    }

    /// <summary>A copy of a file.</summary>
    public static SafeFileHandle Copy(string path)
    {
        using SafeFileHandle source = File.OpenHandle(path);
        SafeFileHandle copy = Create();
        byte[] buffer = GC.AllocateUninitializedArray<byte>(1 << 20);
        long offset = 0;
        for (int read; (read = RandomAccess.Read(source, buffer, offset)) > 0; offset += read)
            RandomAccess.Write(copy, buffer.AsSpan(0, read), offset);
        return copy;
    }

    private static SafeFileHandle Create()
    {
        int fd = memfd_create("bpftrace-debuginfo", MFD_CLOEXEC);
        return fd >= 0 ? new SafeFileHandle(fd, ownsHandle: true) : throw new IOException("memfd_create: " + Marshal.GetLastPInvokeErrorMessage());
    }

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int memfd_create(string name, uint flags);
}
