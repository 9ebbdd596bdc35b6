namespace BpfTrace.Language.Probes;

/// <summary>The kernel's software and hardware events by bpftrace's names (bpftrace <c>src/probe_types</c>, <c>perf_event_open(2)</c>).</summary>
public static class EventNames
{
    private static readonly Event[] s_software =
    [
        new("alignment-faults", "", 1),
        new("bpf-output", "", 1),
        new("context-switches", "cs", 1000),
        new("cpu-clock", "cpu", 1_000_000),
        new("cpu-migrations", "", 1),
        new("dummy", "", 1),
        new("emulation-faults", "", 1),
        new("major-faults", "", 1),
        new("minor-faults", "", 100),
        new("page-faults", "faults", 100),
        new("task-clock", "", 1),
    ];

    private static readonly Event[] s_hardware =
    [
        new("backend-stalls", "", 1_000_000),
        new("branch-instructions", "branches", 100_000),
        new("branch-misses", "", 100_000),
        new("bus-cycles", "", 100_000),
        new("cache-misses", "", 1_000_000),
        new("cache-references", "", 1_000_000),
        new("cpu-cycles", "cycles", 1_000_000),
        new("frontend-stalls", "", 1_000_000),
        new("instructions", "", 1_000_000),
        new("ref-cycles", "", 1_000_000),
    ];

    /// <summary>Units of profile and interval that a listing shows.</summary>
    public static IReadOnlyList<string> TimeUnits { get; } = ["hz", "ms", "s", "us"];

    /// <summary>The events' names, sorted.</summary>
    /// <param name="type"><see cref="ProbeType.Software"/> or <see cref="ProbeType.Hardware"/>.</param>
    /// <param name="withAliases">Whether the short names are wanted too.</param>
    public static IReadOnlyList<string> Of(ProbeType type, bool withAliases = false)
    {
        var names = new List<string>();
        foreach (Event one in Table(type))
        {
            names.Add(one.Name);
            if (withAliases && one.Alias.Length > 0)
                names.Add(one.Alias);
        }

        names.Sort(StringComparer.Ordinal);
        return names;
    }

    /// <summary>Finds an event by name or short name.</summary>
    /// <param name="type"><see cref="ProbeType.Software"/> or <see cref="ProbeType.Hardware"/>.</param>
    /// <param name="text">The name as written.</param>
    /// <param name="name">The full name.</param>
    /// <param name="defaultCount">Events per sample where the script says nothing.</param>
    public static bool TryFind(ProbeType type, string text, out string name, out ulong defaultCount)
    {
        foreach (Event one in Table(type))
        {
            if (one.Name == text || (one.Alias.Length > 0 && one.Alias == text))
            {
                name = one.Name;
                defaultCount = one.DefaultCount;
                return true;
            }
        }
        name = text;
        defaultCount = 0;
        return false;
    }

    private static Event[] Table(ProbeType type) => type == ProbeType.Software ? s_software : s_hardware;

    private sealed class Event(string name, string alias, ulong defaultCount)
    {
        public string Name => name;

        public string Alias => alias;

        public ulong DefaultCount => defaultCount;
    }
}
