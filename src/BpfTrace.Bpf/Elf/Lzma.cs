using System.Runtime.InteropServices;

namespace BpfTrace.Bpf.Elf;

/// <summary>Unpacks .xz data with the system's own <c>liblzma</c>, loaded when the first such data comes. Without that library the data stays unread.</summary>
internal static unsafe class Lzma
{
    private const int LZMA_OK = 0;
    private const int LZMA_BUF_ERROR = 10;
    private const ulong MemoryLimit = 256 << 20;

    /// <summary>The largest result: symbol tables are small, and a malformed header must not take all memory.</summary>
    private const int LargestResult = 256 << 20;

    private static readonly Lazy<nint> s_decode = new(Load);

    /// <summary>The unpacked bytes; null if the data is malformed, or the library is missing.</summary>
    public static byte[]? TryDecode(ReadOnlySpan<byte> packed)
    {
        if (packed.IsEmpty || s_decode.Value == 0)
            return null;

        // lzma_stream_buffer_decode() wants room for the whole, whose size it does not tell.
        for (int size = Math.Max(64 << 10, packed.Length * 4); ; size *= 2)
        {
            if (size is <= 0 or > LargestResult)
                return null;
            byte[] result = GC.AllocateUninitializedArray<byte>(size);
            ulong limit = MemoryLimit;
            nuint read = 0, written = 0;
            int status;
            fixed (byte* source = packed)
            fixed (byte* target = result)
            {
                status = ((delegate* unmanaged<ulong*, uint, void*, byte*, nuint*, nuint, byte*, nuint*, nuint, int>)s_decode.Value)(
                    &limit, 0, null, source, &read, (nuint)packed.Length, target, &written, (nuint)result.Length);
            }

            if (status == LZMA_OK)
                return result[..(int)written];
            if (status != LZMA_BUF_ERROR)
                return null;
        }
    }

    private static nint Load() =>
        NativeLibrary.TryLoad("liblzma.so.5", out nint library) && NativeLibrary.TryGetExport(library, "lzma_stream_buffer_decode", out nint function) ? function : 0;
}
