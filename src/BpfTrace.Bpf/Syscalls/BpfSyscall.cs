using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace BpfTrace.Bpf.Syscalls;

/// <summary>bpf(2). Every call returns the kernel's result, or the negated errno.</summary>
internal static unsafe class BpfSyscall
{
    /// <summary>
    /// How often a call that a signal cut short is repeated. The verifier gives up with EAGAIN when a signal is pending
    /// (kernel/bpf/verifier.c do_check), and the runtime sends itself signals to stop threads for garbage collection.
    /// </summary>
    private const int MaxRetries = 30;

    public static int Call<T>(BpfCommand command, ref T attr)
        where T : unmanaged
    {
        fixed (T* pointer = &attr)
        {
            for (int attempt = 0; ; attempt++)
            {
                nint result = LibC.syscall(Architecture.SYS_bpf, (nint)command, pointer, sizeof(T));
                if (result >= 0)
                    return (int)result;
                int errno = Marshal.GetLastPInvokeError();
                bool interrupted = errno == Errno.EINTR || (errno == Errno.EAGAIN && command == BpfCommand.BPF_PROG_LOAD);
                if (!interrupted || attempt >= MaxRetries)
                    return -errno;
            }
        }
    }

    /// <summary>A call whose result is a new object; null and the errno when it failed.</summary>
    public static SafeBpfHandle? Open<T>(BpfCommand command, ref T attr, out int errno)
        where T : unmanaged
    {
        int result = Call(command, ref attr);
        errno = result < 0 ? -result : 0;
        return result < 0 ? null : new SafeBpfHandle(result);
    }

    /// <summary>BPF_OBJ_GET_INFO_BY_FD. An older kernel fills less of <paramref name="info"/>; the rest stays as it was.</summary>
    public static int GetInfo<T>(SafeBpfHandle handle, ref T info)
        where T : unmanaged
    {
        using var use = new HandleUse(handle);
        fixed (T* pointer = &info)
        {
            var attr = new ObjectInfoAttr { bpf_fd = use.Fd, info_len = (uint)sizeof(T), info = pointer };
            return Call(BpfCommand.BPF_OBJ_GET_INFO_BY_FD, ref attr);
        }
    }
}

/// <summary>Keeps a handle open while its number is in an attribute struct.</summary>
internal readonly ref struct HandleUse : IDisposable
{
    private readonly SafeFileDescriptor _handle;

    public HandleUse(SafeFileDescriptor handle)
    {
        bool added = false;
        handle.DangerousAddRef(ref added); // throws ObjectDisposedException when closed
        _handle = handle;
    }

    public uint Fd
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _handle.Fd;
    }

    public void Dispose() => _handle?.DangerousRelease();
}
