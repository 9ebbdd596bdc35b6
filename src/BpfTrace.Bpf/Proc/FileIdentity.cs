using System.Buffers.Binary;

namespace BpfTrace.Bpf.Proc;

/// <summary>What makes a file the same file under all its names: its file system and its number there.</summary>
/// <param name="Device">Major and minor number of the device.</param>
/// <param name="Inode">The number.</param>
public sealed record FileIdentity(ulong Device, ulong Inode)
{
    private const int AT_FDCWD = -100;
    private const uint STATX_INO = 0x100;

    // struct statx, include/uapi/linux/stat.h.
    private const int StatxSize = 256;
    private const int StatxInode = 32;
    private const int StatxDevice = 136;

    /// <summary>The identity of what a path leads to; null when there is nothing, or it may not be looked at.</summary>
    public static unsafe FileIdentity? Of(string path)
    {
        byte* status = stackalloc byte[StatxSize];
        if (LibC.statx(AT_FDCWD, path, 0, STATX_INO, status) != 0)
            return null;
        ReadOnlySpan<byte> bytes = new(status, StatxSize);
        return new FileIdentity(BinaryPrimitives.ReadUInt64LittleEndian(bytes[StatxDevice..]), BinaryPrimitives.ReadUInt64LittleEndian(bytes[StatxInode..]));
    }

    /// <summary>Whether the file is on a device, which is numbered as <see cref="ProcessMapping.Device"/> is.</summary>
    public bool IsOn(ulong mappedDevice) => (uint)Device == mappedDevice >> 20 && (uint)(Device >> 32) == (mappedDevice & 0xfffff);
}
