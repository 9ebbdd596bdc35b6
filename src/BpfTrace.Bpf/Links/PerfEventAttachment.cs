using BpfTrace.Bpf.Syscalls;

namespace BpfTrace.Bpf;

/// <summary>A program on an open perf event.</summary>
/// <param name="Handle">Closing it takes the program away: the link, or without links the event itself.</param>
/// <param name="Event">The event behind a link; null without a link.</param>
internal sealed record PerfEventAttachment(SafeFileDescriptor Handle, SafePerfEventHandle? Event)
{
    /// <summary>
    /// Takes over <paramref name="perfEvent"/>. By a BPF link (Linux 5.15), or without links by ioctl. The event stays open beside its link: the
    /// program is then taken away at once when the link is closed, and the event at leisure (<see cref="BpfLink.DetachAll"/>).
    /// </summary>
    /// <exception cref="BpfException">The kernel refused, or a cookie is wanted where only the ioctl works.</exception>
    public static PerfEventAttachment Attach(BpfProgram program, SafePerfEventHandle perfEvent, ulong cookie, string what)
    {
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
                return new PerfEventAttachment(link, perfEvent);
            if (errno != Errno.EINVAL || cookie != 0 || KernelFeatures.HasPerfLinks)
                throw BpfException.FromErrno(errno, $"attaching program '{program.Name}' to {what}");
            PerfEvent.SetProgram(perfEvent, program.Handle, what);
            return new PerfEventAttachment(perfEvent, null);
        }
        catch
        {
            perfEvent.Dispose();
            throw;
        }
    }
}
