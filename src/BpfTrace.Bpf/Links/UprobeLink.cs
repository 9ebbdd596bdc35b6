namespace BpfTrace.Bpf;

/// <summary>A BPF_PROG_TYPE_KPROBE program on one place in a binary: uprobe, uretprobe or USDT.</summary>
public sealed class UprobeLink : BpfLink
{
    // The event goes with its program, never later in the background: the kernel gives up taking a breakpoint out of user code when the thread is
    // killed meanwhile, as by the end of the process, and breakpoint and semaphore stay for good (register_for_each_vma, kernel/events/uprobes.c).
    private UprobeLink(PerfEventAttachment attachment)
        : base(attachment.Event is { } perfEvent ? [attachment.Handle, perfEvent] : [attachment.Handle])
    {
    }

    /// <summary>Attaches.</summary>
    /// <param name="program">The program.</param>
    /// <param name="path">The binary, as this process sees it.</param>
    /// <param name="offset">Offset of the instruction in the file (not the virtual address).</param>
    /// <param name="isReturn">Whether to fire when the function there returns.</param>
    /// <param name="processId">Only this process; -1 for all, also future ones.</param>
    /// <param name="refCounterOffset">File offset of a USDT semaphore to count up while attached; 0 for none.</param>
    /// <param name="cookie">What bpf_get_attach_cookie() returns; 0 for none.</param>
    /// <exception cref="BpfException">ENOENT: no such file; EINVAL: no instruction there; ESRCH: no such process.</exception>
    public static UprobeLink Attach(
        BpfProgram program, string path, ulong offset, bool isReturn = false, int processId = -1, ulong refCounterOffset = 0, ulong cookie = 0)
    {
        ArgumentNullException.ThrowIfNull(program);
        ArgumentException.ThrowIfNullOrEmpty(path);
        string what = $"{(isReturn ? "uretprobe" : "uprobe")} {path}+0x{offset:x}";
        return new UprobeLink(PerfEventAttachment.Attach(
            program, PerfEvent.OpenUprobe(path, offset, refCounterOffset, isReturn, processId, what), cookie, what));
    }
}
