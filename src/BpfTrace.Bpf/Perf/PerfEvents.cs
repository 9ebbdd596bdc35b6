namespace BpfTrace.Bpf;

/// <summary>enum perf_type_id for events a program can be attached to.</summary>
public enum PerfEventType : uint
{
    /// <summary>Counters of the processor.</summary>
    PERF_TYPE_HARDWARE = 0,
    /// <summary>Counters of the kernel.</summary>
    PERF_TYPE_SOFTWARE = 1,
    /// <summary>Cache counters of the processor.</summary>
    PERF_TYPE_HW_CACHE = 3,
    /// <summary>Raw counters of the processor.</summary>
    PERF_TYPE_RAW = 4,
    /// <summary>Breakpoints and watchpoints.</summary>
    PERF_TYPE_BREAKPOINT = 5,
}

/// <summary>enum perf_hw_id.</summary>
public enum PerfHardwareEvent : ulong
{
    /// <summary>Cycles.</summary>
    PERF_COUNT_HW_CPU_CYCLES = 0,
    /// <summary>Instructions.</summary>
    PERF_COUNT_HW_INSTRUCTIONS = 1,
    /// <summary>Cache references.</summary>
    PERF_COUNT_HW_CACHE_REFERENCES = 2,
    /// <summary>Cache misses.</summary>
    PERF_COUNT_HW_CACHE_MISSES = 3,
    /// <summary>Branches.</summary>
    PERF_COUNT_HW_BRANCH_INSTRUCTIONS = 4,
    /// <summary>Mispredicted branches.</summary>
    PERF_COUNT_HW_BRANCH_MISSES = 5,
    /// <summary>Bus cycles.</summary>
    PERF_COUNT_HW_BUS_CYCLES = 6,
    /// <summary>Cycles the front end stood still.</summary>
    PERF_COUNT_HW_STALLED_CYCLES_FRONTEND = 7,
    /// <summary>Cycles the back end stood still.</summary>
    PERF_COUNT_HW_STALLED_CYCLES_BACKEND = 8,
    /// <summary>Cycles at constant frequency.</summary>
    PERF_COUNT_HW_REF_CPU_CYCLES = 9,
}

/// <summary>enum perf_sw_ids.</summary>
public enum PerfSoftwareEvent : ulong
{
    /// <summary>Time, per CPU; unit ns.</summary>
    PERF_COUNT_SW_CPU_CLOCK = 0,
    /// <summary>Time of the task; unit ns.</summary>
    PERF_COUNT_SW_TASK_CLOCK = 1,
    /// <summary>Page faults.</summary>
    PERF_COUNT_SW_PAGE_FAULTS = 2,
    /// <summary>Context switches.</summary>
    PERF_COUNT_SW_CONTEXT_SWITCHES = 3,
    /// <summary>Migrations to another CPU.</summary>
    PERF_COUNT_SW_CPU_MIGRATIONS = 4,
    /// <summary>Page faults without I/O.</summary>
    PERF_COUNT_SW_PAGE_FAULTS_MIN = 5,
    /// <summary>Page faults with I/O.</summary>
    PERF_COUNT_SW_PAGE_FAULTS_MAJ = 6,
    /// <summary>Unaligned accesses.</summary>
    PERF_COUNT_SW_ALIGNMENT_FAULTS = 7,
    /// <summary>Emulated instructions.</summary>
    PERF_COUNT_SW_EMULATION_FAULTS = 8,
    /// <summary>Counts nothing by itself.</summary>
    PERF_COUNT_SW_DUMMY = 9,
    /// <summary>Output of BPF programs.</summary>
    PERF_COUNT_SW_BPF_OUTPUT = 10,
}
