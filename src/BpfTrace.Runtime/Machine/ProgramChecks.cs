using BpfTrace.Bpf;
using static BpfTrace.CapabilityCategory;

namespace BpfTrace;

/// <summary>What programs can do: abilities of bpf(2), helpers, kinds of map.</summary>
internal static class ProgramChecks
{
    public static CapabilityCheck[] Features =>
    [
        new("perf_links", Feature, "links on perf events: a trace that is gone leaves nothing attached", static (machine, check) =>
            check.Try(machine, static () => KernelFeatures.HasPerfLinks, "the kernel refuses them")) { MinimumKernel = new(5, 15) },
        new("batch_map_reads", Feature, "reading large maps many elements at a time", static (machine, check) =>
            check.Try(machine, static () => KernelFeatures.HasBatchLookup, "the kernel refuses them"))
        {
            MinimumKernel = new(5, 13),
            Alternative = "element by element",
        },
        new("run_time_statistics", Feature, "Start-BpfTrace -Statistics, --bench: how often programs ran, and how long", static (machine, _) =>
            machine.WhyNoPrograms is { } denied ? CapabilityFinding.NotTried(denied)
            : KernelFeatures.WhyNoStatistics() is not { } refused ? CapabilityFinding.Yes()
            : CapabilityFinding.No(machine.Capabilities.SysAdmin ? refused.Message : "CAP_SYS_ADMIN is missing: run as root (sudo), or grant it")) { MinimumKernel = new(5, 8) },
    ];

    public static CapabilityCheck[] Helpers =>
    [
        Helper("get_func_ip", 173, "func, and probe where a program has many functions"),
        Helper("get_attach_cookie", 174, "one program for many attach points"),
        Helper("loop", 181, "while, for over ranges"),
        Helper("for_each_map_elem", 164, "for over maps"),
        Helper("map_lookup_percpu_elem", 195, "values of aggregating maps within a program"),
        Helper("probe_read_kernel", 113, "fields of the kernel's structures"),
        Helper("probe_read_user", 112, "fields of user structures, buf()"),
        Helper("probe_read_user_str", 114, "str()"),
        Helper("get_stack", 67, "kstack, ustack"),
        Helper("get_current_task", 35, "curtask"),
        Helper("get_current_cgroup_id", 80, "cgroup"),
        Helper("get_numa_node_id", 42, "numaid"),
        Helper("get_ns_current_pid_tgid", 120, "pid and tid in a container's own numbers"),
        Helper("ktime_get_boot_ns", 125, "nsecs"),
        Helper("ktime_get_tai_ns", 208, "nsecs(sw_tai)"),
        Helper("jiffies64", 118, "jiffies"),
        Helper("send_signal", 109, "signal()"),
        Helper("send_signal_thread", 117, "signal_thread()"),
        Helper("probe_write_user", 36, "write_user()", static machine =>
            !machine.Capabilities.SysAdmin ? "CAP_SYS_ADMIN is missing: run as root (sudo), or grant it"
            : PrivilegeCheck.Lockdown() is var mode and not "none" ? $"kernel lockdown is in '{mode}' mode, which forbids it: boot with lockdown=none"
            : "the kernel does not let programs call bpf_probe_write_user()"),
        Helper("override_return", 58, "override()", static _ => "the kernel is built without CONFIG_BPF_KPROBE_OVERRIDE"),
    ];

    public static CapabilityCheck[] MapTypes =>
    [
        Map("ringbuf", BpfMapType.BPF_MAP_TYPE_RINGBUF, "all output", new(5, 8), isRequired: true),
        Map("hash", BpfMapType.BPF_MAP_TYPE_HASH, "maps with a key", new(3, 19)),
        Map("array", BpfMapType.BPF_MAP_TYPE_ARRAY, "maps without a key", new(3, 19)),
        Map("percpu_hash", BpfMapType.BPF_MAP_TYPE_PERCPU_HASH, "count(), sum(), hist() and their kin by key", new(4, 6)),
        Map("percpu_array", BpfMapType.BPF_MAP_TYPE_PERCPU_ARRAY, "count(), sum(), hist() and their kin without a key; large values", new(4, 6)),
        Map("lru_hash", BpfMapType.BPF_MAP_TYPE_LRU_HASH, "stacks; maps declared as lruhash", new(4, 10)),
        Map("lru_percpu_hash", BpfMapType.BPF_MAP_TYPE_LRU_PERCPU_HASH, "maps declared as percpulruhash", new(4, 10)),
        Map("array_of_maps", BpfMapType.BPF_MAP_TYPE_ARRAY_OF_MAPS, "Get-BpfMap -Reset without losing anything", new(4, 12)),
        Map("perf_event_array", BpfMapType.BPF_MAP_TYPE_PERF_EVENT_ARRAY, "skboutput()", new(4, 3)),
    ];

    private static CapabilityCheck Helper(string name, int number, string description, Func<MachineState, string>? why = null) =>
        new(name, CapabilityCategory.Helper, description, (machine, check) =>
            check.Try(machine, () => KernelFeatures.HasHelper(BpfProgramType.BPF_PROG_TYPE_KPROBE, number), why?.Invoke(machine) ?? $"the kernel does not let programs call bpf_{name}()"))
        {
            MinimumKernel = HelperHistory.Since(number) is { } release ? Version.Parse(release) : null,
        };

    private static CapabilityCheck Map(string name, BpfMapType type, string description, Version since, bool isRequired = false) =>
        new(name, MapType, description, (machine, check) => check.Try(machine, () => KernelFeatures.HasMapType(type), "the kernel refuses such maps"))
        {
            MinimumKernel = since,
            IsRequired = isRequired,
        };
}
