namespace BpfTrace.Language.Symbols;

/// <summary>What happens to a probe that does not exist. bpftrace config key <c>missing_probes</c>.</summary>
public enum MissingProbes
{
    /// <summary>An error (the default).</summary>
    Error,

    /// <summary>A warning.</summary>
    Warn,

    /// <summary>Nothing.</summary>
    Ignore,
}

/// <summary>When user symbols are read. bpftrace config key <c>cache_user_symbols</c>.</summary>
public enum UserSymbolCache
{
    /// <summary>Per program when address-space randomisation is off, else per process.</summary>
    Auto,

    /// <summary>Per process.</summary>
    PerPid,

    /// <summary>Per executable.</summary>
    PerProgram,

    /// <summary>Not at all.</summary>
    None,
}

/// <summary>The script's configuration: the <c>config</c> block over its defaults, the environment over both.</summary>
/// <remarks>bpftrace doc section "Config Block"; the keys are the names in snake case.</remarks>
public sealed record TraceConfig
{
    /// <summary>Bytes of a string, the NUL not counted in what fits: a longer one is cut.</summary>
    public int MaxStrlen { get; init; } = 1024;

    /// <summary>The most entries of a map that declares none.</summary>
    public int MaxMapKeys { get; init; } = 4096;

    /// <summary>The most probes one script may attach.</summary>
    public int MaxProbes { get; init; } = 1024;

    /// <summary>The most programs one script may load.</summary>
    public int MaxBpfProgs { get; init; } = 1024;

    /// <summary>The most bytes <c>cat()</c> prints.</summary>
    public int MaxCatBytes { get; init; } = 10240;

    /// <summary>The verifier log's buffer in bytes.</summary>
    public int LogSize { get; init; } = 1_000_000;

    /// <summary>Values larger than this many bytes live in the scratch frame, not on the BPF stack.</summary>
    public int OnStackLimit { get; init; } = 32;

    /// <summary>The ring buffer's size in pages; 0 chooses by the machine's memory.</summary>
    public int PerfRbPages { get; init; }

    /// <summary>What a missing probe is.</summary>
    public MissingProbes MissingProbes { get; init; } = MissingProbes.Error;

    /// <summary>Whether maps are printed when the trace ends.</summary>
    public bool PrintMapsOnExit { get; init; } = true;

    /// <summary>How stacks print.</summary>
    public StackMode StackMode { get; init; } = StackMode.Bpftrace;

    /// <summary>What follows a string that was cut.</summary>
    public string StrTruncTrailer { get; init; } = "..";

    /// <summary>Whether C++ names are demangled.</summary>
    public bool CppDemangle { get; init; } = true;

    /// <summary>Whether symbols are resolved when printed rather than at attach.</summary>
    public bool LazySymbolication { get; init; } = true;

    /// <summary>When user symbols are read.</summary>
    public UserSymbolCache CacheUserSymbols { get; init; } = UserSymbolCache.Auto;

    /// <summary>The licence the programs are loaded under; GPL-only helpers need a compatible one.</summary>
    public string License { get; init; } = "GPL";

    /// <summary>Whether stacks show source lines where debug information has them.</summary>
    public bool ShowDebugInfo { get; init; } = true;

    /// <summary>bpftrace's choice of a symbolizer. There is one here, which does what blazesym does; without it bpftrace shows no source lines.</summary>
    public bool UseBlazesym { get; init; } = true;

    /// <summary>What was settled about features, by key <c>unstable_…</c>; null for nothing (a dictionary of enums has to be compiled when it is made).</summary>
    public IReadOnlyDictionary<string, UnstableMode>? Unstable { get; init; }

    /// <summary>What happens where an unstable feature is used; for some it must be asked for (bpftrace <c>src/config.h</c>).</summary>
    public UnstableMode ModeOf(string key) =>
        Unstable is { } settled && settled.TryGetValue(key, out UnstableMode mode) ? mode : key is "unstable_typeinfo" or "unstable_import_statement" ? UnstableMode.Error : UnstableMode.Warn;
}

/// <summary>What happens where a feature that may still change is used.</summary>
public enum UnstableMode
{
    /// <summary>A warning.</summary>
    Warn,

    /// <summary>Nothing.</summary>
    Enable,

    /// <summary>An error.</summary>
    Error,
}
