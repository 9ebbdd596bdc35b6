using BpfTrace.Bpf.Btf;
using BpfTrace.Bpf.Tracefs;
using BpfTrace.Language.Probes;

namespace BpfTrace;

/// <summary>Finds probes by one pattern. The meaning of a pattern is bpftrace's (src/probe_matcher.cpp, get_probes_for_listing).</summary>
internal sealed class ProbeListing
{
    private readonly IKernelCatalog _catalog;
    private readonly int? _processId;
    private readonly ProbeParameters _parameters;

    public ProbeListing(IKernelCatalog catalog, int? processId)
    {
        _catalog = catalog;
        _processId = processId;
        _parameters = new ProbeParameters(catalog);
    }

    /// <summary>The probes a pattern means.</summary>
    public IEnumerable<ProbeInfo> Find(string pattern)
    {
        if (pattern.Length == 0)
            pattern = "*:*";
        else if (!pattern.Contains(':', StringComparison.Ordinal))
            pattern = "*:" + pattern;

        string[] parts = pattern.Split(':');
        string rest = pattern[(parts[0].Length + 1)..];
        if (rest.Length == 0)
        {
            rest = "*";
            parts = [parts[0]];
        }

        foreach (string typeName in TypesOf(parts))
        {
            if (!ListingTypes.TryParse(typeName, out ProbeType type))
                continue;
            foreach (ProbeInfo probe in FindIn(type, parts, rest))
                yield return probe;
        }
    }

    /// <summary>A script's target as a listing shows it.</summary>
    public ProbeInfo Describe(AttachTarget target) =>
        new(ListingTypes.NameOf(target.Type), target.Target, target.Name, target.FullName, _parameters.Of(target.Type, target.Target, target.Name));

    private IEnumerable<string> TypesOf(string[] parts)
    {
        var pattern = new WildcardPattern(parts[0].Length == 0 ? "*" : parts[0]);
        if (!WildcardPattern.HasWildcard(pattern.Pattern))
            return [parts[0]];

        // User probes are too many to list unasked: a process or an existing file must narrow the search.
        bool narrowed = _processId is not null
            || (parts.Length > 1 && parts[1].Length > 0 && !parts[1].Contains('*', StringComparison.Ordinal) && Path.Exists(parts[1]));
        IEnumerable<string> types = narrowed ? ListingTypes.Kernel.Concat(ListingTypes.User) : ListingTypes.Kernel;
        return types.Where(t => pattern.IsMatch(t)).Order(StringComparer.Ordinal);
    }

    private IEnumerable<ProbeInfo> FindIn(ProbeType type, string[] parts, string rest)
    {
        // parts[0] is the kind; "kind:target:name" has three, "kind:name" two. The name may hold further colons.
        bool hasTarget = parts.Length > 2;
        string target = hasTarget ? parts[1] : "*";
        string name = hasTarget ? rest[(target.Length + 1)..] : rest;
        return type switch
        {
            ProbeType.Kprobe or ProbeType.Kretprobe => KernelFunctions(type, hasTarget ? target : null, name),
            ProbeType.Fentry or ProbeType.Fexit => Typed(type, _catalog.TypedKernelFunctions(hasTarget ? target : null, name)),
            ProbeType.RawTracepoint => Typed(type, _catalog.RawTracepoints(hasTarget ? target : null, name)),
            ProbeType.Tracepoint => Typed(type, _catalog.Tracepoints(target, name)),
            ProbeType.Uprobe or ProbeType.Uretprobe => UserFunctions(type, hasTarget ? target : null, name),
            ProbeType.Usdt => StaticProbes(hasTarget ? target : null, name),
            ProbeType.Software => Named(type, ListingTypes.SoftwareEvents, rest),
            ProbeType.Hardware => Named(type, ListingTypes.HardwareEvents, rest),
            ProbeType.Profile or ProbeType.Interval => Named(type, ListingTypes.TimeUnits, rest),
            ProbeType.Iter => Iterators(rest),
            ProbeType.Self => new WildcardPattern(rest).IsMatch("signal:SIGUSR1") ? [Create(type, "signal", "SIGUSR1")] : [],
            _ => [],
        };
    }

