using System.Text;
using BpfTrace.Bpf.Btf;
using BpfTrace.Bpf.Tracefs;

namespace BpfTrace;

/// <content>Functions and tracepoints of the kernel.</content>
public sealed partial class LinuxKernelCatalog
{
    private const string Kernel = "vmlinux";

    /// <inheritdoc/>
    public IEnumerable<(string Module, string Name)> KernelFunctions(string? modulePattern, string functionPattern)
    {
        // Of a name alone it is enough that the kernel has such a function: whether it can be traced shows when attaching, and the list of
        // traceable functions takes the kernel a long time to print.
        if (_functionsFile is null && modulePattern is null or Kernel && !WildcardPattern.HasWildcard(functionPattern) && HasTypedFunction(KernelTypes, functionPattern))
            return [(Kernel, functionPattern)];
        return Listings.Functions.Match(modulePattern, functionPattern);
    }

    /// <inheritdoc/>
    public ulong? KernelFunctionSize(string name) => KernelImage.SizeOf(name);

    /// <inheritdoc/>
    public IEnumerable<(string Module, string Name)> TypedKernelFunctions(string? modulePattern, string functionPattern)
    {
        if (KernelTypes is null)
            return [];
        if (_functionsFile is null && modulePattern is null or Kernel && !WildcardPattern.HasWildcard(functionPattern) && HasTypedFunction(KernelTypes, functionPattern))
            return [(Kernel, functionPattern)];
        return TypedFunctions(modulePattern, functionPattern);
    }

    private IEnumerable<(string Module, string Name)> TypedFunctions(string? modulePattern, string functionPattern)
    {
        BtfFile? types = null;
        string? last = null;
        bool isPattern = WildcardPattern.HasWildcard(functionPattern);
        foreach ((string module, string name) in Listings.Functions.Match(modulePattern, functionPattern))
        {
            if (last != module)
                types = ModuleTypes(last = module);
            BtfType? function = types?.FindOwnFunction(Encoding.UTF8.GetBytes(name));
            if (isPattern ? KernelListings.IsListed(function) : function is not null)
                yield return (module, name);
        }
    }

    /// <inheritdoc/>
    public IEnumerable<(string Category, string Event)> Tracepoints(string categoryPattern, string eventPattern)
    {
        TraceFs tracefs = Tracefs;
        if (!tracefs.IsAvailable)
            return [];
        _tracefsProblem = null;
        try
        {
            bool oneCategory = !WildcardPattern.HasWildcard(categoryPattern);
            if (oneCategory && !WildcardPattern.HasWildcard(eventPattern))
                return tracefs.HasEvent(categoryPattern, eventPattern) ? [(categoryPattern, eventPattern)] : [];
            var events = new WildcardPattern(eventPattern);
            var found = new List<(string Category, string Event)>();
            if (oneCategory)
            {
                foreach (string name in tracefs.Events(categoryPattern))
                {
                    if (events.IsMatch(name))
                        found.Add((categoryPattern, name));
                }

                return found;
            }

            var categories = new WildcardPattern(categoryPattern);
            foreach ((string category, string name) in AllTracepoints())
            {
                if (categories.IsMatch(category) && events.IsMatch(name))
                    found.Add((category, name));
            }

            return found;
        }
        catch (TracefsException e)
        {
            _tracefsProblem = e.Message;
            return [];
        }
    }

    /// <summary>All tracepoints, kept until modules or the events that users define (<c>dynamic_events</c>, Linux 5.0) change.</summary>
    private IReadOnlyList<(string Category, string Event)> AllTracepoints()
    {
        TraceFs tracefs = Tracefs;
        KernelListings state = Listings;
        string defined = tracefs.HasFile("dynamic_events") ? tracefs.Read("dynamic_events") : "";
        lock (_tracepointsLock)
        {
            if (_tracepoints is null || _tracepointsState != state || _tracepointsDefined != defined)
                (_tracepoints, _tracepointsState, _tracepointsDefined) = (tracefs.AllEvents(), state, defined);
            return _tracepoints;
        }
    }

    /// <inheritdoc/>
    public TracepointFormat? TracepointFormat(string category, string name)
    {
        try
        {
            return Tracefs.IsAvailable ? Tracefs.FindFormat(category, name) : null;
        }
        catch (TracefsException e)
        {
            _tracefsProblem = e.Message;
            return null;
        }
    }

    /// <inheritdoc/>
    public IEnumerable<(string Module, string Name)> RawTracepoints(string? modulePattern, string eventPattern)
    {
        if (modulePattern is null or Kernel && !WildcardPattern.HasWildcard(eventPattern)
            && KernelTypes?.FindByName("btf_trace_" + eventPattern, BtfKind.Typedef) is not null)
        {
            return [(Kernel, eventPattern)];
        }

        return MatchRawTracepoints(modulePattern is null ? null : new WildcardPattern(modulePattern), new WildcardPattern(eventPattern));
    }

    private IEnumerable<(string Module, string Name)> MatchRawTracepoints(WildcardPattern? modules, WildcardPattern events)
    {
        foreach ((string module, string name) in Listings.RawTracepoints)
        {
            if ((modules is null || modules.IsMatch(module)) && events.IsMatch(name))
                yield return (module, name);
        }
    }

    private static bool HasTypedFunction(BtfFile? types, string name) => types?.FindByName(name, BtfKind.Func) is not null;
}
