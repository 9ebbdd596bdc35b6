using System.Collections.Immutable;
using BpfTrace.Formatting;
using BpfTrace.Language.Diagnostics;

namespace BpfTrace;

/// <summary>
/// What a running trace hands to its consumer, in order. Records are immutable and hold no handle. A session yields
/// them; a cmdlet writes objects, warnings and errors of them, a command line writes text.
/// </summary>
public abstract record TraceRecord;

/// <summary>Probes are attached and the trace runs.</summary>
/// <param name="ProbeCount">How many probes (targets) are attached.</param>
public sealed record AttachedRecord(int ProbeCount) : TraceRecord;

/// <summary>One event as a typed object (<see cref="EventForm.Objects"/>).</summary>
/// <param name="Event">The event.</param>
public sealed record EventRecord(TraceEvent Event) : TraceRecord
{
    /// <summary>Whether the event's texts hold nothing that a terminal would obey, as <see cref="ConsoleEscape.IsHarmless(TraceEvent)"/> finds.</summary>
    public bool IsHarmless => Event.IsHarmless;
}

/// <summary>Text of the script itself, such as column titles (<see cref="TraceOptions.SeparateHeadings"/>). It is no event.</summary>
/// <param name="Text">The text, line ends included.</param>
public sealed record HeadingRecord(string Text) : TraceRecord;

/// <summary>Text as bpftrace prints it, ready for standard output (<see cref="EventForm.Text"/>).</summary>
/// <param name="Text">UTF-8 or whatever bytes the kernel had; line ends included.</param>
public sealed record TextRecord(ReadOnlyMemory<byte> Text) : TraceRecord;

/// <summary>A map, by <c>print(@m)</c> or at the end (<see cref="EventForm.Objects"/>).</summary>
/// <param name="Entries">The entries in bpftrace's order.</param>
public sealed record MapRecord(ImmutableArray<MapEntry> Entries) : TraceRecord
{
    /// <summary>Whether the entries go on those of the record before: a large map comes in several at the end.</summary>
    public bool IsContinued { get; init; }

    /// <summary>Whether the script printed it, by <c>print(@m)</c>.</summary>
    public bool IsPrinted { get; init; }
}

/// <summary>A warning: lost events, a full map, a probe that could not be attached, <c>warnf</c>.</summary>
/// <param name="Diagnostic">Id, text and place in the script.</param>
public sealed record WarningRecord(Diagnostic Diagnostic) : TraceRecord;

/// <summary>An error that does not end the trace: <c>errorf</c>, a file <c>cat()</c> cannot read.</summary>
/// <param name="Diagnostic">Id, text and place in the script.</param>
public sealed record ErrorRecord(Diagnostic Diagnostic) : TraceRecord;

/// <summary>
/// The trace begins to end: nothing more happens but what is left in the buffer, the END probes and the final maps. Not part of a recording.
/// </summary>
public sealed record StoppingRecord : TraceRecord;

/// <summary>The last record: the trace has ended, everything is detached and closed.</summary>
/// <param name="ExitCode">The code of <c>exit(code)</c>, else 0.</param>
/// <param name="Counters">What was produced, delivered and lost.</param>
public sealed record EndRecord(int ExitCode, TraceCounters Counters) : TraceRecord;
