using System.Collections.Immutable;
using System.Collections.ObjectModel;
using BpfTrace.Language.CDefinitions;
using BpfTrace.Language.Imports;
using BpfTrace.Language.Symbols;

namespace BpfTrace.Language.Binding;

/// <summary>What a script is bound with besides its text.</summary>
public sealed record BindOptions
{
    /// <summary>Positional parameters: <c>$1</c> is the first.</summary>
    public ImmutableArray<string> Arguments { get; init; } = [];

    /// <summary>Named parameters (<c>getopt</c>).</summary>
    public IReadOnlyDictionary<string, string> NamedArguments { get; init; } = ReadOnlyDictionary<string, string>.Empty;

    /// <summary>The processes traced (<c>-p</c>); empty for all.</summary>
    public ImmutableArray<int> ProcessIds { get; init; } = [];

    /// <summary>The first of <see cref="ProcessIds"/>; null for all.</summary>
    public int? ProcessId
    {
        get => ProcessIds.IsEmpty ? null : ProcessIds[0];
        init => ProcessIds = value is { } one ? [one] : [];
    }

    /// <summary>The pid of the child started by <c>-c</c>; null for none.</summary>
    public int? ChildProcessId { get; init; }

    /// <summary>Where to look for separate debug files of user binaries: directories separated by colons (<c>--debuginfo</c>); null for the usual places.</summary>
    public string? DebugInfoDirectories { get; init; }

    /// <summary>Whether the processor is one whose user stacks can be unwound by call frame information (<c>dw_ustack</c>).</summary>
    public bool CanUnwind { get; init; } = Bpf.Architecture.IsSupported;

    /// <summary>Whether unsafe functions are allowed.</summary>
    public bool AllowUnsafe { get; init; }

    /// <summary>Configuration set from outside (the environment, a parameter); wins over the script's block. Keys as in the block.</summary>
    public IReadOnlyDictionary<string, string> Config { get; init; } = ReadOnlyDictionary<string, string>.Empty;

    /// <summary>
    /// A scalar map of an unsigned integer that <c>tseries()</c> takes for the time in ns, so that a script's time series can be tested
    /// (bpftrace's BPFTRACE_DUMMY_TS_MAP); null for the clock.
    /// </summary>
    public string? TimeSeriesClockMap { get; init; }

    /// <summary>
    /// The script is compiled to look at, not to run: what the running kernel lacks is a warning, the probe that asks for it is left out, and
    /// whether the kernel can attach a kind of probe does not matter.
    /// </summary>
    public bool CompileOnly { get; init; }

    /// <summary>
    /// The script is bound to list its probes: kinds the kernel cannot attach are listed, with a warning. Unlike with
    /// <see cref="CompileOnly"/>, what is not there at all stays an error.
    /// </summary>
    public bool ProbesOnly { get; init; }

    /// <summary>Reads C that the binder itself does not: headers, conditions. Null for none.</summary>
    public ICFrontEnd? CFrontEnd { get; init; }

    /// <summary>Compiles the C functions that the script imports. Null for none.</summary>
    public ICCodeCompiler? CCodeCompiler { get; init; }

    /// <summary>Directories to look for included headers in, before the system's.</summary>
    public ImmutableArray<string> IncludePaths { get; init; } = [];

    /// <summary>Headers included before the script.</summary>
    public ImmutableArray<string> Includes { get; init; } = [];

    /// <summary>Macros of the C part, as <c>NAME</c> or <c>NAME=VALUE</c>.</summary>
    public ImmutableArray<string> Defines { get; init; } = [];

    /// <summary>What becomes of a probe that does not exist.</summary>
    internal MissingProbes MissingProbes(TraceConfig config) =>
        CompileOnly && config.MissingProbes == Symbols.MissingProbes.Error ? Symbols.MissingProbes.Warn : config.MissingProbes;

    /// <summary>Told of each member that is looked for, and in what type: how completion finds types out.</summary>
    internal Action<string, BpfType>? MemberObserver { get; init; }

    /// <summary>The defaults the script's block starts from.</summary>
    public TraceConfig Defaults { get; init; } = new();
}
