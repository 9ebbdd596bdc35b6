using System.Text;
using BpfTrace.Bpf.Syscalls;

namespace BpfTrace.Bpf;

/// <summary>A BPF_PROG_TYPE_RAW_TRACEPOINT program on a static tracepoint.</summary>
public sealed unsafe class RawTracepointLink : BpfLink
{
    private RawTracepointLink(SafeBpfHandle handle)
        : base(handle)
    {
    }

    /// <summary>Attaches by the tracepoint's name without its category, as <c>sys_enter</c>.</summary>
    /// <exception cref="BpfException">ENOENT: no such tracepoint; EINVAL: the program reads more arguments than it has.</exception>
    public static RawTracepointLink Attach(BpfProgram program, string tracepoint)
    {
        ArgumentNullException.ThrowIfNull(program);
        ArgumentNullException.ThrowIfNull(tracepoint);
        using var use = new HandleUse(program.Handle);
        fixed (byte* name = Encoding.UTF8.GetBytes(tracepoint + '\0'))
        {
            var attr = new RawTracepointOpenAttr { name = name, prog_fd = use.Fd };
            SafeBpfHandle? link = BpfSyscall.Open(BpfCommand.BPF_RAW_TRACEPOINT_OPEN, ref attr, out int errno);
            return link is null
                ? throw BpfException.FromErrno(errno, $"attaching program '{program.Name}' to raw tracepoint '{tracepoint}'")
                : new RawTracepointLink(link);
        }
    }
}
