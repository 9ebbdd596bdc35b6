using BpfTrace.Bpf;
using BpfTrace.Bpf.Btf;
using BpfTrace.Bpf.Proc;
using BpfTrace.Bpf.Symbols;
using BpfTrace.Bpf.Tracefs;
using BpfTrace.Compiler;
using BpfTrace.Language.Probes;

namespace BpfTrace;

/// <summary>
/// The live kernel. Every source (kernel types, tracefs, symbols) is opened when it is first asked for, and kept: a script without probes on
/// kernel functions never reads a list of them. Safe for concurrent use.
/// </summary>
#pragma warning disable CA1001 // the one instance lives as long as the process: what it has mapped is shared by all sessions
public sealed partial class LinuxKernelCatalog : IKernelCatalog
#pragma warning restore CA1001
{
    private readonly KernelBtf _types = new();
    private readonly KernelSymbolCache _symbols = new(LoadedModules.Identities, LoadSymbols);
    private readonly Lazy<DebugInformationCache> _debugInformation = new(static () => new DebugInformationCache());
    private readonly Lock _tracefsLock = new();
    private TraceFs? _tracefs;
    private string? _tracefsProblem;

    private LinuxKernelCatalog()
    {
    }

    /// <summary>The catalog all sessions of the process share.</summary>
    public static LinuxKernelCatalog Shared { get; } = new();

    /// <inheritdoc/>
    public BtfFile? KernelTypes => _types.IsAvailable ? _types.Vmlinux : null;

    /// <inheritdoc/>
    public IEnumerable<string> TypeModules => _types.IsAvailable ? _types.ModuleNames.Prepend("vmlinux") : [];

    /// <inheritdoc/>
    public bool HasKprobeMulti => KernelFeatures.HasKprobeMulti;

    /// <inheritdoc/>
    public bool HasKprobeSession => KernelFeatures.HasKprobeSession;

    /// <inheritdoc/>
    public bool HasUprobeMulti => KernelFeatures.HasUprobeMulti;

    /// <summary>The tracing file system, found or not. One that was not is looked for again: people mount it when they are told to.</summary>
    internal TraceFs Tracefs
    {
        get
        {
            if (Volatile.Read(ref _tracefs) is { IsAvailable: true } found)
                return found;
            lock (_tracefsLock)
            {
                if (_tracefs is not { IsAvailable: true })
                    Volatile.Write(ref _tracefs, TraceFs.Open());
                return _tracefs!;
            }
        }
    }

    /// <summary>The kernel's symbols as of now, for whoever keeps them; null when they cannot be read.</summary>
    internal KernelSymbols? ReadSymbols() => _symbols.Get();

    /// <inheritdoc/>
    public BtfFile? ModuleTypes(string module) => !_types.IsAvailable ? null : module is "vmlinux" ? _types.Vmlinux : _types.GetModule(module);

    /// <inheritdoc/>
    public ulong? KernelSymbolAddress(string name) =>
        ReadSymbols() is { } symbols && symbols.TryGetAddress(name, out ulong address) ? address : null;

    /// <inheritdoc/>
    public IEnumerable<LoadedProgramFunction> ProgramFunctions() => LoadedPrograms.Functions();

    /// <inheritdoc/>
    public ulong? CgroupId(string path) => Cgroups.FindId(path);

    /// <inheritdoc/>
    public bool Supports(ProbeType type, out string reason)
    {
        reason = WhyUnsupported(type) ?? "";
        if (reason.Length == 0)
            return true;
        if (Instead(type) is { Length: > 0 } others)
            reason += "; instead: " + others;
        return false;
    }

    /// <summary>Why the running kernel does not allow a kind of probe; null when it does, as far as it is known from here.</summary>
    internal string? WhyUnsupported(ProbeType type)
    {
        string reason = type switch
        {
            ProbeType.Kprobe or ProbeType.Kretprobe when !KernelFeatures.HasKprobe => "the kernel has no kprobes (CONFIG_KPROBE_EVENTS)",
            ProbeType.Uprobe or ProbeType.Uretprobe or ProbeType.Usdt when !KernelFeatures.HasUprobe => "the kernel has no uprobes (CONFIG_UPROBE_EVENTS)",
            ProbeType.Fentry or ProbeType.Fexit or ProbeType.Iter when KernelTypes is null => "the kernel has no type information (CONFIG_DEBUG_INFO_BTF)",
            ProbeType.Fentry or ProbeType.Fexit when !KernelFeatures.HasFentry => "the kernel has no BPF trampolines, or refuses them",
            ProbeType.Iter when !KernelFeatures.HasIter => "the kernel refuses BPF iterators",
            ProbeType.Tracepoint when !Tracefs.IsAvailable => Tracefs.Reason ?? "",
            _ => "",
        };
        return reason.Length == 0 ? null : reason;
    }

    /// <summary>The kinds of probe that see the same and work here, best first; without privilege nothing works, and nothing is named.</summary>
    internal string Instead(ProbeType type)
    {
        bool isReturn = type is ProbeType.Kretprobe or ProbeType.Fexit;
        var others = new List<string>();
        if (type is ProbeType.Kprobe or ProbeType.Kretprobe or ProbeType.Tracepoint && KernelTypes is not null && KernelFeatures.HasFentry)
            others.Add(isReturn ? "fexit" : "fentry");
        if (type is ProbeType.Fentry or ProbeType.Fexit && KernelFeatures.HasKprobe)
            others.Add(isReturn ? "kretprobe" : "kprobe");
        if (type is ProbeType.Kprobe or ProbeType.Kretprobe or ProbeType.Fentry or ProbeType.Fexit && Tracefs.IsAvailable)
            others.Add("tracepoint");
        if (type is ProbeType.Kprobe or ProbeType.Kretprobe or ProbeType.Fentry or ProbeType.Fexit or ProbeType.Tracepoint && KernelTypes is not null)
            others.Add("rawtracepoint");
        return string.Join(", ", others);
    }

    /// <inheritdoc/>
    public string? WhyEmpty(ProbeType type) => type switch
    {
        ProbeType.Tracepoint => _tracefsProblem ?? (Tracefs.IsAvailable ? null : Tracefs.Reason),
        _ => Supports(type, out string reason)
            ? IsFunction(type) && _listings is { } listings ? listings.Functions.Reason : null
            : reason,
    };

    /// <inheritdoc/>
    public bool AllowsKernelCall(ProbeType type, string function) =>
        KernelFeatures.AllowsKernelCall(ProgramTypes.Of(type), ProgramTypes.AttachTypeOf(type), function);

    private static KernelSymbols? LoadSymbols()
    {
        try
        {
            return KernelSymbols.Load();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // no /proc/kallsyms, or not readable: addresses stay numbers
        }
    }
}
