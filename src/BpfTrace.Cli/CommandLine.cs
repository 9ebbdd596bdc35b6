using System.Collections.Immutable;

namespace BpfTrace.Cli;

/// <summary>When bytes that were written reach the file: the <c>-B</c> option.</summary>
internal enum OutputBuffering
{
    /// <summary>Not chosen: when a batch of events has been written and the next one is not there yet.</summary>
    Batch,

    /// <summary>After every line.</summary>
    Line,

    /// <summary>When the buffer is full, and at the end.</summary>
    Full,

    /// <summary>At once.</summary>
    None,
}

/// <summary>How much is said beside the output: <c>--no-warnings</c>, nothing, <c>-k</c>.</summary>
internal enum WarningLevel
{
    None,
    Default,

    /// <summary>Also failed probe reads and map look-ups.</summary>
    ProbeReads,
}

/// <summary>A command line, understood. Built by <see cref="CommandLineParser"/>.</summary>
internal sealed record CommandLine
{
    /// <summary>The program's text of <c>-e</c>, or null: then <see cref="FileName"/> (or a listing).</summary>
    public string? Program { get; init; }

    /// <summary>The script's path, <c>-</c> for the standard input, or null.</summary>
    public string? FileName { get; init; }

    public bool Listing { get; init; }

    /// <summary>What to list; null with <see cref="Listing"/> when the probes of a program are listed.</summary>
    public string? Search { get; init; }

    /// <summary>The processes of <c>-p</c>, which may be given several times or be a list with commas; empty for all of them.</summary>
    public ImmutableArray<int> ProcessIds { get; init; } = [];

    /// <summary>The first of them.</summary>
    public int? ProcessId => ProcessIds.IsEmpty ? null : ProcessIds[0];

    /// <summary>The further processes whose stacks <c>dw_ustack</c> unwinds (<c>--dwarf-pid</c>, as <c>-p</c> is given).</summary>
    public ImmutableArray<int> UnwindProcessIds { get; init; } = [];

    public string? Command { get; init; }

    /// <summary>The regular expression of <c>--probe-filter</c>, or null.</summary>
    public string? ProbeFilter { get; init; }

    /// <summary>Names of features of the kernel that are not to be used.</summary>
    public ImmutableArray<string> AvoidedFeatures { get; init; } = [];

    /// <summary>The directories of <c>--debuginfo</c>, separated by colons; null for none.</summary>
    public string? DebugInfoDirectories { get; init; }

    /// <summary>A file of traceable kernel functions to read in tracefs's place (<c>--traceable-functions</c>).</summary>
    public string? TraceableFunctions { get; init; }

    public string? OutputFile { get; init; }

    /// <summary>A file that takes the events as objects, for <c>Import-BpfTrace</c> (<c>--record</c>; not bpftrace's).</summary>
    public string? RecordFile { get; init; }

    /// <summary><c>text</c> or <c>json</c>.</summary>
    public string Format { get; init; } = "text";

    public OutputBuffering Buffering { get; init; }

    public WarningLevel Warnings { get; init; } = WarningLevel.Default;

    public bool Quiet { get; init; }

    public bool Verbose { get; init; }

    public bool Unsafe { get; init; }

    public bool DryRun { get; init; }

    /// <summary><c>--mode codegen</c>: compile, and end.</summary>
    public bool CodegenOnly { get; init; }

    /// <summary><c>--mode compiler-bench</c>: measure the compiler's stages on the program, and end.</summary>
    public bool MeasuresCompiler { get; init; }

    /// <summary>Run the test probes, each by itself, and no others (<c>--test</c>).</summary>
    public bool RunsTests { get; init; }

    /// <summary>Run the bench probes, each by itself, and no others (<c>--bench</c>).</summary>
    public bool RunsBenchmarks { get; init; }

    /// <summary><c>--fmt</c>: format the program, and end.</summary>
    public bool Formatting { get; init; }

    /// <summary>Whether what the kernel lacks is only a warning: nothing is run, or the stages are looked at.</summary>
    public bool CompileOnly => CodegenOnly || !DebugStages.IsEmpty || EmitElf is not null || EmitLlvm is not null;

    public bool Info { get; init; }

    public ImmutableArray<string> IncludeDirectories { get; init; } = [];

    public ImmutableArray<string> IncludeFiles { get; init; } = [];

    /// <summary>The stages named by <c>-d</c>; <c>all</c> is already expanded.</summary>
    public ImmutableArray<string> DebugStages { get; init; } = [];

    /// <summary>The object file to write (<c>--emit-elf</c>), or null.</summary>
    public string? EmitElf { get; init; }

    /// <summary>The beginning of the names of the files with LLVM IR to write (<c>--emit-llvm</c>), or null.</summary>
    public string? EmitLlvm { get; init; }

    /// <summary>What <c>$1</c>, <c>$2</c>… are.</summary>
    public ImmutableArray<string> Parameters { get; init; } = [];

    /// <summary><c>name=value</c> or <c>name</c>, as given after <c>--</c>, without the leading dashes.</summary>
    public ImmutableArray<string> NamedParameters { get; init; } = [];
}

/// <summary>What a command line comes to: something to run, or an answer at once.</summary>
/// <param name="CommandLine">What to run, or null when the answer is already there.</param>
/// <param name="ExitCode">The exit status, when there is nothing to run.</param>
/// <param name="Output">For the standard output, or null.</param>
/// <param name="Error">For the standard error, or null.</param>
internal sealed record CommandLineResult(CommandLine? CommandLine, int ExitCode, string? Output, string? Error)
{
    public static CommandLineResult Run(CommandLine commandLine) => new(commandLine, 0, null, null);

    public static CommandLineResult Answer(string output) => new(null, 0, output, null);

    public static CommandLineResult Fail(string error) => new(null, 1, null, error);
}
