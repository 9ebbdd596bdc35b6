using Microsoft.Win32.SafeHandles;

namespace BpfTrace.Bpf.Elf;

/// <summary>
/// The bytes of an ELF file: in memory, or a file of which the wanted parts are read. Files are not mapped: other people's
/// binaries can be truncated at any moment, and touching a mapping of such a file ends the process with SIGBUS.
/// </summary>
internal sealed class ElfSource : IDisposable
{
    private readonly ReadOnlyMemory<byte> _memory;
    private readonly SafeFileHandle? _file;

    public ElfSource(ReadOnlyMemory<byte> memory)
    {
        _memory = memory;
        Length = memory.Length;
    }

    public ElfSource(SafeFileHandle file)
    {
        _file = file;
        Length = RandomAccess.GetLength(file);
    }

    public long Length { get; }

    /// <summary>The bytes of a range.</summary>
    /// <exception cref="ElfFormatException">The range lies outside of the file, or above 2 GB of it are asked for.</exception>
    public ReadOnlyMemory<byte> Read(ulong offset, ulong length, string what)
    {
        if (length > (ulong)Array.MaxLength || offset > (ulong)Length || length > (ulong)Length - offset)
            throw new ElfFormatException($"The {what} ({length} bytes at {offset}) lies outside of the file of {Length} bytes.");
        if (_file is null)
            return _memory.Slice((int)offset, (int)length);

        byte[] buffer = GC.AllocateUninitializedArray<byte>((int)length);
        int done = 0;
        while (done < buffer.Length)
        {
            int read = RandomAccess.Read(_file, buffer.AsSpan(done), (long)offset + done);
            if (read == 0)
                throw new ElfFormatException($"The {what} ends early: the file was cut while it was read.");
            done += read;
        }

        return buffer;
    }

    public void Dispose() => _file?.Dispose();
}
