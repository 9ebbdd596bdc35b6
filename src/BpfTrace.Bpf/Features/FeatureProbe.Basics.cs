using System.Runtime.InteropServices;
using BpfTrace.Bpf.Syscalls;

namespace BpfTrace.Bpf;

/// <content>The first questions: whether anything can be loaded, created, counted.</content>
internal static unsafe partial class FeatureProbe
{
    /// <summary>Loads the shortest program there is, of a type that needs both capabilities.</summary>
    public static string? WhyNoPrograms()
    {
        using SafeBpfHandle? program = Load(BpfProgramType.BPF_PROG_TYPE_KPROBE, BpfAttachType.None, ReturnZero, out int errno);
        return program is not null ? null
            : errno == Errno.EPERM ? PrivilegeCheck.Explain()
            : BpfException.Describe(errno, "loading a program");
    }

    /// <summary>Creates a map of one element of a kind.</summary>
    public static bool CanCreateMap(BpfMapType type)
    {
        if (type == BpfMapType.BPF_MAP_TYPE_RINGBUF)
            return CanCreateRingBuffer();
        var spec = new MapSpec { Name = "probe", Type = type, KeySize = 4, ValueSize = type == BpfMapType.BPF_MAP_TYPE_STACK_TRACE ? 8u : 4u, MaxEntries = 1 };
        try
        {
            using BpfMap? inner = type is BpfMapType.BPF_MAP_TYPE_ARRAY_OF_MAPS or BpfMapType.BPF_MAP_TYPE_HASH_OF_MAPS
                ? BpfMap.Create(spec with { Type = BpfMapType.BPF_MAP_TYPE_ARRAY })
                : null;
            using var map = BpfMap.Create(spec, inner);
            return true;
        }
        catch (BpfException)
        {
            return false; // the kernel does not know it, or refuses all
        }
    }

    /// <summary>Opens an event without a program.</summary>
    public static BpfException? TryPerfEvents(PerfEventType type)
    {
        const ulong Seldom = 1UL << 40; // the event is closed before it comes
        void* memory = null;
        try
        {
            switch (type)
            {
                case PerfEventType.PERF_TYPE_BREAKPOINT:
                    memory = NativeMemory.AlignedAlloc(8, 8);
                    PerfEvent.OpenBreakpoint((ulong)memory, 8, mode: 2, pid: 0, cpu: -1, "a watchpoint").Dispose();
                    break;
                case PerfEventType.PERF_TYPE_HARDWARE:
                    PerfEvent.OpenSampling(type, (ulong)PerfHardwareEvent.PERF_COUNT_HW_CPU_CYCLES, Seldom, pid: -1, Cpus.GetOnline()[0], "a counter of cycles").Dispose();
                    break;
                default:
                    PerfEvent.OpenSampling(PerfEventType.PERF_TYPE_SOFTWARE, (ulong)PerfSoftwareEvent.PERF_COUNT_SW_CPU_CLOCK, Seldom, pid: -1, Cpus.GetOnline()[0], "a clock").Dispose();
                    break;
            }

            return null;
        }
        catch (BpfException e)
        {
            return e;
        }
        finally
        {
            NativeMemory.AlignedFree(memory);
        }
    }
}
