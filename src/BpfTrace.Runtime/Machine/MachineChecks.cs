using System.Globalization;
using BpfTrace.Bpf;
using BpfTrace.Bpf.Dwarf;
using BpfTrace.Bpf.Proc;
using BpfTrace.Bpf.Tracefs;
using BpfTrace.Compiler;
using static BpfTrace.CapabilityCategory;

namespace BpfTrace;

/// <summary>What is asked of the kernel's files, of this process and of the system's libraries.</summary>
internal static unsafe class MachineChecks
{
    private const string NoTypes = "the kernel has no type information: it is built without CONFIG_DEBUG_INFO_BTF";

    public static CapabilityCheck[] Kernel =>
    [
        new("linux", CapabilityCategory.Kernel, "the kernel's release", static (machine, check) => machine.Kernel >= check.MinimumKernel
            ? CapabilityFinding.Yes(Release())
            : CapabilityFinding.No($"the kernel is older than Linux {check.MinimumKernel}, the oldest that is supported", Release())) { MinimumKernel = new(6, 1) },
        new("architecture", CapabilityCategory.Kernel, "the processor's instruction set", static (_, _) => Architecture.IsSupported
            ? CapabilityFinding.Yes(Architecture.Name)
            : CapabilityFinding.No("only x86_64 is supported so far", Architecture.Name)) { IsRequired = true },
        new("btf", CapabilityCategory.Kernel, "the kernel's types: args, structures, fentry, rawtracepoint's fields", static (_, _) => KernelFeatures.HasBtf
            ? CapabilityFinding.Yes(path: KernelFeatures.BtfPath)
            : CapabilityFinding.No(NoTypes)) { MinimumKernel = new(5, 4), Alternative = "structures defined in the script or in headers; arg0, arg1, ..." },
        new("tracefs", CapabilityCategory.Kernel, "tracepoints and their fields, the functions that can be traced", static (_, _) => Tracefs()),
        new("kallsyms", CapabilityCategory.Kernel, "names in kernel stacks, ksym, kaddr", static (machine, _) => KernelSymbols(machine)) { Alternative = "addresses stay numbers" },
        new("lockdown", CapabilityCategory.Kernel, "whether the kernel's lockdown lets programs read its memory", static (_, _) => PrivilegeCheck.Lockdown() is var mode && mode != "confidentiality"
            ? CapabilityFinding.Yes(mode)
            : CapabilityFinding.No("kernel lockdown is in 'confidentiality' mode, in which programs cannot read kernel memory: boot with lockdown=integrity or none", mode)) { IsRequired = true },
    ];

    public static CapabilityCheck[] Privileges =>
    [
        Capability("CAP_BPF", "loading programs, creating maps", static c => c.Bpf, "run as root (sudo), or grant it", new(5, 8), isRequired: true),
        Capability("CAP_PERFMON", "opening events, reading kernel memory", static c => c.Perfmon, "run as root (sudo), or grant it", new(5, 8), isRequired: true),
        Capability("CAP_SYS_ADMIN", "-Statistics, override(), write_user(), a tracefs of one's own where none is mounted", static c => c.SysAdmin, "what needs it is refused, the rest works"),
        Capability("CAP_SYS_RESOURCE", "more open files than the limit, for thousands of probes", static c => c.SysResource, "raise the limit before: ulimit -n"),
        Capability("CAP_SYS_PTRACE", "user stacks and symbols of other users' processes", static c => c.SysPtrace, "one's own processes have names without it"),
        Capability("CAP_DAC_READ_SEARCH", "tracefs, and binaries that only others may read", static c => c.DacReadSearch, "grant the right to read /sys/kernel/tracing, or run as root (sudo)"),
        new("load_programs", Privilege, "whether the kernel takes a program from this process, all else set aside", static (machine, _) => machine.WhyNoPrograms is { } why
            ? CapabilityFinding.No(why)
            : CapabilityFinding.Yes()) { IsRequired = true },
        new("RLIMIT_MEMLOCK", Privilege, "memory of the rings of skboutput(); maps do not count since Linux 5.11", static (machine, _) => LockedMemory(machine)),
        new("perf_event_paranoid", Privilege, "timers, counters and events of all processes", static (machine, _) => Paranoia(machine)),
    ];

    public static CapabilityCheck[] Libraries =>
    [
        new("libLLVM", Library, "compiles scripts", static (_, _) => Of(CompilerLibraries.FindLlvm())) { IsRequired = true },
        new("libclang", Library, "reads C headers (#include, -Include)", static (_, _) => Of(CompilerLibraries.FindClang()))
        {
            Alternative = "structures, enums and macros written in the script, the kernel's types from BTF",
        },
        new("libdw", Library, "reads the debug information of user programs: typed args of uprobes, source lines", static (_, _) => Of(DwarfLibrary.Find()))
        {
            Alternative = "arg0, arg1, ...; stacks with names of functions only",
        },
        new("clang", Library, "compiles imported C functions (import \"lib.bpf.c\")", static (_, _) => Of(CompilerLibraries.FindClangProgram())) { Alternative = "functions in the script's own language" },
    ];

