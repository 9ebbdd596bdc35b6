using BpfTrace.Bpf.Syscalls;

namespace BpfTrace.Bpf;

/// <summary>A thread's effective capabilities (capabilities(7)), which decide what it may trace.</summary>
/// <param name="Bits">A bit per capability, numbered as in include/uapi/linux/capability.h.</param>
public readonly record struct Capabilities(ulong Bits)
{
    private const uint LINUX_CAPABILITY_VERSION_3 = 0x20080522;

    /// <summary>Ignores the permissions of files.</summary>
    public bool DacOverride => Has(1);

    /// <summary>Reads every file and directory.</summary>
    public bool DacReadSearch => Has(2);

    /// <summary>Locks memory beyond RLIMIT_MEMLOCK, which the rings of performance events count against.</summary>
    public bool IpcLock => Has(14);

    /// <summary>Looks at processes of other users: what they have mapped, where their roots are.</summary>
    public bool SysPtrace => Has(19);

    /// <summary>Raises the limits of resources: open files, locked memory.</summary>
    public bool SysResource => Has(24);

    /// <summary>Sees the kernel's addresses where kernel.kptr_restrict hides them.</summary>
    public bool Syslog => Has(34);

    /// <summary>Administers the system; implies <see cref="Bpf"/> and <see cref="Perfmon"/>, which were split off it.</summary>
    public bool SysAdmin => Has(21);

    /// <summary>Opens performance events and reads kernel memory from programs.</summary>
    public bool Perfmon => SysAdmin || Has(38);

    /// <summary>Loads programs and creates maps.</summary>
    public bool Bpf => SysAdmin || Has(39);

    /// <summary>This thread's (capget(2)); none when the kernel does not say.</summary>
    public static unsafe Capabilities Effective()
    {
        // struct __user_cap_header_struct (version, pid: 0 is this thread), then two of __user_cap_data_struct
        // (effective, permitted, inheritable), the low 32 bits first.
        uint* header = stackalloc uint[2] { LINUX_CAPABILITY_VERSION_3, 0 };
        uint* data = stackalloc uint[6];
        return new(LibC.capget(header, data) == 0 ? data[0] | ((ulong)data[3] << 32) : 0);
    }

    private bool Has(int capability) => (Bits >> capability & 1) != 0;
}
