using System.Runtime.InteropServices;

namespace BpfTrace.Cli;

/// <summary>
/// The three streams a process begins with, any of which may have been closed (<c>2>&amp;-</c>). Their numbers then went to the next files the runtime
/// opened, pipes of its own among them: a script must not be waited for there, nor output be written.
/// </summary>
internal static class StandardStream
{
    /// <summary>The standard output; where it was closed, no descriptor at all, which is an error once something is written.</summary>
    public static int Output => IsOpen(NativeMethods.STDOUT_FILENO) ? NativeMethods.STDOUT_FILENO : -1;

    /// <summary>The standard error. Whoever closed it wants no messages.</summary>
    /// <remarks>Opens a file then: ask once.</remarks>
    public static int OpenError() =>
        IsOpen(NativeMethods.STDERR_FILENO) ? NativeMethods.STDERR_FILENO : NativeMethods.open("/dev/null", NativeMethods.O_WRONLY | NativeMethods.O_CLOEXEC, 0);

    /// <summary>Everything up to the standard input's end.</summary>
    /// <exception cref="IOException">It cannot be read, or was closed.</exception>
    public static unsafe byte[] ReadInput()
    {
        if (!IsOpen(NativeMethods.STDIN_FILENO))
            throw Failure(NativeMethods.EBADF);
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
                throw Failure(error);
        }
    }

    // What a process is given survived exec(2), so its one flag, FD_CLOEXEC, is not set; the runtime sets it on all it opens.
    private static bool IsOpen(int fd) => NativeMethods.fcntl(fd, NativeMethods.F_GETFD) == 0;

    private static IOException Failure(int error) => new(Marshal.GetPInvokeErrorMessage(error), error);
}
