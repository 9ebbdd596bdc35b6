using System.Collections.Immutable;
using System.Collections.ObjectModel;
using BpfTrace.Language.Binding;

namespace BpfTrace;

/// <summary>How a trace is compiled and run. All members have defaults: an empty one traces the script as it is.</summary>
public sealed record TraceOptions
{
    /// <summary>Positional parameters <c>$1</c>, <c>$2</c>, …</summary>
    public ImmutableArray<string> Arguments { get; init; } = [];

    /// <summary>Named parameters of <c>getopt</c>, without their dashes.</summary>
    public IReadOnlyDictionary<string, string> NamedArguments { get; init; } = ReadOnlyDictionary<string, string>.Empty;

    /// <summary>Trace these processes only, and end with the last of them; empty for all.</summary>
    public ImmutableArray<int> ProcessIds { get; init; } = [];

    /// <summary>Trace this process only, and end with it; null for all. Of several the first.</summary>
    public int? ProcessId
    {
        get => ProcessIds.IsEmpty ? null : ProcessIds[0];
        init => ProcessIds = value is { } one ? [one] : [];
    }

    /// <summary>
    /// Further processes whose stacks <c>dw_ustack</c> can unwind (bpftrace's <c>--dwarf-pid</c>), beside <see cref="ProcessIds"/> and <see cref="Command"/>. Nothing is
    /// filtered by them.
    /// </summary>
    public ImmutableArray<int> UnwindProcessIds { get; init; } = [];

    /// <summary>A command to start and trace: it is held until the probes are attached, and the trace ends with it.</summary>
    public string? Command { get; init; }

    /// <summary>End after this long, counted from the moment all probes are attached; null for no limit.</summary>
    public TimeSpan? Duration { get; init; }

    /// <summary>End after this many events were delivered; null for no limit.</summary>
    public long? MaxEvents { get; init; }

    /// <summary>A regular expression: of the probes but begin, end and self, only targets whose full name it matches are attached. Null for all.</summary>
    public string? ProbeFilter { get; init; }

    /// <summary>
    /// Where to look for separate debug files of user binaries (bpftrace's <c>--debuginfo</c>): directories separated by colons, absolute or relative to
    /// the binary's; a <c>+</c> before one has the file's checksum verified. Null for the usual places.
    /// </summary>
    public string? DebugInfoDirectories { get; init; }

    /// <summary>
    /// Keep what the stages made (LLVM IR, the object), so that <see cref="CompiledTrace.Show"/> and <see cref="CompiledTrace.EmitObject"/> need not
    /// compile again.
    /// </summary>
    public bool KeepStages { get; init; }

    /// <summary>Allow functions that change the system (<c>system</c>, <c>signal</c>, <c>override</c>).</summary>
    public bool AllowUnsafe { get; init; }

    /// <summary>Which failures of helpers programs report while they run (bpftrace's <c>--no-warnings</c>, nothing, <c>-k</c>).</summary>
    public HelperErrors HelperErrors { get; init; } = HelperErrors.Effects;

    /// <summary>
    /// Report what goes wrong again and again at one place of the script, and lost events, once when it first happens, and how often it was at the end. Otherwise each time, as
    /// bpftrace does.
    /// </summary>
    public bool SummarizeErrors { get; init; }

    /// <summary>
    /// Compile to look at the result, not to run it: what the running kernel lacks is a warning and the probe that asks for it is left out,
    /// also where the kernel cannot attach such probes at all. Where something was left out the result
    /// cannot be started.
    /// </summary>
    public bool CompileOnly { get; init; }

    /// <summary>Find out which probes the script has, and no more: no code is made of it, and the result cannot be started. Kinds of probes that the kernel cannot attach are warnings.</summary>
    public bool ProbesOnly { get; init; }

    /// <summary>Whether maps are emitted when the trace ends; null leaves it to the script's configuration.</summary>
    public bool? EmitMapsAtEnd { get; init; }

    /// <summary>Directories for <c>#include</c>.</summary>
    public ImmutableArray<string> IncludePaths { get; init; } = [];

    /// <summary>The directory that a script which is in no file imports from; empty for the process's own.</summary>
    public string WorkingDirectory { get; init; } = "";

    /// <summary>Headers included before the script.</summary>
    public ImmutableArray<string> Includes { get; init; } = [];

    /// <summary>Macros of the script's C part, as <c>NAME</c> or <c>NAME=VALUE</c>.</summary>
    public ImmutableArray<string> Defines { get; init; } = [];

