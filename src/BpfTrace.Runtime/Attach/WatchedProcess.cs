using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace BpfTrace;

/// <summary>A process somebody else started, watched for its end through a pidfd: its id cannot be taken over by another process.</summary>
internal sealed class WatchedProcess : IDisposable
{
    private readonly SafeFileHandle _pidfd;

    private WatchedProcess(int processId, SafeFileHandle pidfd)
    {
        ProcessId = processId;
        _pidfd = pidfd;
    }

    /// <summary>The process's id.</summary>
    public int ProcessId { get; }

    /// <summary>The pidfd: readable when the process has ended.</summary>
    public SafeFileHandle Handle => _pidfd;

    /// <summary>Whether it has ended.</summary>
    public bool HasExited => LibC.IsReadable(_pidfd);

    /// <summary>Watches a process.</summary>
    /// <param name="processId">Its id.</param>
    /// <param name="error">Why it cannot be watched, by the C library's text.</param>
    /// <returns>Null when there is no such process.</returns>
    public static WatchedProcess? TryOpen(int processId, out string error)
    {
        int fd = LibC.pidfd_open(processId);
        error = fd < 0 ? Marshal.GetLastPInvokeErrorMessage() : "";
        return fd < 0 ? null : new WatchedProcess(processId, new SafeFileHandle(fd, ownsHandle: true));
    }

    /// <inheritdoc/>
    public void Dispose() => _pidfd.Dispose();
}
