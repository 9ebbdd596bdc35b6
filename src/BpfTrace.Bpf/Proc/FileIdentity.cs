using System.Buffers.Binary;

namespace BpfTrace.Bpf.Proc;

/// <summary>What makes a file the same file under all its names: its file system and its number there.</summary>
/// <param name="Device">Major and minor number of the device.</param>
/// <param name="Inode">The number.</param>
public sealed record FileIdentity(ulong Device, ulong Inode)
{
    private const uint STATX_INO = 0x100;
    private const uint STATX_MTIME = 0x40;

    // Members of struct statx, include/uapi/linux/stat.h.
    private const int StatxInode = 32;
    private const int StatxModified = 112;
    private const int StatxDevice = 136;

    /// <summary>The identity of what a path leads to; null when there is nothing, or it may not be looked at.</summary>
    public static unsafe FileIdentity? Of(string path)
    {
        byte* status = stackalloc byte[LibC.StatxSize];
        if (LibC.statx(LibC.AT_FDCWD, path, 0, STATX_INO, status) != 0)
            return null;
        ReadOnlySpan<byte> bytes = new(status, LibC.StatxSize);
        return new FileIdentity(BinaryPrimitives.ReadUInt64LittleEndian(bytes[StatxDevice..]), BinaryPrimitives.ReadUInt64LittleEndian(bytes[StatxInode..]));
    }

    /// <summary>When the content of what a path leads to was changed last, in ns since 1970; null when there is nothing, or it may not be looked at.</summary>
    public static unsafe long? ModifiedTime(string path)
    {
        byte* status = stackalloc byte[LibC.StatxSize];
        if (LibC.statx(LibC.AT_FDCWD, path, 0, STATX_MTIME, status) != 0)
            return null;
        ReadOnlySpan<byte> time = new ReadOnlySpan<byte>(status, LibC.StatxSize)[StatxModified..];
        return unchecked((BinaryPrimitives.ReadInt64LittleEndian(time) * 1_000_000_000) + BinaryPrimitives.ReadUInt32LittleEndian(time[8..]));
    }

    /// <summary>The device as the kernel's own <c>dev_t</c> has it, with twenty bits of minor number (include/linux/kdev_t.h); so is <see cref="ProcessMapping.Device"/>.</summary>
    public ulong KernelDevice => ((ulong)(uint)Device << 20) | (uint)(Device >> 32);
}
