using BpfTrace.Bpf;
using BpfTrace.Language.Binding;

namespace BpfTrace;

/// <summary>Each link, program and map is a file descriptor: a script with many probes needs a higher limit.</summary>
internal static unsafe class FileLimit
{
    // As bpftrace: three for each probe, and some for everything else. A sampled event takes one for each CPU.
    private const int PerProbe = 3;
    private const int Reserve = 256;

    /// <summary>Raises RLIMIT_NOFILE when the program needs it and the process may; a limit that stays too low shows as EMFILE.</summary>
    public static void Raise(BoundProgram program, CollectionSpec spec)
    {
        long targets = 0;
        foreach (BoundProbe probe in program.Probes)
            targets += probe.Targets.Length;
        ulong needed = (ulong)((targets * Math.Max(PerProbe, Environment.ProcessorCount)) + spec.Maps.Length + Reserve);
        var limit = default(LibC.ResourceLimit);
        if (LibC.getrlimit(LibC.RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= needed)
            return;
        limit.rlim_cur = needed;
        limit.rlim_max = Math.Max(limit.rlim_max, needed);
        _ = LibC.setrlimit(LibC.RLIMIT_NOFILE, &limit);
    }
}
