using BpfTrace.Bpf;

namespace BpfTrace.Language.Symbols;

/// <summary>
/// Constants that C programs get from the kernel's and libc's headers as macros, which no BTF has: part of the kernel's ABI on x86_64
/// (<c>include/uapi</c>, <c>include/linux/socket.h</c>, <c>include/linux/sched.h</c>), so that a script that includes such a header needs no
/// header installed. A name of the script's own wins.
/// </summary>
internal static class KernelConstants
{
    /// <summary>Runs of names with consecutive values: prefix, first value, names.</summary>
    private static readonly (string Prefix, int First, string Names)[] s_runs =
    [
        ("AF_", 0, "UNSPEC UNIX INET AX25 IPX APPLETALK NETROM BRIDGE ATMPVC X25 INET6 ROSE DECnet NETBEUI SECURITY KEY NETLINK PACKET ASH ECONET "
            + "ATMSVC RDS SNA IRDA PPPOX WANPIPE LLC IB MPLS CAN TIPC BLUETOOTH IUCV RXRPC ISDN PHONET IEEE802154 CAIF ALG NFC VSOCK KCM QIPCRTR SMC XDP MCTP"),
        ("E", 1, "PERM NOENT SRCH INTR IO NXIO 2BIG NOEXEC BADF CHILD AGAIN NOMEM ACCES FAULT NOTBLK BUSY EXIST XDEV NODEV NOTDIR ISDIR INVAL NFILE "
            + "MFILE NOTTY TXTBSY FBIG NOSPC SPIPE ROFS MLINK PIPE DOM RANGE DEADLK NAMETOOLONG NOLCK NOSYS NOTEMPTY LOOP"),
        ("E", 90, "MSGSIZE PROTOTYPE NOPROTOOPT PROTONOSUPPORT SOCKTNOSUPPORT OPNOTSUPP PFNOSUPPORT AFNOSUPPORT ADDRINUSE ADDRNOTAVAIL NETDOWN NETUNREACH "
            + "NETRESET CONNABORTED CONNRESET NOBUFS ISCONN NOTCONN SHUTDOWN TOOMANYREFS TIMEDOUT CONNREFUSED HOSTDOWN HOSTUNREACH ALREADY INPROGRESS STALE"),
        ("SOCK_", 1, "STREAM DGRAM RAW RDM SEQPACKET DCCP"),
        ("MAP_", 1, "SHARED PRIVATE"),
    ];

    private static readonly (string Name, long Value)[] s_others =
    [
        ("AF_LOCAL", 1), ("AF_ROUTE", 16), ("EWOULDBLOCK", 11), ("ENOTSUPP", 524), ("ERESTARTSYS", 512),
        ("TASK_RUNNING", 0), ("TASK_INTERRUPTIBLE", 1), ("TASK_UNINTERRUPTIBLE", 2), ("__TASK_STOPPED", 4), ("__TASK_TRACED", 8), ("EXIT_DEAD", 16),
        ("EXIT_ZOMBIE", 32), ("TASK_PARKED", 64), ("TASK_DEAD", 128), ("TASK_WAKEKILL", 256), ("TASK_WAKING", 512), ("TASK_NOLOAD", 1024), ("TASK_NEW", 2048),
        ("O_RDONLY", 0), ("O_WRONLY", 1), ("O_RDWR", 2), ("O_ACCMODE", 3), ("O_CREAT", 0x40), ("O_EXCL", 0x80), ("O_NOCTTY", 0x100), ("O_TRUNC", 0x200),
        ("O_APPEND", 0x400), ("O_NONBLOCK", 0x800), ("O_DSYNC", 0x1000), ("O_DIRECT", 0x4000), ("O_LARGEFILE", 0x8000), ("O_DIRECTORY", 0x10000),
        ("O_NOFOLLOW", 0x20000), ("O_NOATIME", 0x40000), ("O_CLOEXEC", 0x80000), ("O_SYNC", 0x101000), ("O_PATH", 0x200000), ("O_TMPFILE", 0x410000),
        ("AT_FDCWD", -100), ("S_IFMT", 0xF000), ("S_IFSOCK", 0xC000), ("S_IFLNK", 0xA000), ("S_IFREG", 0x8000), ("S_IFBLK", 0x6000), ("S_IFDIR", 0x4000),
        ("S_IFCHR", 0x2000), ("S_IFIFO", 0x1000), ("PROT_NONE", 0), ("PROT_READ", 1), ("PROT_WRITE", 2), ("PROT_EXEC", 4), ("MAP_FIXED", 0x10), ("MAP_ANONYMOUS", 0x20),
        ("CLONE_VM", 0x100), ("CLONE_FS", 0x200), ("CLONE_FILES", 0x400), ("CLONE_SIGHAND", 0x800), ("CLONE_VFORK", 0x4000), ("CLONE_THREAD", 0x10000),
        ("CLONE_NEWNS", 0x20000), ("CLONE_NEWCGROUP", 0x2000000), ("CLONE_NEWUTS", 0x4000000), ("CLONE_NEWIPC", 0x8000000), ("CLONE_NEWUSER", 0x10000000),
        ("CLONE_NEWPID", 0x20000000), ("CLONE_NEWNET", 0x40000000),
        ("ETH_ALEN", 6), ("ETH_P_IP", 0x0800), ("ETH_P_ARP", 0x0806), ("ETH_P_IPV6", 0x86DD), ("TASK_COMM_LEN", 16), ("PATH_MAX", 4096), ("NAME_MAX", 255),
        ("PAGE_SHIFT", 12), ("PAGE_SIZE", 4096), ("MINORBITS", 20), ("MINORMASK", 0xFFFFF), ("NULL", 0), ("UINT_MAX", uint.MaxValue), ("INT_MAX", int.MaxValue),
        ("NSEC_PER_SEC", 1_000_000_000), ("NSEC_PER_MSEC", 1_000_000), ("NSEC_PER_USEC", 1_000), ("USEC_PER_SEC", 1_000_000), ("USEC_PER_MSEC", 1_000), ("MSEC_PER_SEC", 1_000),
    ];

    private static Dictionary<string, long>? s_values;

    /// <summary>The value of a constant, if it is one.</summary>
    public static bool TryFind(string name, out long value)
    {
        if (name.StartsWith("PF_", StringComparison.Ordinal))
            name = "AF_" + name[3..];
        foreach (string prefix in (ReadOnlySpan<string>)["__NR_", "SYS_"])
        {
            if (name.StartsWith(prefix, StringComparison.Ordinal))
                return TryFindSystemCall(name[prefix.Length..], out value);
        }
        return (s_values ??= CreateValues()).TryGetValue(name, out value);
    }

    private static bool TryFindSystemCall(string name, out long value)
    {
        for (value = 0; value < 512; value++)
        {
            if (SystemCallNames.Find(value) == name)
                return true;
        }
        return false;
    }

    private static Dictionary<string, long> CreateValues()
    {
        var values = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach ((string prefix, int first, string names) in s_runs)
        {
            int value = first;
            foreach (string name in names.Split(' '))
                values[prefix + name] = value++;
        }
        foreach ((string name, long value) in s_others)
            values[name] = value;
        for (int i = 0; i < SignalNumbers.Names.Length; i++)
            values["SIG" + SignalNumbers.Names[i]] = i + 1;
        return values;
    }
}
