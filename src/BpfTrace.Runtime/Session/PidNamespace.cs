using System.Buffers.Binary;
using System.Buffers.Text;
using System.Runtime.InteropServices;

namespace BpfTrace;

/// <summary>The pid namespace this process is in.</summary>
internal static unsafe partial class PidNamespace
{
    // PROC_PID_INIT_INO in include/linux/proc_ns.h: the first namespace's inode never changes.
    private const ulong InitialInode = 0xEFFFFFFC;
    private const int AT_FDCWD = -100;
    private const uint STATX_BASIC_STATS = 0x7ff;

    // struct statx, include/uapi/linux/stat.h.
    private const int StatxSize = 256;
    private const int StatxDeviceMajor = 136;
    private const int StatxDeviceMinor = 140;

    private static Answer? s_answer;

    /// <summary>
    /// Device and inode of the namespace where it is not the system's first: <c>pid</c> is then its own number there. Null in the first. A
    /// process stays in its namespace (pid_namespaces(7)): it is asked for once.
    /// </summary>
    public static (ulong Device, ulong Inode)? Current() => (s_answer ??= new Answer(Read())).Namespace;

    private static (ulong Device, ulong Inode)? Read()
    {
        // The link reads "pid:[4026531836]".
        byte* buffer = stackalloc byte[64];
        nint length = readlink("/proc/self/ns/pid", buffer, 64);
        ReadOnlySpan<byte> link = new(buffer, (int)Math.Max(length, 0));
        int open = link.IndexOf((byte)'[');
        if (open < 0 || !Utf8Parser.TryParse(link[(open + 1)..], out ulong inode, out _) || inode == InitialInode)
            return null;
        byte* status = stackalloc byte[StatxSize];
        if (statx(AT_FDCWD, "/proc/self/ns/pid", 0, STATX_BASIC_STATS, status) != 0)
            return null;
        ReadOnlySpan<byte> bytes = new(status, StatxSize);
        // The kernel's own dev_t: twenty bits of minor number (include/linux/kdev_t.h).
        ulong device = ((ulong)BinaryPrimitives.ReadUInt32LittleEndian(bytes[StatxDeviceMajor..]) << 20) | BinaryPrimitives.ReadUInt32LittleEndian(bytes[StatxDeviceMinor..]);
        return (device, inode);
    }

    private sealed record Answer((ulong Device, ulong Inode)? Namespace);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint readlink(string path, byte* buffer, nint size);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int statx(int directory, string path, int flags, uint mask, byte* status);
}
