using System.Text;
using BpfTrace.Bpf.Syscalls;

namespace BpfTrace.Bpf;

/// <summary>BPF_BTF_LOAD, and BTF objects the kernel already has.</summary>
internal static unsafe class BtfLoader
{
    private const int LogSize = 64 << 10;

    /// <summary>Loads a program's BTF.</summary>
    /// <exception cref="BpfException">The kernel refused; the message ends with the last line of its log.</exception>
    public static SafeBpfHandle Load(ReadOnlySpan<byte> btf)
    {
        fixed (byte* data = btf)
        {
            var attr = new BtfLoadAttr { btf = data, btf_size = (uint)btf.Length };
            SafeBpfHandle? handle = BpfSyscall.Open(BpfCommand.BPF_BTF_LOAD, ref attr, out int errno);
            if (handle is not null)
                return handle;
            const string Operation = "loading the programs' type information (BTF)";
            if (Errno.IsLack(errno))
                throw BpfException.FromErrno(errno, Operation);

            var buffer = new byte[LogSize];
            fixed (byte* log = buffer)
            {
                attr.btf_log_buf = log;
                attr.btf_log_size = LogSize;
                attr.btf_log_level = 1;
                handle = BpfSyscall.Open(BpfCommand.BPF_BTF_LOAD, ref attr, out int logErrno);
                if (handle is not null)
                    return handle;
                VerifierLog parsed = VerifierLog.Parse(buffer, logErrno == Errno.ENOSPC);
                string detail = parsed.Lines.IsEmpty ? "" : ": " + parsed.Lines[^1].Trim();
                throw new BpfException(BpfException.Describe(errno, Operation) + detail, errno);
            }
        }
    }

    /// <summary>
    /// Opens the BTF object of a loaded kernel module, for attaching to a function in it. The ids are walked: there is no
    /// lookup by name.
    /// </summary>
    /// <exception cref="BpfException">The module has no BTF or is not loaded.</exception>
    public static SafeBpfHandle OpenModule(string module)
    {
        byte[] wanted = Encoding.UTF8.GetBytes(module);
        Span<byte> name = stackalloc byte[128];
        var next = new GetIdAttr();
        while (true)
        {
            int result = BpfSyscall.Call(BpfCommand.BPF_BTF_GET_NEXT_ID, ref next);
            if (result == -Errno.ENOENT)
                throw new BpfException($"kernel module '{module}' has no BTF or is not loaded", Errno.ENOENT);
            BpfException.Check(result, "listing the kernel's BTF objects");
            var open = new GetIdAttr { start_id = next.next_id };
            next.start_id = next.next_id;
            SafeBpfHandle? handle = BpfSyscall.Open(BpfCommand.BPF_BTF_GET_FD_BY_ID, ref open, out int errno);
            if (handle is null)
            {
                if (errno == Errno.ENOENT)
                    continue; // unloaded meanwhile
                throw BpfException.FromErrno(errno, "opening a BTF object");
            }

            fixed (byte* pointer = name)
            {
                name.Clear();
                var info = new BtfInfo { name = pointer, name_len = (uint)name.Length };
                if (BpfSyscall.GetInfo(handle, ref info) >= 0 && info.kernel_btf != 0
                    && name.StartsWith(wanted) && name[wanted.Length] == 0)
                {
                    return handle;
                }
            }

            handle.Dispose();
        }
    }
}
