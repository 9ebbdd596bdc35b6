using System.Runtime.InteropServices;
using System.Text;
using BpfTrace.Bpf.Syscalls;

namespace BpfTrace.Bpf;

/// <summary>
/// A BPF_PROG_TYPE_TRACING program with BPF_TRACE_ITER: it runs for each object of a kind, tasks or maps or sockets, while the link is read
/// (Documentation/bpf/bpf_iterators.rst; Linux 5.8).
/// </summary>
public sealed unsafe class IterLink : BpfLink
{
    private readonly SafeBpfHandle _link;

    private IterLink(SafeBpfHandle handle)
        : base(handle) => _link = handle;

    /// <summary>Attaches to the iterator the program was loaded for.</summary>
    /// <param name="program">The program.</param>
    /// <param name="processId">Only this process's objects, for iterators over tasks (Linux 6.1); -1 for all.</param>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public static IterLink Attach(BpfProgram program, int processId = -1)
    {
        ArgumentNullException.ThrowIfNull(program);
        using var use = new HandleUse(program.Handle);

        // union bpf_iter_link_info: { u32 tid; u32 pid; u32 pid_fd; } for tasks.
        uint* info = stackalloc uint[4];
        new Span<uint>(info, 4).Clear();
        info[1] = (uint)Math.Max(processId, 0);
        var attr = new LinkCreateIterAttr
        {
            prog_fd = use.Fd,
            attach_type = (uint)BpfAttachType.BPF_TRACE_ITER,
            iter_info = processId > 0 ? info : null,
            iter_info_len = processId > 0 ? 4u * sizeof(uint) : 0,
        };
        SafeBpfHandle? link = BpfSyscall.Open(BpfCommand.BPF_LINK_CREATE, ref attr, out int errno);
        return link is null
            ? throw BpfException.FromErrno(errno, $"attaching program '{program.Name}' to its iterator")
            : new IterLink(link);
    }

    /// <summary>Runs the program for every object there is now. Text that it writes to its sequence file is left aside.</summary>
    /// <param name="cancellation">Ends the walk at the next pause: the kernel makes one after a million objects.</param>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public void Run(CancellationToken cancellation)
    {
        using var use = new HandleUse(_link);
        var attr = new IterCreateAttr { link_fd = use.Fd };
        using SafeBpfHandle iterator = BpfSyscall.Open(BpfCommand.BPF_ITER_CREATE, ref attr, out int errno)
            ?? throw BpfException.FromErrno(errno, "opening an iterator");
        Span<byte> buffer = stackalloc byte[4096];
        while (!cancellation.IsCancellationRequested)
        {
            nint length;
            fixed (byte* pointer = buffer)
                length = LibC.read(iterator, pointer, (nuint)buffer.Length);
            if (length > 0)
                continue;
            if (length == 0)
                return;

            // After a million objects without text the kernel lets go of the processor: bpf_seq_read in kernel/bpf/bpf_iter.c.
            int error = Marshal.GetLastPInvokeError();
            if (error is not (Errno.EAGAIN or Errno.EINTR))
                throw BpfException.FromErrno(error, "reading an iterator");
        }
    }

    /// <summary>Gives the link a name in a BPF file system: reading that file runs the program, until the file is removed.</summary>
    /// <param name="path">An absolute path.</param>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public void Pin(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        using var use = new HandleUse(_link);
        fixed (byte* name = Encoding.UTF8.GetBytes(path + '\0'))
        {
            var attr = new ObjectPinAttr { pathname = name, bpf_fd = use.Fd };
            int result = BpfSyscall.Call(BpfCommand.BPF_OBJ_PIN, ref attr);
            if (result < 0)
                throw BpfException.FromErrno(-result, $"pinning to {path}");
        }
    }
}
