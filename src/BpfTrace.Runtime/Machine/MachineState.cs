using BpfTrace.Bpf;

namespace BpfTrace;

/// <summary>What several checks ask, once for all of them.</summary>
internal sealed class MachineState
{
    private readonly Lazy<string?> _whyNoPrograms = new(KernelFeatures.WhyNoPrograms);

    /// <summary>The kernel's release.</summary>
    public Version Kernel { get; } = Environment.OSVersion.Version;

    /// <summary>This thread's capabilities.</summary>
    public Capabilities Capabilities { get; } = OperatingSystem.IsLinux() ? Capabilities.Effective() : default;

    /// <summary>Why no program can be loaded; null when one can.</summary>
    public string? WhyNoPrograms => _whyNoPrograms.Value;
}