    private static CapabilityCheck Capability(
        string name, string description, Func<Capabilities, bool> has, string advice, Version? since = null, bool isRequired = false) =>
        new(name, Privilege, description, (machine, _) => has(machine.Capabilities) ? CapabilityFinding.Yes() : CapabilityFinding.No($"{name} is missing: {advice}"))
        {
            MinimumKernel = since,
            IsRequired = isRequired,
        };

    private static CapabilityFinding Tracefs()
    {
        TraceFs tracefs = LinuxKernelCatalog.Shared.Tracefs;
        if (!tracefs.IsAvailable)
            return CapabilityFinding.No(tracefs.Reason!) with { Alternative = LinuxKernelCatalog.Shared.Instead(Language.Probes.ProbeType.Tracepoint) is { Length: > 0 } others ? others : null };
        return tracefs.DirectoryPath.StartsWith("/proc/self/fd/", StringComparison.Ordinal)
            ? CapabilityFinding.Yes("a mount of our own")
            : CapabilityFinding.Yes(path: tracefs.DirectoryPath);
    }

    private static CapabilityFinding KernelSymbols(MachineState machine)
    {
        const string Path = Bpf.Symbols.KernelSymbols.DefaultPath;
        const int Enough = 100; // the kernel hides all addresses or none (kernel/kallsyms.c s_show); the first symbols can be per-CPU offsets, which begin at 0
        try
        {
            using var reader = new StreamReader(Path);
            for (int i = 0; i < Enough && reader.ReadLine() is { } line; i++)
            {
                if (ulong.TryParse(line.AsSpan(0, Math.Max(0, line.IndexOf(' '))), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out ulong address) && address != 0)
                    return CapabilityFinding.Yes(path: Path);
            }

            return CapabilityFinding.No("the kernel hides its addresses (kernel.kptr_restrict): " + (machine.Capabilities.Syslog ? "set it to 0 or 1" : "run as root (sudo), or grant CAP_SYSLOG"));
        }
        catch (FileNotFoundException)
        {
            return CapabilityFinding.No("the kernel is built without CONFIG_KALLSYMS");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return CapabilityFinding.No($"{Path} cannot be read: {e.Message}");
        }
    }

    private static CapabilityFinding LockedMemory(MachineState machine)
    {
        const ulong Needed = 8UL << 20; // the rings of skboutput() together, as many as the ring buffer has
        var limit = default(LibC.ResourceLimit);
        if (LibC.getrlimit(LibC.RLIMIT_MEMLOCK, &limit) != 0)
            return CapabilityFinding.No("the limit cannot be read");
        string value = limit.rlim_cur == ulong.MaxValue ? "unlimited" : string.Create(CultureInfo.InvariantCulture, $"{limit.rlim_cur >> 10} KiB");
        // kernel/events/core.c perf_mmap
        return limit.rlim_cur >= Needed || machine.Capabilities.IpcLock || ReadNumber("/proc/sys/kernel/perf_event_paranoid") is < 0
            ? CapabilityFinding.Yes(value)
            : CapabilityFinding.No("the rings of skboutput() need 8 MiB: ulimit -l unlimited, or grant CAP_IPC_LOCK", value);
    }

    private static CapabilityFinding Paranoia(MachineState machine)
    {
        if (ReadNumber("/proc/sys/kernel/perf_event_paranoid") is not { } level)
            return CapabilityFinding.No("the kernel has no performance events (CONFIG_PERF_EVENTS), or does not show them");
        string value = level.ToString(CultureInfo.InvariantCulture);
        return machine.Capabilities.Perfmon || level < 0
            ? CapabilityFinding.Yes(value)
            : CapabilityFinding.No($"kernel.perf_event_paranoid is {value}, and CAP_PERFMON is missing: run as root (sudo), or grant it", value);
    }

    private static int? ReadNumber(string path)
    {
        try
        {
            return File.Exists(path) && int.TryParse(File.ReadAllText(path), NumberStyles.Integer, CultureInfo.InvariantCulture, out int value) ? value : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // not for everybody to read: then it is not known
        }
    }

    private static CapabilityFinding Of(NativeLibraryInfo library) =>
        library.Problem is { } problem ? CapabilityFinding.No(problem) : CapabilityFinding.Yes(library.Version, library.Path);

    private static string Release() => File.Exists("/proc/sys/kernel/osrelease") ? File.ReadAllText("/proc/sys/kernel/osrelease").Trim() : Environment.OSVersion.Version.ToString();
}
