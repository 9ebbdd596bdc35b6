namespace BpfTrace.Language.Completion;

public static partial class Documentation
{
    private const string Values = """
        args | struct args | the probe's arguments by name: args.filename
        cgroup | uint64 cgroup | id of the current process's control group
        comm | string comm, comm(uint32 pid) | name of the current thread, or of a process
        config | record config | the settings in force
        cpid | uint32 cpid | pid of the command that was started for the trace
        cpu | uint32 cpu | the processor the program runs on
        ctx | pointer ctx | the probe's raw context
        curtask | struct task_struct * curtask | the current task
        default_str_length | uint64 default_str_length | the length of str() without a limit
        dw_ustack | ustack_t dw_ustack([mode, ] [limit]) | the user program's stack, by its DWARF unwind tables; of the processes named to the tracer
        elapsed | uint64 elapsed | ns since the trace began
        func | ksym_t or usym_t func | the traced function
        gid | uint64 gid | group id of the current thread
        has_cpid | bool has_cpid | whether a command was started for the trace
        jiffies | uint64 jiffies | the kernel's tick counter
        kstack | kstack_t kstack([mode, ] [limit]) | the kernel's stack; modes bpftrace, perf, raw
        leader_comm | string leader_comm, leader_comm(task) | name of the thread group's leader
        leader_tid | uint32 leader_tid, leader_tid(task) | tid of the thread group's leader
        ncpus | uint64 ncpus | number of processors
        nsecs | timestamp nsecs([mode]) | ns; modes boot, monotonic, tai, sw_tai
        numaid | uint32 numaid | the NUMA node the program runs on
        pcomm | string pcomm, pcomm(task) | name of the parent
        pid | uint32 pid([curr_ns or init]) | id of the current process
        ppid | uint32 ppid, ppid(task) | id of the parent
        probe | string probe | the probe's full name
        probetype | string probetype | the kind of probe
        rand | uint32 rand | a random number
        retval | retval | what the traced function returns
        tid | uint32 tid([curr_ns or init]) | id of the current thread
        uid | uint64 uid | user id of the current thread
        usermode | uint8 usermode | 1 where the processor ran user code
        username | string username | name of the user of the current thread
        ustack | ustack_t ustack([mode, ] [limit]) | the user program's stack; modes bpftrace, perf, raw, build_id
        """;
}
