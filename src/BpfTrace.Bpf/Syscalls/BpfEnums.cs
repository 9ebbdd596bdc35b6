namespace BpfTrace.Bpf;

// Kernel spelling, values from include/uapi/linux/bpf.h. Only the members that tracing uses are listed;
// a value outside the list is passed through unchanged.

/// <summary>enum bpf_map_type.</summary>
public enum BpfMapType
{
    /// <summary>No type.</summary>
    BPF_MAP_TYPE_UNSPEC = 0,
    /// <summary>Hash table.</summary>
    BPF_MAP_TYPE_HASH = 1,
    /// <summary>Array, all elements present from the start.</summary>
    BPF_MAP_TYPE_ARRAY = 2,
    /// <summary>Programs for tail calls.</summary>
    BPF_MAP_TYPE_PROG_ARRAY = 3,
    /// <summary>perf events by CPU.</summary>
    BPF_MAP_TYPE_PERF_EVENT_ARRAY = 4,
    /// <summary>Hash table with one value per possible CPU.</summary>
    BPF_MAP_TYPE_PERCPU_HASH = 5,
    /// <summary>Array with one value per possible CPU.</summary>
    BPF_MAP_TYPE_PERCPU_ARRAY = 6,
    /// <summary>Stacks by id (bpf_get_stackid).</summary>
    BPF_MAP_TYPE_STACK_TRACE = 7,
    /// <summary>cgroups by index.</summary>
    BPF_MAP_TYPE_CGROUP_ARRAY = 8,
    /// <summary>Hash table that drops the least recently used element when full.</summary>
    BPF_MAP_TYPE_LRU_HASH = 9,
    /// <summary>LRU hash table with one value per possible CPU.</summary>
    BPF_MAP_TYPE_LRU_PERCPU_HASH = 10,
    /// <summary>Longest prefix match.</summary>
    BPF_MAP_TYPE_LPM_TRIE = 11,
    /// <summary>Array of map fds.</summary>
    BPF_MAP_TYPE_ARRAY_OF_MAPS = 12,
    /// <summary>Hash table of map fds.</summary>
    BPF_MAP_TYPE_HASH_OF_MAPS = 13,
    /// <summary>Queue.</summary>
    BPF_MAP_TYPE_QUEUE = 22,
    /// <summary>Stack (last in, first out).</summary>
    BPF_MAP_TYPE_STACK = 23,
    /// <summary>Ring buffer from kernel to user space (Linux 5.8).</summary>
    BPF_MAP_TYPE_RINGBUF = 27,
    /// <summary>Storage per task (Linux 5.11).</summary>
    BPF_MAP_TYPE_TASK_STORAGE = 29,
}

/// <summary>Flags of BPF_MAP_CREATE (<c>map_flags</c>).</summary>
[Flags]
public enum BpfMapFlags : uint
{
    /// <summary>None.</summary>
    None = 0,
    /// <summary>Allocate hash elements on demand.</summary>
    BPF_F_NO_PREALLOC = 1U << 0,
    /// <summary>An LRU list per CPU.</summary>
    BPF_F_NO_COMMON_LRU = 1U << 1,
    /// <summary>Read-only from user space.</summary>
    BPF_F_RDONLY = 1U << 3,
    /// <summary>Write-only from user space.</summary>
    BPF_F_WRONLY = 1U << 4,
    /// <summary>Stack ids hold build ids instead of addresses.</summary>
    BPF_F_STACK_BUILD_ID = 1U << 5,
    /// <summary>Read-only from programs.</summary>
    BPF_F_RDONLY_PROG = 1U << 7,
    /// <summary>Write-only from programs.</summary>
    BPF_F_WRONLY_PROG = 1U << 8,
    /// <summary>An array that user space can map (Linux 5.5).</summary>
    BPF_F_MMAPABLE = 1U << 10,
    /// <summary>An array that may take the place of one of another length in a map of maps (Linux 5.10).</summary>
    BPF_F_INNER_MAP = 1U << 12,
}

