
namespace BpfTrace.Bpf;

/// <summary>The kernel refused an operation.</summary>
public class BpfException : Exception
{
    /// <summary>Creates an exception with a finished message.</summary>
    /// <param name="message">What failed, why, and what to do.</param>
    /// <param name="errno">The kernel's error number, 0 when the failure is not the kernel's.</param>
    /// <param name="innerException">The cause, if another exception is.</param>
    public BpfException(string message, int errno = 0, Exception? innerException = null)
        : base(message, innerException) => Errno = errno;

    /// <summary>The kernel's error number (errno, positive), 0 when there is none.</summary>
    public int Errno { get; }

    /// <summary>The error number's name, as <c>EPERM</c>; empty when there is none.</summary>
    public string ErrnoName => Errno == 0 ? "" : Syscalls.Errno.Name(Errno);

    /// <summary>Whether the kernel refused for lack of privilege (EPERM).</summary>
    public bool IsPermissionDenied => Errno == Syscalls.Errno.EPERM;

    /// <summary>Whether the kernel said that a program has too many instructions (E2BIG).</summary>
    public bool IsTooLarge => Errno == Syscalls.Errno.E2BIG;

    internal static BpfException FromErrno(int errno, string operation) => new(Describe(errno, operation), errno);

    /// <summary>The call's result, or the exception for a negative one.</summary>
    internal static int Check(int result, string operation) => result >= 0 ? result : throw FromErrno(-result, operation);

    internal static string Describe(int errno, string operation)
    {
        string message = $"{operation}: {Syscalls.Errno.Text(errno)} ({Syscalls.Errno.Name(errno)})";
        string? advice = errno switch
        {
            Syscalls.Errno.EPERM => PrivilegeCheck.Explain(),
            Syscalls.Errno.ENOSYS => "this kernel is built without bpf(2) (CONFIG_BPF_SYSCALL)",
            Syscalls.Errno.EMFILE => "the process has too many open files (ulimit -n)",
            Syscalls.Errno.ENFILE => "the system has too many open files",
            Syscalls.Errno.ENOMEM => "the memory (or the cgroup's limit, or RLIMIT_MEMLOCK before Linux 5.11) does not suffice",
            _ => null,
        };
        return advice is null ? message : $"{message}: {advice}";
    }
}
