using BpfTrace.Formatting;

namespace BpfTrace;

/// <summary>What a script costs while it runs, known before it does. Plain data.</summary>
public sealed record ScriptCost
{
    /// <summary>How many places it is attached to: functions, tracepoints, timers.</summary>
    public int AttachPoints { get; init; }

    /// <summary>How many links, or events with a program on them, the kernel makes for that.</summary>
    public int Links { get; init; }

    /// <summary>How many BPF programs it has.</summary>
    public int Programs { get; init; }

    /// <summary>The programs' instructions together, as they are compiled.</summary>
    public int InstructionCount { get; init; }

    /// <summary>Instructions the verifier walked on all paths of all programs; null when the kernel was not asked.</summary>
    public int? VerifiedInstructions { get; init; }

    /// <summary>How many kernel maps it has, the script's and those that carry output, stacks and large values.</summary>
    public int Maps { get; init; }

    /// <summary>Bytes of kernel memory for the script's maps: the kernel takes it when they are created, for all of their entries.</summary>
    public long MapBytes { get; init; }

    /// <summary>Bytes of kernel memory for output, stacks and large values.</summary>
    public long BufferBytes { get; init; }

    /// <summary>Bytes of kernel memory in all; the programs' own few pages are not counted.</summary>
    public long MemoryBytes => MapBytes + BufferBytes;

    /// <summary>
    /// How often its programs are run in a second, as far as that can be told: the sum of <see cref="ScriptAttachment.EventRate"/>. Null when nothing is known.
    /// </summary>
    public double? EventRate { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{AttachPoints} attach points, {Links} links, {Programs} programs, {InstructionCount} instructions, {Maps} maps, {MemoryBytes} bytes";
}

/// <summary>How one program of a script is attached. Plain data.</summary>
public sealed record ScriptAttachment : IEscapedMembers
{
    /// <summary>The kind of probe, as the language names it; of a session both, as <c>kprobe+kretprobe</c>.</summary>
    public required string ProbeType { get; init; }

    /// <summary>
    /// The kernel's way: <c>kprobe_multi</c>, <c>kprobe_session</c>, <c>uprobe_multi</c> (one link for many places), <c>perf_event</c> (an event for each),
    /// <c>tracepoint</c>, <c>raw_tracepoint</c>, <c>trampoline</c>, <c>iterator</c>, <c>run once</c>, <c>signal</c>.
    /// </summary>
    public required string Mechanism { get; init; }

    /// <summary>The program's name.</summary>
    public required string Program { get; init; }

    /// <summary>Where it is attached, wildcards expanded.</summary>
    public required string[] Probes { get; init; }

    /// <summary>How many links, or events with the program on them: for what is sampled one for each CPU, for multi links one in all, or one for each file and process.</summary>
    public int Links { get; init; }

    /// <summary>The program's instructions, as they are compiled.</summary>
    public int InstructionCount { get; init; }

    /// <summary>How often it is run in a second, before its filter; null when that is not known.</summary>
    public double? EventRate { get; init; }

    /// <summary>What the rate is from: <c>timer</c>, <c>average since boot</c>, or a trace of the same probes (<c>trace 3</c>) that measured it; null without one.</summary>
    public string? EventRateSource { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{(Probes.Length == 1 ? Probes[0] : $"{Probes[0]} and {Probes.Length - 1} more")} by {Mechanism}";
}
