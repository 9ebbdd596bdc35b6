using System.Text;
using BpfTrace.Bpf.Syscalls;

namespace BpfTrace.Bpf;

/// <summary>
/// A BPF_PROG_TYPE_KPROBE program, loaded with BPF_TRACE_KPROBE_MULTI or _SESSION, on many kernel functions at once
/// (Linux 5.18 with CONFIG_FPROBE; see <see cref="KernelFeatures.HasKprobeMulti"/>).
/// </summary>
public sealed unsafe class KprobeMultiLink : BpfLink
{
    private const uint BPF_F_KPROBE_MULTI_RETURN = 1;

    private KprobeMultiLink(SafeBpfHandle handle)
        : base(handle)
    {
    }

    /// <summary>Attaches by symbol. The kernel refuses all when one is unknown, ambiguous or not traceable.</summary>
    /// <param name="program">The program.</param>
    /// <param name="functions">Symbols, without a module's name.</param>
    /// <param name="cookies">One cookie per function, or empty.</param>
    /// <param name="isReturn">Whether to fire when the functions return. Not with a session.</param>
    /// <exception cref="BpfException">ESRCH: a symbol was not found; EOPNOTSUPP: the kernel lacks fprobe.</exception>
    public static KprobeMultiLink Attach(BpfProgram program, ReadOnlySpan<string> functions, ReadOnlySpan<ulong> cookies = default, bool isReturn = false)
    {
        ArgumentNullException.ThrowIfNull(program);
        if (cookies.Length != 0 && cookies.Length != functions.Length)
            throw new ArgumentException("there must be a cookie for each function, or none", nameof(cookies));
        var names = new MemoryStream();
        var offsets = new int[functions.Length];
        for (int i = 0; i < functions.Length; i++)
        {
            offsets[i] = (int)names.Length;
            names.Write(Encoding.UTF8.GetBytes(functions[i]));
            names.WriteByte(0);
        }

        using var use = new HandleUse(program.Handle);
        var pointers = new nint[functions.Length];
        fixed (byte* text = names.GetBuffer())
        fixed (nint* symbols = pointers)
        fixed (ulong* cookiePointer = cookies)
        {
            for (int i = 0; i < pointers.Length; i++)
                pointers[i] = (nint)(text + offsets[i]);
            var attr = new LinkCreateKprobeMultiAttr
            {
                prog_fd = use.Fd,
                attach_type = (uint)program.ExpectedAttachType,
                kprobe_multi_flags = isReturn ? BPF_F_KPROBE_MULTI_RETURN : 0,
                cnt = (uint)functions.Length,
                syms = (byte**)symbols,
                cookies = cookiePointer,
            };
            SafeBpfHandle? link = BpfSyscall.Open(BpfCommand.BPF_LINK_CREATE, ref attr, out int errno);
            return link is null
                ? throw BpfException.FromErrno(errno, $"attaching program '{program.Name}' to {functions.Length} kernel functions (kprobe_multi)")
                : new KprobeMultiLink(link);
        }
    }

    private protected override ulong ReadMissed(in LinkInfo info) => info.kprobe_multi_missed;
}
