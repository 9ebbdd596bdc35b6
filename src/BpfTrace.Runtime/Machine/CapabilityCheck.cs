namespace BpfTrace;

/// <summary>How one capability is found out.</summary>
/// <param name="name">Its name.</param>
/// <param name="category">What kind of thing it is.</param>
/// <param name="description">What it is for.</param>
/// <param name="find">Looks; is not called elsewhere than on Linux.</param>
internal sealed class CapabilityCheck(string name, CapabilityCategory category, string description, Func<MachineState, CapabilityCheck, CapabilityFinding> find)
{
    public string Name => name;

    public CapabilityCategory Category => category;

    /// <summary>The release that brought it; null for what does not depend on one.</summary>
    public Version? MinimumKernel { get; init; }

    /// <summary>Whether nothing can be traced without it.</summary>
    public bool IsRequired { get; init; }

    /// <summary>What does the same, where the finding names nothing.</summary>
    public string? Alternative { get; init; }

    public TraceCapability Run(MachineState machine)
    {
        CapabilityFinding found = !OperatingSystem.IsLinux() ? CapabilityFinding.No("eBPF needs Linux") : find(machine, this);
        return new TraceCapability
        {
            Name = name,
            Category = category,
            Description = description,
            Available = found.IsThere,
            IsTested = found.IsTested,
            IsRequired = IsRequired,
            Value = found.Value,
            Path = found.Path,
            Reason = found.Reason,
            Alternative = found.IsThere || !found.IsTested ? null : found.Alternative ?? Alternative,
            MinimumKernel = MinimumKernel,
        };
    }

    /// <summary>What is tried by loading something.</summary>
    /// <param name="machine">The machine.</param>
    /// <param name="has">Tries.</param>
    /// <param name="why">What is missing where the kernel is new enough.</param>
    public CapabilityFinding Try(MachineState machine, Func<bool> has, string why) =>
        machine.WhyNoPrograms is { } denied ? CapabilityFinding.NotTried(denied)
        : has() ? CapabilityFinding.Yes()
        : CapabilityFinding.No(MinimumKernel is { } release && machine.Kernel < release ? $"it came with Linux {release}; this is {machine.Kernel.ToString(2)}" : why);
}
