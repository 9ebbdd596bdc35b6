namespace BpfTrace;

/// <summary>What a check found.</summary>
internal sealed record CapabilityFinding(bool IsThere, bool IsTested, string? Reason)
{
    public string? Value { get; init; }

    public string? Path { get; init; }

    public string? Alternative { get; init; }

    public static CapabilityFinding Yes(string? value = null, string? path = null) => new(true, true, null) { Value = value, Path = path };

    public static CapabilityFinding No(string reason, string? value = null) => new(false, true, reason) { Value = value };

    public static CapabilityFinding NotTried(string reason) => new(false, false, reason);
}
