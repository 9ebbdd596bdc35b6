namespace BpfTrace.Language.Probes;

/// <summary>The kernel's software and hardware events by bpftrace's names (bpftrace <c>src/probe_types</c>, <c>perf_event_open(2)</c>).</summary>
public static class EventNames
{
    private static readonly (string Name, string Alias, ulong DefaultCount)[] s_software =
    [
        ("alignment-faults", "", 1),
        ("bpf-output", "", 1),
        ("context-switches", "cs", 1000),
        ("cpu-clock", "cpu", 1_000_000),
        ("cpu-migrations", "", 1),
        ("dummy", "", 1),
        ("emulation-faults", "", 1),
        ("major-faults", "", 1),
        ("minor-faults", "", 100),
        ("page-faults", "faults", 100),
        ("task-clock", "", 1),
    ];

    private static readonly (string Name, string Alias, ulong DefaultCount)[] s_hardware =
    [
        ("backend-stalls", "", 1_000_000),
        ("branch-instructions", "branches", 100_000),
        ("branch-misses", "", 100_000),
        ("bus-cycles", "", 100_000),
        ("cache-misses", "", 1_000_000),
        ("cache-references", "", 1_000_000),
        ("cpu-cycles", "cycles", 1_000_000),
        ("frontend-stalls", "", 1_000_000),
        ("instructions", "", 1_000_000),
        ("ref-cycles", "", 1_000_000),
    ];

    /// <summary>The software events' names.</summary>
    public static IEnumerable<string> Software => s_software.Select(static e => e.Name);

    /// <summary>The hardware events' names.</summary>
    public static IEnumerable<string> Hardware => s_hardware.Select(static e => e.Name);

    /// <summary>Finds an event by name or short name.</summary>
    /// <param name="type"><see cref="ProbeType.Software"/> or <see cref="ProbeType.Hardware"/>.</param>
    /// <param name="text">The name as written.</param>
    /// <param name="name">The full name.</param>
    /// <param name="defaultCount">Events per sample where the script says nothing.</param>
    public static bool TryFind(ProbeType type, string text, out string name, out ulong defaultCount)
    {
        foreach ((string full, string alias, ulong count) in type == ProbeType.Software ? s_software : s_hardware)
        {
            if (full == text || (alias.Length > 0 && alias == text))
            {
                name = full;
                defaultCount = count;
                return true;
            }
        }
        name = text;
        defaultCount = 0;
        return false;
    }
}
