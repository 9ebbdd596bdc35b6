using BpfTrace.Bpf.Syscalls;

namespace BpfTrace.Bpf;

/// <summary>
/// A BPF_PROG_TYPE_TRACING program (fentry, fexit, BTF tracepoint) on the target it was loaded for
/// (<see cref="ProgramSpec.AttachTarget"/>).
/// </summary>
public sealed unsafe class TracingLink : BpfLink
{
    private TracingLink(SafeBpfHandle handle)
        : base(handle)
    {
    }

    /// <summary>Attaches.</summary>
    /// <param name="program">The program.</param>
    /// <param name="cookie">What bpf_get_attach_cookie() returns (Linux 5.19); 0 for none.</param>
    /// <exception cref="BpfException">The kernel refused; ENOTSUPP: it has no trampolines.</exception>
    public static TracingLink Attach(BpfProgram program, ulong cookie = 0)
    {
        ArgumentNullException.ThrowIfNull(program);
        using var use = new HandleUse(program.Handle);
        SafeBpfHandle? link;
        int errno;
        if (cookie != 0)
        {
            var attr = new LinkCreateTracingAttr { prog_fd = use.Fd, attach_type = (uint)program.ExpectedAttachType, cookie = cookie };
            link = BpfSyscall.Open(BpfCommand.BPF_LINK_CREATE, ref attr, out errno);
        }
        else
        {
            // Without a name this attaches any TRACING program to its target, on every kernel that has them.
            var attr = new RawTracepointOpenAttr { prog_fd = use.Fd };
            link = BpfSyscall.Open(BpfCommand.BPF_RAW_TRACEPOINT_OPEN, ref attr, out errno);
        }

        return link is null
            ? throw BpfException.FromErrno(errno, $"attaching program '{program.Name}' to {program.Spec.AttachTarget ?? "its target"}")
            : new TracingLink(link);
    }
}
