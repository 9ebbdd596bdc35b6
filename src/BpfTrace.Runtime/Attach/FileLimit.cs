using System.Collections.Immutable;
using BpfTrace.Bpf;
using BpfTrace.Language.Binding;
using BpfTrace.Language.Probes;

namespace BpfTrace;

/// <summary>Each link, event, program and map is a file descriptor: a script with many probes needs a higher limit.</summary>
internal static unsafe class FileLimit
{
    // What every process has open, and what a trace has but once.
    private const int Reserve = 256;

    /// <summary>Raises RLIMIT_NOFILE when the program needs it and the process may; a limit that stays too low shows as EMFILE.</summary>
    /// <param name="program">The script.</param>
    /// <param name="spec">What the compiler made of it.</param>
    /// <param name="processes">The processes it is limited to; empty for all.</param>
    public static void Raise(BoundProgram program, CollectionSpec spec, ImmutableArray<int> processes)
    {
        int processors = Environment.ProcessorCount;
        int threads = 0;
        foreach (int process in processes)
            threads += CountThreads(process);

        // The followed processes' events and the rings of skboutput() are one for each processor.
        long needed = spec.Maps.Length + Reserve + (2L * processors);
        foreach (BoundProbe probe in program.Probes)
            needed += probe.Targets.Length * PerTarget(probe.Type, processors, processes.Length, threads);

        var limit = default(LibC.ResourceLimit);
        if (LibC.getrlimit(LibC.RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= (ulong)needed)
            return;
        ulong hard = limit.rlim_max;
        limit.rlim_cur = (ulong)needed;
        limit.rlim_max = Math.Max(hard, (ulong)needed);
        if (LibC.setrlimit(LibC.RLIMIT_NOFILE, &limit) == 0)
            return;
        limit.rlim_cur = limit.rlim_max = hard; // above fs.nr_open, or without CAP_SYS_RESOURCE: as far as it goes
        _ = LibC.setrlimit(LibC.RLIMIT_NOFILE, &limit);
    }

    /// <summary>A program, and for each place it is attached at a link and an event: each processor for what is sampled, of each thread where processes are chosen, each process for user code.</summary>
    internal static long PerTarget(ProbeType type, int processors, int processes, int threads)
    {
        long places = type switch
        {
            ProbeType.Watchpoint when processes > 0 => Math.Max(1, threads),
            ProbeType.Profile or ProbeType.Software or ProbeType.Hardware or ProbeType.Watchpoint => processes == 0 ? processors : Math.Max(1L, threads) * processors,
            ProbeType.Uprobe or ProbeType.Uretprobe or ProbeType.Usdt or ProbeType.Iter => Math.Max(1, processes),
            _ => 1,
        };
        return 1 + (2 * places);
    }

    /// <summary>How many threads a process has; 1 when it cannot be told.</summary>
    internal static int CountThreads(int process)
    {
        try
        {
            return Directory.GetDirectories($"/proc/{process}/task").Length;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return 1; // It has ended: what attaches says so.
        }
    }
}
