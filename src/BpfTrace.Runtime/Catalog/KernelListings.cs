using BpfTrace.Bpf.Btf;
using BpfTrace.Bpf.Tracefs;
using BpfTrace.Language.Probes;

namespace BpfTrace;

/// <summary>
/// What the kernel has to list, read when it is first asked for and kept for as long as the same modules are loaded. Safe for concurrent use.
/// </summary>
internal sealed class KernelListings
{
    /// <summary>The arguments that registers pass: functions with more are not listed, as by bpftrace (<c>src/btf.cpp</c>).</summary>
    private const int MostArguments = 6;

    // DEFINE_EVENT and its kin make this type for each tracepoint: include/trace/bpf_probe.h.
    private const string TracepointType = "btf_trace_";

    private readonly Lazy<TraceableFunctions> _functions;
    private readonly Lazy<int[]> _typed;
    private readonly Lazy<List<(string Module, string Name)>> _rawTracepoints;
    private readonly Lazy<IReadOnlyList<string>> _iterators;

    /// <param name="catalog">The kernel.</param>
    /// <param name="modules">The modules that are loaded, by <see cref="Bpf.Proc.LoadedModules.Identities"/>.</param>
    /// <param name="load">Reads the traceable functions.</param>
    public KernelListings(LinuxKernelCatalog catalog, string[] modules, Func<TraceableFunctions> load)
    {
        Modules = modules;
        _functions = new(load);
        _typed = new(() => Typed(catalog));
        _rawTracepoints = new(() => FindRawTracepoints(catalog));
        _iterators = new(() => KernelIterators.Names(catalog));
    }

    /// <summary>The modules that were loaded.</summary>
    public string[] Modules { get; }

    /// <summary>The functions that kprobes can be attached to.</summary>
    public TraceableFunctions Functions => _functions.Value;

    /// <summary>Those that fentry can be attached to, as numbers in the table of <see cref="Functions"/>, in the order of module and name.</summary>
    public int[] TypedFunctions => _typed.Value;

    /// <summary>The raw tracepoints, in the order of module and name.</summary>
    public List<(string Module, string Name)> RawTracepoints => _rawTracepoints.Value;

    /// <summary>The iterators' names, sorted.</summary>
    public IReadOnlyList<string> Iterators => _iterators.Value;

    /// <summary>Whether a function of the kernel's types is one that a pattern finds for fentry.</summary>
    public static bool IsListed(BtfType? function) => function is { } found && found.Prototype.Parameters.Count <= MostArguments;

    private int[] Typed(LinuxKernelCatalog catalog)
    {
        FunctionTable table = Functions.Table;
        int[] found = new int[table.Count];
        int count = 0;
        for (int module = 0; module < table.Modules.Count; module++)
        {
            if (catalog.ModuleTypes(table.Modules[module]) is not { } types)
                continue;
            foreach (int entry in table.EntriesOf(module))
            {
                if (IsListed(types.FindOwnFunction(table.NameUtf8(entry))))
                    found[count++] = entry;
            }
        }

        Array.Resize(ref found, count);
        return found;
    }

    private List<(string Module, string Name)> FindRawTracepoints(LinuxKernelCatalog catalog)
    {
        var found = new List<(string Module, string Name)>();
        if (catalog.KernelTypes is null)
        {
            found.AddRange(Functions.RawTracepoints());
            return found;
        }

        var modules = new List<string>(catalog.TypeModules);
        modules.Sort(StringComparer.Ordinal);
        foreach (string module in modules)
        {
            if (catalog.ModuleTypes(module) is not { } types)
                continue;
            var names = new List<string>();
            foreach (BtfType type in types.FindOwnByPrefix(TracepointType, BtfKind.Typedef))
                names.Add(type.Name[TracepointType.Length..]);
            names.Sort(StringComparer.Ordinal);
            string last = "";
            foreach (string name in names)
            {
                if (name != last)
                    found.Add((module, last = name));
            }
        }

        return found;
    }
}
