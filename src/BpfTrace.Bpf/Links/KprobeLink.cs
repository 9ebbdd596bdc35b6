using System.Globalization;
using BpfTrace.Bpf.Syscalls;

namespace BpfTrace.Bpf;

/// <summary>A BPF_PROG_TYPE_KPROBE program on one kernel function: kprobe or kretprobe.</summary>
public sealed class KprobeLink : BpfLink
{
    private KprobeLink(PerfEventAttachment attachment)
        : base(attachment)
    {
    }

    /// <summary>Attaches to a function, <paramref name="offset"/> bytes into it.</summary>
    /// <param name="program">The program.</param>
    /// <param name="function">Symbol, as <c>vfs_read</c> or <c>module:function</c>.</param>
    /// <param name="offset">Bytes from the function's start; 0 for a return probe.</param>
    /// <param name="isReturn">Whether to fire when the function returns.</param>
    /// <param name="cookie">What bpf_get_attach_cookie() returns; 0 for none.</param>
    /// <exception cref="BpfException">ENOENT: no such function; EINVAL: not probeable there; EADDRNOTAVAIL: several of that name.</exception>
    public static KprobeLink Attach(BpfProgram program, string function, ulong offset = 0, bool isReturn = false, ulong cookie = 0)
    {
        ArgumentNullException.ThrowIfNull(program);
        ArgumentException.ThrowIfNullOrEmpty(function);
        string what = $"{(isReturn ? "kretprobe" : "kprobe")} {function}{(offset == 0 ? "" : "+" + offset.ToString(CultureInfo.InvariantCulture))}";
        return new KprobeLink(PerfEventAttachment.Attach(program, PerfEvent.OpenKprobe(function, offset, isReturn, what), cookie, what));
    }

    /// <summary>Attaches to a kernel address.</summary>
    /// <param name="program">The program.</param>
    /// <param name="address">The address of an instruction.</param>
    /// <param name="isReturn">Whether to fire when the function there returns.</param>
    /// <param name="cookie">What bpf_get_attach_cookie() returns; 0 for none.</param>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public static KprobeLink AttachAddress(BpfProgram program, ulong address, bool isReturn = false, ulong cookie = 0)
    {
        ArgumentNullException.ThrowIfNull(program);
        string what = $"{(isReturn ? "kretprobe" : "kprobe")} 0x{address:x}";
        return new KprobeLink(PerfEventAttachment.Attach(program, PerfEvent.OpenKprobe(null, address, isReturn, what), cookie, what));
    }

    private protected override ulong ReadMissed(in LinkInfo info) => info.kprobe_missed;
}
