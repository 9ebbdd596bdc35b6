using System.Runtime.InteropServices;
using BpfTrace.Bpf.Syscalls;

namespace BpfTrace.Bpf.Proc;

/// <summary>
/// A process by a descriptor of its own (pidfd_open(2), Linux 5.3): another process that gets its id later is not taken for it, and its end can be waited for.
/// </summary>
public sealed unsafe class PidFd : IDisposable
{
    private const nint SYS_pidfd_open = 434; // the same number on every architecture

    private readonly SafeProcessDescriptor _handle;

    private PidFd(SafeProcessDescriptor handle) => _handle = handle;

    /// <summary>The descriptor: readable when the process has ended.</summary>
    public SafeHandle Handle => _handle;

    /// <summary>Whether the process has ended, reaped or not.</summary>
    public bool HasExited => WaitForExit(0);

    /// <summary>Opens a process.</summary>
    /// <param name="processId">Its id in this process's pid namespace.</param>
    /// <param name="error">Why it cannot be opened, in the C library's words; empty when it is.</param>
    /// <returns>Null when there is no such process, or it cannot be opened.</returns>
    public static PidFd? TryOpen(int processId, out string error)
    {
        int fd = (int)Syscalls.LibC.syscall(SYS_pidfd_open, processId, null, 0);
        error = fd < 0 ? Marshal.GetLastPInvokeErrorMessage() : "";
        return fd < 0 ? null : new PidFd(new SafeProcessDescriptor(fd));
    }

    /// <summary>Waits for the process's end.</summary>
    /// <param name="timeoutMilliseconds">Longest wait in milliseconds; -1 for no limit.</param>
    /// <returns>Whether it has ended.</returns>
    /// <exception cref="ObjectDisposedException">The descriptor was closed.</exception>
    public bool WaitForExit(int timeoutMilliseconds)
    {
        using var use = new HandleUse(_handle);
        long deadline = Environment.TickCount64 + timeoutMilliseconds;
        while (true)
        {
            int left = timeoutMilliseconds < 0 ? -1 : (int)Math.Max(0, deadline - Environment.TickCount64);
            var item = new PollFd { fd = (int)use.Fd, events = Syscalls.LibC.POLLIN };
            int ready = Syscalls.LibC.poll(&item, 1, left);
            if (ready >= 0 || Marshal.GetLastPInvokeError() != Errno.EINTR)
                return ready > 0;
        }
    }

    /// <summary>Closes the descriptor; the process goes on.</summary>
    public void Dispose() => _handle.Dispose();
}
