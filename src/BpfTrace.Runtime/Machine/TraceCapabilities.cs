namespace BpfTrace;

/// <summary>
/// What this kernel and this user can do for a trace, and what is missing: the one place that knows, for <c>Get-BpfCapability</c> and
/// <c>bpft --info</c>.
/// </summary>
public static class TraceCapabilities
{
    private static readonly Lazy<CapabilityCheck[]> s_checks = new(static () =>
    [
        .. MachineChecks.Kernel, .. MachineChecks.Privileges, .. ProbeChecks.All, .. ProgramChecks.Features, .. ProgramChecks.Helpers, .. ProgramChecks.MapTypes,
        .. MachineChecks.Libraries,
    ]);

    /// <summary>The names there are, in the order of categories. Nothing is looked at.</summary>
    public static IEnumerable<string> Names => s_checks.Value.Select(static c => c.Name);

    /// <summary>
    /// Finds out what is there, one after the other while they are enumerated. What cannot be read from files is tried: small programs, maps and events are
    /// made and taken away again, fentry on a function the kernel keeps for that. Libraries are loaded. Nothing of it stays in the kernel, no lack is an exception.
    /// </summary>
    /// <param name="isWanted">Chooses by name and category: what is not wanted is not tried. Null for all.</param>
    public static IEnumerable<TraceCapability> Find(Func<string, CapabilityCategory, bool>? isWanted = null)
    {
        var machine = new MachineState();
        foreach (CapabilityCheck check in s_checks.Value)
        {
            if (isWanted is null || isWanted(check.Name, check.Category))
                yield return check.Run(machine);
        }
    }
}