    private IEnumerable<ProbeInfo> KernelFunctions(ProbeType type, string? module, string name)
    {
        // Without a module a name is listed once, however many modules have it, and without the module.
        IEnumerable<(string Module, string Name)> functions = _catalog.KernelFunctions(module, name)
            .Where(f => !f.Name.Contains(".part.", StringComparison.Ordinal));
        if (module is not null)
            return Typed(type, functions);
        return functions
            .GroupBy(f => f.Name, StringComparer.Ordinal)
            .OrderBy(g => g.Key, StringComparer.Ordinal)
            .Select(g => new ProbeInfo(ListingTypes.NameOf(type), g.First().Module, g.Key, $"{ListingTypes.NameOf(type)}:{g.Key}", _parameters.Of(type, g.First().Module, g.Key)));
    }

    private IEnumerable<ProbeInfo> Typed(ProbeType type, IEnumerable<(string Target, string Name)> found) => found
        .Distinct()
        .OrderBy(f => f.Target, StringComparer.Ordinal)
        .ThenBy(f => f.Name, StringComparer.Ordinal)
        .Select(f => Create(type, f.Target, f.Name));

    private static IEnumerable<ProbeInfo> Named(ProbeType type, string[] names, string pattern)
    {
        // "software:cpu" and "software:cpu:" both name the event.
        var match = new WildcardPattern(pattern);
        string kind = ListingTypes.NameOf(type);
        return names
            .Where(n => match.IsMatch(n + ":") || match.IsMatch(n))
            .Select(n => new ProbeInfo(kind, n, "", $"{kind}:{n}:"));
    }

    private IEnumerable<ProbeInfo> Iterators(string pattern)
    {
        const string Prefix = "bpf_iter_";
        var match = new WildcardPattern(pattern);
        if (_catalog.KernelTypes is not { } types)
            return [];
        var found = new SortedSet<string>(StringComparer.Ordinal);
        foreach (BtfType type in types.Types(BtfKind.Func))
        {
            // An iterator is a function bpf_iter_X for the verifier to attach to and a struct bpf_iter__X, its context.
            string name = type.Name;
            if (name.StartsWith(Prefix, StringComparison.Ordinal)
                && match.IsMatch(name.AsSpan(Prefix.Length))
                && types.FindByName("bpf_iter__" + name[Prefix.Length..], BtfKind.Struct) is not null)
            {
                found.Add(name[Prefix.Length..]);
            }
        }

        return found.Select(n => new ProbeInfo("iter", "", n, "iter:" + n, _parameters.Of(ProbeType.Iter, "", n)));
    }

    private IEnumerable<ProbeInfo> UserFunctions(ProbeType type, string? target, string name)
    {
        foreach (string path in Binaries(target))
        {
            IEnumerable<string> names = _catalog.UserFunctions(path, name).Select(f => f.Name).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);
            foreach (string function in names)
                yield return Create(type, path, function);
        }
    }

    private IEnumerable<ProbeInfo> StaticProbes(string? target, string name)
    {
        string[] parts = name.Split(':', 2);
        string provider = parts.Length == 2 ? parts[0] : "*";
        foreach (string path in Binaries(target))
        {
            IEnumerable<(string Provider, string Name)> probes = _catalog.UserStaticProbes(path, provider, parts[^1])
                .Select(p => (p.Provider, p.Name)).Distinct()
                .OrderBy(p => p.Provider, StringComparer.Ordinal).ThenBy(p => p.Name, StringComparer.Ordinal);
            foreach ((string Provider, string Name) probe in probes)
                yield return new ProbeInfo("usdt", path, probe.Name, $"usdt:{path}:{probe.Provider}:{probe.Name}");
        }
    }

    private IEnumerable<string> Binaries(string? target)
    {
        IEnumerable<string> paths = (target, _processId) switch
        {
            (null or "*", { } pid) => _catalog.MappedBinaries(pid),
            (null, null) => [],
            _ => _catalog.ResolveBinary(target, _processId),
        };
        return paths.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);
    }

    private ProbeInfo Create(ProbeType type, string target, string name)
    {
        string kind = ListingTypes.NameOf(type);
        return new ProbeInfo(kind, target, name, $"{kind}:{target}:{name}", _parameters.Of(type, target, name));
    }
}