    /// <summary>Configuration keys from outside; they win over the script's <c>config</c> block.</summary>
    public IReadOnlyDictionary<string, string> Config { get; init; } = ReadOnlyDictionary<string, string>.Empty;

    /// <summary>Whether addresses of user programs get names; otherwise they stay numbers, which takes no time (BPFTRACE_NO_USER_SYMBOLS of bpftrace 0.17).</summary>
    public bool ResolveUserSymbols { get; init; } = true;

    /// <summary>
    /// A scalar map of an unsigned integer that <c>tseries()</c> takes for the time in ns, so that a script's time series can be tested
    /// (bpftrace's BPFTRACE_DUMMY_TS_MAP); null for the clock.
    /// </summary>
    public string? TimeSeriesClockMap { get; init; }

    /// <summary>
    /// In text form, show control characters in strings that came from the kernel as escapes: for a terminal, which they could steer. What
    /// the script's own text contains stays.
    /// </summary>
    public bool EscapeControlCharacters { get; init; }

    /// <summary>
    /// Compile so that a map can be read and emptied in one (<see cref="TraceSession.TakeMap"/>) without losing what is written meanwhile: programs reach the
    /// maps through a slot each, which costs a lookup in an array.
    /// </summary>
    public bool SwappableMaps { get; init; }

    /// <summary>
    /// Let the kernel count how often and how long the programs run. It counts for all BPF programs of the system as long as the trace lasts, which makes
    /// each run some ns longer; without the right to (CAP_SYS_ADMIN) the trace starts with a warning.
    /// </summary>
    public bool MeasureProbes { get; init; }

    /// <summary>
    /// What a script's begin and end print of nothing but its own text, such as column titles, is no event: it comes as <see cref="HeadingRecord"/>, with
    /// <see cref="EventForm.Text"/> as text. bpftrace's JSON knows no such thing.
    /// </summary>
    public bool SeparateHeadings { get; init; }

    /// <summary>The session's name, to find it by; null takes the script's file name or its first probe.</summary>
    public string? Name { get; init; }

    /// <summary>
    /// A file that takes what the trace delivers, as objects whatever <see cref="Form"/> is, for <see cref="Recording.RecordingReader"/>; an existing one is
    /// overwritten when the trace is attached. Null for none.
    /// </summary>
    public string? RecordPath { get; init; }

    /// <summary>
    /// How many events may wait for the consumer. When it is full, records wait as the kernel made them, see <see cref="BacklogBytes"/>. Few: waiting
    /// bytes cost the garbage collector nothing, waiting objects outlive its young generation.
    /// </summary>
    public int QueueCapacity { get; init; } = 1024;

    /// <summary>
    /// How many bytes of records may wait for a consumer that is slower than the programs, beside what fits in the kernel-side buffer; taken only
    /// when they are needed. What does not fit there either is counted as lost. 64 MiB, or a sixteenth of the memory where that is less.
    /// </summary>
    public long BacklogBytes { get; init; } = Math.Min(64L << 20, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 16);

    /// <summary>
    /// Features of the kernel that are not to be used although it has them: <c>kprobe_multi</c>, <c>kprobe_session</c>, <c>uprobe_multi</c>. Other names
    /// mean nothing. They hold for the process, until a script is compiled with others.
    /// </summary>
    public ImmutableArray<string> AvoidedFeatures { get; init; } = [];

    /// <summary>Told how far loading and attaching are, each step, on the thread that starts the trace; null for nobody.</summary>
    public IProgress<AttachProgress>? Progress { get; init; }

    /// <summary>What the consumer wants of each event.</summary>
    public EventForm Form { get; init; } = EventForm.Objects;

    /// <summary>
    /// Attach, and end: what programs print or ask for meanwhile (<c>system()</c>) is left alone, a command does not run, iterators are neither walked nor
    /// pinned. Begin probes have run, in the kernel.
    /// </summary>
    public bool DryRun { get; init; }

    /// <summary>
    /// Keep the maps, their sizes and the probes' run times when the trace ends, for whoever asks its session for them later. A process that ends with its
    /// trace has no use for it.
    /// </summary>
    public bool KeepResults { get; init; } = true;
}

/// <summary>What the consumer wants of each event.</summary>
public enum EventForm
{
    /// <summary>A typed object per event.</summary>
    Objects,

    /// <summary>Only the text bpftrace would print: no types are made. The command line's choice.</summary>
    Text,

    /// <summary>bpftrace's JSON, an object a line (<c>-f json</c>).</summary>
    Json,
}
