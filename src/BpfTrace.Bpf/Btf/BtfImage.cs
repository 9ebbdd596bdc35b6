using BpfTrace.Bpf.Proc;

namespace BpfTrace.Bpf.Btf;

/// <summary>
/// The bytes of a BTF file, in managed memory or mapped from sysfs. A mapping lives until <see cref="Dispose"/>; it has no
/// finaliser on purpose: a span handed out must not lose its memory because the collector ran, and the kernel's pages cost
/// the process nothing but addresses.
/// </summary>
internal sealed unsafe class BtfImage : IDisposable
{
    private readonly ReadOnlyMemory<byte> _memory;
    private byte* _mapped;
    private int _mappedLength;

    public BtfImage(ReadOnlyMemory<byte> memory) => _memory = memory;

    private BtfImage(byte* mapped, int length)
    {
        _mapped = mapped;
        _mappedLength = length;
    }

    public ReadOnlySpan<byte> Span => _mapped != null ? new ReadOnlySpan<byte>(_mapped, _mappedLength) : _memory.Span;

    /// <summary>
    /// Opens a file: mapped if it is the kernel's own read-only object (its content never changes under us, since Linux 6.16
    /// it can be mapped), read into memory otherwise. An ordinary file is never mapped: truncated by somebody else, it
    /// would end the process with SIGBUS.
    /// </summary>
    public static BtfImage Open(string path)
    {
        using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        if (path.StartsWith("/sys/kernel/btf/", StringComparison.Ordinal) && stream.Length is > 0 and <= int.MaxValue)
        {
            int length = (int)stream.Length;
            void* address = LibC.mmap(null, (nuint)length, LibC.PROT_READ, LibC.MAP_PRIVATE | LibC.MAP_POPULATE, stream.SafeFileHandle, 0);
            if (address != LibC.MAP_FAILED)
                return new BtfImage((byte*)address, length);
        }

        return new BtfImage(VirtualFile.ReadAllBytes(stream.SafeFileHandle));
    }

    public void Dispose()
    {
        if (_mapped == null)
            return;
        byte* mapped = _mapped;
        int length = _mappedLength;
        _mapped = null;
        _mappedLength = 0;
        _ = LibC.munmap(mapped, (nuint)length);
    }
}
