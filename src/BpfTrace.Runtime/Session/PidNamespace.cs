using BpfTrace.Bpf.Proc;

namespace BpfTrace;

/// <summary>The pid namespace this process is in.</summary>
internal static class PidNamespace
{
    // PROC_PID_INIT_INO in include/linux/proc_ns.h: the first namespace's inode never changes.
    private const ulong InitialInode = 0xEFFFFFFC;

    private static Answer? s_answer;

    /// <summary>
    /// Device and inode of the namespace where it is not the system's first: <c>pid</c> is then its own number there. Null in the first. A
    /// process stays in its namespace (pid_namespaces(7)): it is asked for once.
    /// </summary>
    public static (ulong Device, ulong Inode)? Current() => (s_answer ??= new Answer(Read())).Namespace;

    private static (ulong Device, ulong Inode)? Read() =>
        FileIdentity.Of("/proc/self/ns/pid") is { Inode: not InitialInode } found ? (found.KernelDevice, found.Inode) : null;

    private sealed record Answer((ulong Device, ulong Inode)? Namespace);
}
