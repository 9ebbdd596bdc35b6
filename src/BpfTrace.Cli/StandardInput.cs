using System.Runtime.InteropServices;

namespace BpfTrace.Cli;

/// <summary>The script that comes from the standard input.</summary>
internal static class StandardInput
{
    /// <summary>Everything up to its end.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static unsafe byte[] ReadAll()
    {
        var bytes = new byte[16 * 1024];
        int used = 0;
        while (true)
        {
            if (used == bytes.Length)
                Array.Resize(ref bytes, bytes.Length * 2);
            nint read;
            fixed (byte* start = bytes)
                read = NativeMethods.read(NativeMethods.STDIN_FILENO, start + used, bytes.Length - used);
            if (read == 0)
                return bytes[..used];
            if (read > 0)
            {
                used += (int)read;
                continue;
            }

            int error = Marshal.GetLastPInvokeError();
            if (error != NativeMethods.EINTR)
                throw new IOException(Marshal.GetPInvokeErrorMessage(error), error);
        }
    }
}
