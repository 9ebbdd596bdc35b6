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
        if (modulePattern is null or Kernel && !WildcardPattern.HasWildcard(functionPattern) && HasTypedFunction(KernelTypes, functionPattern))
            return [(Kernel, functionPattern)];
        return Functions(modulePattern, functionPattern);
    }

    /// <inheritdoc/>
    public IEnumerable<(string Module, string Name)> TypedKernelFunctions(string? modulePattern, string functionPattern)
    {
        if (KernelTypes is null)
            return [];
        if (modulePattern is null or Kernel && !WildcardPattern.HasWildcard(functionPattern) && HasTypedFunction(KernelTypes, functionPattern))
            return [(Kernel, functionPattern)];
        return TypedFunctions(modulePattern, functionPattern);
    }

    private IEnumerable<(string Module, string Name)> TypedFunctions(string? modulePattern, string functionPattern)
    {
        BtfFile? types = null;
        string? last = null;
        foreach ((string module, string name) in Functions(modulePattern, functionPattern))
        {
            if (last != module)
                types = ModuleTypes(last = module);
            if (HasTypedFunction(types, name))
                yield return (module, name);
        }
    }

    /// <inheritdoc/>
    public IEnumerable<(string Category, string Event)> Tracepoints(string categoryPattern, string eventPattern)
    {
        TraceFs tracefs = _tracefs.Value;
        if (!tracefs.IsAvailable)
            return [];
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
            foreach ((string category, string name) in tracefs.AllEvents())
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

    /// <inheritdoc/>
    public TracepointFormat? TracepointFormat(string category, string name)
    {
        try
        {
            return _tracefs.Value.IsAvailable ? _tracefs.Value.FindFormat(category, name) : null;
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
        if (KernelTypes is not { } types)
            return TraceableFunctions().RawTracepoints().Where(t => Matches(modulePattern, t.Module) && new WildcardPattern(eventPattern).IsMatch(t.Name));
        if (modulePattern is null or Kernel && !WildcardPattern.HasWildcard(eventPattern) && types.FindByName(TracepointType + eventPattern, BtfKind.Typedef) is not null)
            return [(Kernel, eventPattern)];
        return FindRawTracepoints(modulePattern, new WildcardPattern(eventPattern));
    }

    // DEFINE_EVENT and its kin make this type for each tracepoint: include/trace/bpf_probe.h.
    private const string TracepointType = "btf_trace_";

    private IEnumerable<(string Module, string Name)> FindRawTracepoints(string? modulePattern, WildcardPattern events)
    {
        foreach (string module in TypeModules)
        {
            if (!Matches(modulePattern, module) || ModuleTypes(module) is not { } types)
                continue;
            for (int id = types.FirstTypeId; id < types.TypeCount; id++)
            {
                BtfType type = types.GetType(id);
                if (type.Kind == BtfKind.Typedef && type.NameUtf8.StartsWith("btf_trace_"u8) && events.IsMatch(type.NameUtf8[TracepointType.Length..]))
                    yield return (module, type.Name[TracepointType.Length..]);
            }
        }
    }

    private IEnumerable<(string Module, string Name)> Functions(string? modulePattern, string functionPattern)
    {
        TraceableFunctions functions = TraceableFunctions();
        if (!WildcardPattern.HasWildcard(functionPattern))
        {
            foreach (string module in functions.Modules)
            {
                if (Matches(modulePattern, module) && functions.Contains(functionPattern, module))
                    yield return (module, functionPattern);
            }

            yield break;
        }

        var pattern = new WildcardPattern(functionPattern);
        foreach (string module in functions.Modules)
        {
            if (!Matches(modulePattern, module))
                continue;
            foreach (string name in functions.Functions(module))
            {
                // A compiler's partial copies of functions cannot be traced.
                if (pattern.IsMatch(name) && !name.Contains(".part.", StringComparison.Ordinal))
                    yield return (module, name);
            }
        }
    }

    private static bool HasTypedFunction(BtfFile? types, string name) => types?.FindByName(name, BtfKind.Func) is not null;

    private static bool Matches(string? pattern, string name) => pattern is null || new WildcardPattern(pattern).IsMatch(name);
}
