using BpfTrace.Bpf.Syscalls;

namespace BpfTrace.Bpf;

/// <summary>Attaches a program to an open perf event.</summary>
internal static class PerfEventAttachment
{
    /// <summary>
    /// Takes over <paramref name="perfEvent"/>. A BPF link (Linux 5.15) holds the event by itself, so its descriptor is closed;
    /// without links the program is set by ioctl and the event's descriptor is what stays open.
    /// </summary>
    /// <exception cref="BpfException">The kernel refused, or a cookie is wanted where only the ioctl works.</exception>
    public static SafeFileDescriptor Attach(BpfProgram program, SafePerfEventHandle perfEvent, ulong cookie, string what)
    {
        bool keepEvent = false;
        try
        {
            using var programUse = new HandleUse(program.Handle);
            var attr = new LinkCreatePerfEventAttr
            {
                prog_fd = programUse.Fd,
                target_fd = perfEvent.Fd,
                attach_type = (uint)BpfAttachType.BPF_PERF_EVENT,
                bpf_cookie = cookie,
            };
            SafeBpfHandle? link = BpfSyscall.Open(BpfCommand.BPF_LINK_CREATE, ref attr, out int errno);
            if (link is not null)
                return link;
            if (errno != Errno.EINVAL || cookie != 0 || KernelFeatures.HasPerfLinks)
                throw BpfException.FromErrno(errno, $"attaching program '{program.Name}' to {what}");
            PerfEvent.SetProgram(perfEvent, program.Handle, what);
            keepEvent = true;
            return perfEvent;
        }
        finally
        {
            if (!keepEvent)
                perfEvent.Dispose();
        }
    }
}
