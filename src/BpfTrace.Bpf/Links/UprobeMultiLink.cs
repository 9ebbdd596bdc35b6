using System.Text;
using BpfTrace.Bpf.Syscalls;

namespace BpfTrace.Bpf;

/// <summary>
/// A BPF_PROG_TYPE_KPROBE program, loaded with BPF_TRACE_UPROBE_MULTI or _SESSION, on many places of one binary (Linux 6.6;
/// see <see cref="KernelFeatures.HasUprobeMulti"/>).
/// </summary>
public sealed unsafe class UprobeMultiLink : BpfLink
{
    private const uint BPF_F_UPROBE_MULTI_RETURN = 1;

    private UprobeMultiLink(SafeBpfHandle handle)
        : base(handle)
    {
    }

    /// <summary>Attaches.</summary>
    /// <param name="program">The program.</param>
    /// <param name="path">The binary, as this process sees it.</param>
    /// <param name="offsets">File offsets of the instructions.</param>
    /// <param name="cookies">One cookie per offset, or empty.</param>
    /// <param name="refCounterOffsets">One semaphore offset (0 for none) per offset, or empty.</param>
    /// <param name="isReturn">Whether to fire when the functions return. Not with a session.</param>
    /// <param name="processId">Only this process; 0 or -1 for all.</param>
    /// <exception cref="BpfException">ENOENT: no such file; EBADF: not a regular one; ESRCH: no such process; EINVAL: an offset is no instruction.</exception>
    public static UprobeMultiLink Attach(
        BpfProgram program,
        string path,
        ReadOnlySpan<ulong> offsets,
        ReadOnlySpan<ulong> cookies = default,
        ReadOnlySpan<ulong> refCounterOffsets = default,
        bool isReturn = false,
        int processId = -1)
    {
        ArgumentNullException.ThrowIfNull(program);
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (cookies.Length != 0 && cookies.Length != offsets.Length)
            throw new ArgumentException("there must be a cookie for each offset, or none", nameof(cookies));
        if (refCounterOffsets.Length != 0 && refCounterOffsets.Length != offsets.Length)
            throw new ArgumentException("there must be a semaphore for each offset, or none", nameof(refCounterOffsets));

        using var use = new HandleUse(program.Handle);
        fixed (byte* pathPointer = Encoding.UTF8.GetBytes(path + '\0'))
        fixed (ulong* offsetPointer = offsets)
        fixed (ulong* cookiePointer = cookies)
        fixed (ulong* refCounterPointer = refCounterOffsets)
        {
            var attr = new LinkCreateUprobeMultiAttr
            {
                prog_fd = use.Fd,
                attach_type = (uint)program.ExpectedAttachType,
                path = pathPointer,
                offsets = offsetPointer,
                ref_ctr_offsets = refCounterPointer,
                cookies = cookiePointer,
                cnt = (uint)offsets.Length,
                uprobe_multi_flags = isReturn ? BPF_F_UPROBE_MULTI_RETURN : 0,
                pid = processId > 0 ? (uint)processId : 0,
            };
            SafeBpfHandle? link = BpfSyscall.Open(BpfCommand.BPF_LINK_CREATE, ref attr, out int errno);
            return link is null
                ? throw BpfException.FromErrno(errno, $"attaching program '{program.Name}' to {offsets.Length} places in '{path}' (uprobe_multi)")
                : new UprobeMultiLink(link);
        }
    }
}
