using BpfTrace.Formatting;

namespace BpfTrace;

/// <summary>What is known of a script without running it: messages, probes, events, maps, programs. Plain data.</summary>
public sealed record ScriptReport
{
    /// <summary>The script's file, or <c>script</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Whether there is no error.</summary>
    public bool IsValid { get; init; }

    /// <summary>Whether it can be started here: it is valid, and the running kernel lacks nothing of what it traces.</summary>
    public bool IsRunnable { get; init; }

    /// <summary>Whether the running kernel's verifier saw the programs: false without privilege, when not wanted, and after an error.</summary>
    public bool IsVerified { get; init; }

    /// <summary>Errors and warnings of all stages, in order.</summary>
    public ScriptDiagnostic[] Diagnostics { get; init; } = [];

    /// <summary>The probes in full, wildcards expanded, in the script's order. Empty when binding failed.</summary>
    public string[] Probes { get; init; } = [];

    /// <summary>How each program is attached, in the script's order: the kernel's way, the number of links, what is known of how often it is run.</summary>
    public ScriptAttachment[] Attachments { get; init; } = [];

    /// <summary>What it costs: attach points, programs, instructions, memory.</summary>
    public ScriptCost Cost { get; init; } = new();

    /// <summary>The types of events, one for each place that makes output.</summary>
    public ScriptEventType[] EventTypes { get; init; } = [];

    /// <summary>The maps, by name.</summary>
    public ScriptMap[] Maps { get; init; } = [];

    /// <summary>The BPF programs, in the script's order.</summary>
    public ScriptProgram[] Programs { get; init; } = [];

    /// <inheritdoc/>
    public override string ToString() => $"{Name}: {(!IsValid ? "not valid" : IsRunnable ? "valid" : "valid, not runnable here")}";
}

/// <summary>The events of one place in a script.</summary>
/// <param name="Kind">The function: <c>printf</c>, <c>print</c>, <c>time</c>, <c>join</c>, <c>cat</c>, <c>system</c>.</param>
/// <param name="TypeName">The name of their type: <c>BpfTrace.Event.Printf_L1C9</c>.</param>
/// <param name="Line">1-based line of the call.</param>
/// <param name="Column">1-based column of the call.</param>
/// <param name="Properties">Their properties beside those every event has.</param>
public sealed record ScriptEventType(string Kind, string TypeName, int Line, int Column, ScriptProperty[] Properties) : IEscapedMembers
{
    /// <summary>The call, as it stands in the script.</summary>
    public string Source { get; init; } = "";

    /// <summary>Whether the type is made for the script; of some functions it is the same in all scripts.</summary>
    internal bool IsMade { get; init; }

    /// <summary>The name of the type that has the columns: its own, or the one that all events with these properties have as their base.</summary>
    public string GetColumnsTypeName() =>
        IsMade ? Decoding.ColumnsClass.NameOf(Properties.Select(static p => p.Name), Properties.Select(static p => p.TypeName)) : TypeName;

    /// <inheritdoc/>
    public override string ToString() => $"{Kind} {{ {string.Join("; ", Properties.Select(p => p.ToString()))} }}";
}

/// <summary>A property of an event.</summary>
/// <param name="Name">Its name.</param>
/// <param name="TypeName">Its .NET type: <c>System.UInt32</c>.</param>
/// <param name="ScriptType">The value's type in the script: <c>uint32</c>.</param>
public sealed record ScriptProperty(string Name, string TypeName, string ScriptType) : IEscapedMembers
{
    /// <inheritdoc/>
    public override string ToString() => $"{Name} : {ScriptType}";
}

/// <summary>A map of a script.</summary>
/// <param name="Name">Its name, <c>@</c> included.</param>
/// <param name="KeyType">The key's type in the script; null for a map without key.</param>
/// <param name="ValueType">The value's type in the script.</param>
/// <param name="Storage">The kind of kernel map.</param>
/// <param name="MaxEntries">How many entries it holds.</param>
public sealed record ScriptMap(string Name, string? KeyType, string ValueType, string Storage, int MaxEntries) : IEscapedMembers
{
    /// <summary>The .NET type of <see cref="MapEntry.Key"/>; null for a map without key.</summary>
    public string? KeyTypeName { get; init; }

    /// <summary>The .NET type of <see cref="MapEntry.Value"/>.</summary>
    public string ValueTypeName { get; init; } = "";

    /// <summary>Bytes of kernel memory, which are taken when the map is created.</summary>
    public long MemoryBytes { get; init; }

    /// <inheritdoc/>
    public override string ToString() => KeyType is null ? $"{Name} : {ValueType}" : $"{Name}[{KeyType}] : {ValueType}";
}

/// <summary>A BPF program of a script.</summary>
public sealed record ScriptProgram : IEscapedMembers
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>The probes it is attached to, in full.</summary>
    public required string[] Probes { get; init; }

    /// <summary>Its instructions, subprograms included; a 64-bit load counts as two.</summary>
    public int InstructionCount { get; init; }

    /// <summary>Whether the kernel took it; null when the kernel was not asked.</summary>
    public bool? IsAccepted { get; init; }

    /// <summary>Instructions the verifier walked on all paths (it gives up at 1000000); null when the kernel was not asked.</summary>
    public int? VerifiedInstructions { get; init; }

    /// <summary>Bytes of BPF stack, the program's and each subprogram's (512 together at most on any path of calls); null when not known.</summary>
    public int[]? StackDepths { get; init; }

    /// <summary>How long the verifier took; null when not known.</summary>
    public TimeSpan? VerificationTime { get; init; }

    /// <summary>Bytes of machine code; null when not known.</summary>
    public int? JitedSize { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{Name}: {InstructionCount} instructions";
}
