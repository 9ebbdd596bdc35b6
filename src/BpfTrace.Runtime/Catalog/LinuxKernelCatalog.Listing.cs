using BpfTrace.Bpf;
using BpfTrace.Bpf.Proc;
using BpfTrace.Bpf.Tracefs;
using BpfTrace.Language.Probes;

namespace BpfTrace;

/// <content>What is kept of listings, and what a user must know about them.</content>
public sealed partial class LinuxKernelCatalog
{
    private readonly Lock _listingsLock = new();
    private KernelListings? _listings;
    private bool _listingsHadTracefs;
    private string? _functionsFile;
    private readonly Lock _tracepointsLock = new();
    private IReadOnlyList<(string Category, string Event)>? _tracepoints;
    private KernelListings? _tracepointsState;
    private string _tracepointsDefined = "";

    /// <summary>
    /// Why a kind of probe is not listed although there are names to list: the kernel cannot attach it. Where it tells itself what can be traced
    /// (<c>available_filter_functions</c>), that is not tried out, nor without the privilege to.
    /// </summary>
    internal string? WhyNotListed(ProbeType type) =>
        IsFunction(type) && Listings.Functions.Source != TraceableFunctionSource.FilterFunctions
        && (type is ProbeType.Kprobe or ProbeType.Kretprobe || Capabilities.Effective() is { Bpf: true, Perfmon: true })
        && !Supports(type, out string reason) ? reason : null;

    /// <summary>What a user must know about a listing of a kind; null where all is as it should be.</summary>
    /// <param name="type">The kind.</param>
    /// <param name="isNamed">Whether the user named it: kinds that nobody named are not tried out, which takes the kernel longer than the listing.</param>
    internal string? Note(ProbeType type, bool isNamed)
    {
        string kind = ProbeNames.GetName(type);
        if (WhyNotListed(type) is { } reason)
            return $"{kind} probes are not listed: {reason}";
        if (type == ProbeType.Tracepoint)
            return WhyEmpty(type) is { } why ? $"tracepoint probes cannot be listed: {why}" : null;
        if (isNamed && !Supports(type, out reason))
            return $"{kind} probes are listed, but not available here: {reason}";
        return IsFunction(type) && Listings.Functions is { Reason: { } better } functions ? functions.Source switch
        {
            TraceableFunctionSource.None => $"{kind} probes cannot be listed: {better}",
            TraceableFunctionSource.KernelSymbols => $"{kind} probes are listed from /proc/kallsyms, and some of them cannot be attached: {better}",
            _ => $"{kind} probes are listed from the kernel's types, and some of them cannot be attached: {better}",
        } : null;
    }

    /// <summary>What the kernel has to list, read anew when modules came or went, and when tracefs was mounted meanwhile.</summary>
    internal KernelListings Listings
    {
        get
        {
            string[] modules = LoadedModules.Identities();
            bool hasTracefs = Tracefs.IsAvailable;
            lock (_listingsLock)
            {
                if (_listings is { } kept && hasTracefs == _listingsHadTracefs && modules.AsSpan().SequenceEqual(kept.Modules))
                    return kept;
                _listingsHadTracefs = hasTracefs;
                foreach (string module in _listings?.Modules ?? [])
                {
                    if (!modules.Contains(module))
                        _types.Forget(LoadedModules.NameOf(module));
                }

                return _listings = new KernelListings(this, modules, LoadFunctions);
            }
        }
    }

    /// <summary>A file in the form of tracefs's <c>available_filter_functions</c> that is read in its place (bpftrace's <c>--traceable-functions</c>); null for tracefs.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public void UseTraceableFunctions(string? file)
    {
        if (file is not null)
        {
            file = Path.GetFullPath(file);
            File.OpenHandle(file).Dispose(); // said at once, not when a probe is looked for
        }

        lock (_listingsLock)
        {
            if (_functionsFile != file)
                (_functionsFile, _listings) = (file, null);
        }
    }

    private TraceableFunctions LoadFunctions() => _functionsFile is { } file ? TraceableFunctions.LoadFile(file) : TraceableFunctions.Load(Tracefs, _types);

    private static bool IsFunction(ProbeType type) => type is ProbeType.Kprobe or ProbeType.Kretprobe or ProbeType.Fentry or ProbeType.Fexit;
}
