using Microsoft.Win32.SafeHandles;

namespace BpfTrace.Bpf.Proc;

/// <summary>Reads files of procfs, sysfs and tracefs, whose length is not known before they are read.</summary>
internal static class VirtualFile
{
    /// <summary>The whole content of a file.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public static byte[] ReadAllBytes(string path)
    {
        using SafeFileHandle handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        return ReadAllBytes(handle);
    }

    /// <summary>What is left of a file from its present position (these files often cannot be read at an offset).</summary>
    public static byte[] ReadAllBytes(SafeFileHandle handle)
    {
        byte[] buffer = ReadToEnd(handle, out int length);
        Array.Resize(ref buffer, length);
        return buffer;
    }

    /// <summary>As <see cref="ReadAllBytes(SafeFileHandle)"/>, without the last copy: only the first <paramref name="length"/> bytes count.</summary>
    public static byte[] ReadToEnd(SafeFileHandle handle, out int length, int expectedLength = 1 << 16)
    {
        // The size that sysfs reports is right for binary attributes and 4096 for others; procfs reports 0.
        long expected = RandomAccess.GetLength(handle);
        byte[] buffer = GC.AllocateUninitializedArray<byte>(expected is > 4096 and < int.MaxValue - 1 ? (int)expected + 1 : expectedLength);
        length = 0;
        while (true)
        {
            int read = RandomAccess.Read(handle, buffer.AsSpan(length), length);
            if (read == 0)
                return buffer;
            length += read;
            if (length == buffer.Length)
                Array.Resize(ref buffer, (int)Math.Min(buffer.Length * 2L, Array.MaxLength));
        }
    }
}
