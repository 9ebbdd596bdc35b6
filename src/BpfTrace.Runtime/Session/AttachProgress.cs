namespace BpfTrace;

/// <summary>What is under way between a compiled script and a running trace.</summary>
public enum AttachStage
{
    /// <summary>The kernel checks and takes the programs.</summary>
    Loading,

    /// <summary>The programs are attached to their probes.</summary>
    Attaching,
}

/// <summary>How far it is.</summary>
/// <param name="Stage">What is under way.</param>
/// <param name="Done">How many programs are loaded, or probes attached.</param>
/// <param name="Total">Of how many.</param>
public sealed record AttachProgress(AttachStage Stage, int Done, int Total);
