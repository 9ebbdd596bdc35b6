using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace BpfTrace.Bpf.Tracefs;

/// <summary>
/// A tracefs mount that exists only as a file descriptor: nobody else sees it, and it goes away with the descriptor (Linux 5.2).
/// Minimal containers and virtual machines leave tracefs unmounted; asking their user to mount it would be a step too many.
/// </summary>
internal static unsafe partial class TracefsMount
{
    private const int FSOPEN_CLOEXEC = 1;
    private const uint FSCONFIG_CMD_CREATE = 6;
    private const int FSMOUNT_CLOEXEC = 1;

    // The new mount interface has the same numbers on every architecture.
    private const long SYS_fsopen = 430;
    private const long SYS_fsconfig = 431;
    private const long SYS_fsmount = 432;

    /// <summary>The mount's root directory; null without the right to mount, or on an older kernel.</summary>
    public static SafeFileHandle? TryMount()
    {
        nint context;
        fixed (byte* name = "tracefs\0"u8)
            context = syscall(SYS_fsopen, (nint)name, FSOPEN_CLOEXEC, 0, 0, 0);
        if (context < 0)
            return null;
        using SafeFileHandle owned = new(context, ownsHandle: true);
        if (syscall(SYS_fsconfig, context, (nint)FSCONFIG_CMD_CREATE, 0, 0, 0) < 0)
            return null;
        nint root = syscall(SYS_fsmount, context, FSMOUNT_CLOEXEC, 0, 0, 0);
        return root < 0 ? null : new SafeFileHandle(root, ownsHandle: true);
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint syscall(long number, nint a, nint b, nint c, nint d, nint e);
}
