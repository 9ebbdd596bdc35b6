using BpfTrace.Bpf.Btf;
using BpfTrace.Bpf.Tracefs;
using BpfTrace.Language.Probes;

namespace BpfTrace;

/// <summary>The live kernel. Every source is opened when it is first asked for, and kept.</summary>
public sealed class LinuxKernelCatalog : IKernelCatalog
{
    private readonly KernelBtf _types = new();

    /// <summary>The catalog all sessions of the process share.</summary>
    public static LinuxKernelCatalog Shared { get; } = new();

    /// <inheritdoc/>
    public BtfFile? KernelTypes => _types.IsAvailable ? _types.Vmlinux : null;

    /// <inheritdoc/>
    public BtfFile? ModuleTypes(string module) => _types.IsAvailable ? _types.GetModule(module) : null;

    /// <inheritdoc/>
    public IEnumerable<string> TypeModules => _types.IsAvailable ? _types.ModuleNames.Prepend("vmlinux") : [];

    /// <inheritdoc/>
    public IEnumerable<(string Module, string Name)> KernelFunctions(string? modulePattern, string functionPattern) => [];

    /// <inheritdoc/>
    public IEnumerable<(string Module, string Name)> TypedKernelFunctions(string? modulePattern, string functionPattern) => [];

    /// <inheritdoc/>
    public IEnumerable<(string Category, string Event)> Tracepoints(string categoryPattern, string eventPattern) => [];

    /// <inheritdoc/>
    public TracepointFormat? TracepointFormat(string category, string name) => null;

    /// <inheritdoc/>
    public IEnumerable<(string Module, string Name)> RawTracepoints(string? modulePattern, string eventPattern) => [];

    /// <inheritdoc/>
    public ulong? KernelSymbolAddress(string name) => null;

    /// <inheritdoc/>
    public IEnumerable<string> ResolveBinary(string nameOrPattern, int? processId) => [];

    /// <inheritdoc/>
    public IEnumerable<UserFunction> UserFunctions(string path, string namePattern) => [];

    /// <inheritdoc/>
    public IEnumerable<UserStaticProbe> UserStaticProbes(string path, string providerPattern, string namePattern) => [];

    /// <inheritdoc/>
    public IEnumerable<string> MappedBinaries(int processId) => [];

    /// <inheritdoc/>
    public ulong? CgroupId(string path) => null;

    /// <inheritdoc/>
    public bool Supports(ProbeType type, out string reason)
    {
        reason = "";
        return true;
    }

    /// <inheritdoc/>
    public bool HasKprobeMulti => false;

    /// <inheritdoc/>
    public bool HasUprobeMulti => false;

    /// <inheritdoc/>
    public string? WhyEmpty(ProbeType type) => "this listing is not read yet";
}