/// <summary>enum bpf_prog_type.</summary>
public enum BpfProgramType
{
    /// <summary>No type: derived from nothing, refused by the kernel.</summary>
    BPF_PROG_TYPE_UNSPEC = 0,
    /// <summary>Socket filter.</summary>
    BPF_PROG_TYPE_SOCKET_FILTER = 1,
    /// <summary>kprobe, kretprobe, uprobe, uretprobe, and their multi forms.</summary>
    BPF_PROG_TYPE_KPROBE = 2,
    /// <summary>Static tracepoint with the formatted record as context.</summary>
    BPF_PROG_TYPE_TRACEPOINT = 5,
    /// <summary>perf event (software, hardware, clocks).</summary>
    BPF_PROG_TYPE_PERF_EVENT = 7,
    /// <summary>Static tracepoint with its raw arguments as context.</summary>
    BPF_PROG_TYPE_RAW_TRACEPOINT = 17,
    /// <summary>fentry, fexit, BTF tracepoint, iterator.</summary>
    BPF_PROG_TYPE_TRACING = 26,
    /// <summary>Security module hook.</summary>
    BPF_PROG_TYPE_LSM = 29,
    /// <summary>A program run by its loader only.</summary>
    BPF_PROG_TYPE_SYSCALL = 31,
}

/// <summary>enum bpf_attach_type. The zero value also means "none" for the program types that ignore it.</summary>
public enum BpfAttachType
{
    /// <summary>Zero: not specified (BPF_CGROUP_INET_INGRESS in the kernel's list).</summary>
    None = 0,
    /// <summary>BTF-typed raw tracepoint (<c>tp_btf</c>).</summary>
    BPF_TRACE_RAW_TP = 23,
    /// <summary>Function entry.</summary>
    BPF_TRACE_FENTRY = 24,
    /// <summary>Function exit.</summary>
    BPF_TRACE_FEXIT = 25,
    /// <summary>Function whose return value may be modified.</summary>
    BPF_MODIFY_RETURN = 26,
    /// <summary>Iterator over kernel objects.</summary>
    BPF_TRACE_ITER = 28,
    /// <summary>perf event.</summary>
    BPF_PERF_EVENT = 41,
    /// <summary>Many kprobes in one link (Linux 5.18, needs CONFIG_FPROBE).</summary>
    BPF_TRACE_KPROBE_MULTI = 42,
    /// <summary>Many uprobes in one link (Linux 6.6).</summary>
    BPF_TRACE_UPROBE_MULTI = 48,
    /// <summary>Entry and return of a kprobe_multi in one program (Linux 6.10).</summary>
    BPF_TRACE_KPROBE_SESSION = 56,
    /// <summary>Entry and return of a uprobe_multi in one program (Linux 6.13).</summary>
    BPF_TRACE_UPROBE_SESSION = 57,
}

/// <summary>Flags of BPF_MAP_UPDATE_ELEM.</summary>
public enum BpfUpdateFlags : ulong
{
    /// <summary>Create or replace.</summary>
    BPF_ANY = 0,
    /// <summary>Create only.</summary>
    BPF_NOEXIST = 1,
    /// <summary>Replace only.</summary>
    BPF_EXIST = 2,
}

/// <summary>enum bpf_cmd, first argument of bpf(2).</summary>
internal enum BpfCommand
{
    BPF_MAP_CREATE = 0,
    BPF_MAP_LOOKUP_ELEM = 1,
    BPF_MAP_UPDATE_ELEM = 2,
    BPF_MAP_DELETE_ELEM = 3,
    BPF_MAP_GET_NEXT_KEY = 4,
    BPF_PROG_LOAD = 5,
    BPF_OBJ_PIN = 6,
    BPF_PROG_TEST_RUN = 10,
    BPF_PROG_GET_NEXT_ID = 11,
    BPF_PROG_GET_FD_BY_ID = 13,
    BPF_OBJ_GET_INFO_BY_FD = 15,
    BPF_RAW_TRACEPOINT_OPEN = 17,
    BPF_BTF_LOAD = 18,
    BPF_BTF_GET_FD_BY_ID = 19,
    BPF_MAP_FREEZE = 22,
    BPF_BTF_GET_NEXT_ID = 23,
    BPF_MAP_LOOKUP_BATCH = 24,
    BPF_MAP_DELETE_BATCH = 27,
    BPF_LINK_CREATE = 28,
    BPF_ENABLE_STATS = 32,
    BPF_ITER_CREATE = 33,
}
