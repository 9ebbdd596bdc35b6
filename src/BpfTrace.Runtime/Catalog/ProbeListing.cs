using System.Globalization;
using BpfTrace.Bpf;
using BpfTrace.Bpf.Symbols;
using BpfTrace.Bpf.Tracefs;
using BpfTrace.Language.Probes;

namespace BpfTrace;

/// <summary>Finds probes by one pattern. The meaning of a pattern is bpftrace's (src/probe_matcher.cpp, get_probes_for_listing).</summary>
internal sealed class ProbeListing
{
    private readonly IKernelCatalog _catalog;
    private readonly int? _processId;
    private readonly ProbeParameters _parameters;

    public ProbeListing(IKernelCatalog catalog, int? processId, string? debugInfoDirectories)
    {
        _catalog = catalog;
        _processId = processId;
        _parameters = new ProbeParameters(catalog, debugInfoDirectories);
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

        foreach (ProbeType type in TypesOf(pattern))
        {
            foreach (ProbeInfo probe in FindIn(type, parts, rest))
                yield return probe;
        }
    }

    /// <summary>A script's target as a listing shows it.</summary>
    public ProbeInfo Describe(AttachTarget target) => new(target.Type, target.Target, target.Name, NameOf(target), _parameters);

    /// <summary>The kinds of probe that a pattern asks for, in the order of their names.</summary>
    public IEnumerable<ProbeType> TypesOf(string pattern)
    {
        string[] parts = pattern.Split(':');
        string kind = parts.Length == 1 || parts[0].Length == 0 ? "*" : parts[0];
        if (!WildcardPattern.HasWildcard(kind))
        {
            if (ProbeNames.TryParse(kind, out ProbeType named))
                yield return named;
            yield break;
        }

        // User probes are too many to list unasked: a process or an existing file must narrow the search.
        bool narrowed = _processId is not null
            || (parts.Length > 1 && parts[1].Length > 0 && !parts[1].Contains('*', StringComparison.Ordinal) && Path.Exists(parts[1]));
        var kinds = new WildcardPattern(kind);
        foreach (string name in narrowed ? ProbeNames.ListedOfKernel.Concat(ProbeNames.ListedOfUser) : ProbeNames.ListedOfKernel)
        {
            if (kinds.IsMatch(name) && ProbeNames.TryParse(name, out ProbeType type))
                yield return type;
        }
    }

    private IEnumerable<ProbeInfo> FindIn(ProbeType type, string[] parts, string rest)
    {
        // parts[0] is the kind; "kind:target:name" has three, "kind:name" two. The name may hold further colons.
        bool hasTarget = parts.Length > 2;
        string target = hasTarget ? parts[1] : "*";
        string name = hasTarget ? rest[(target.Length + 1)..] : rest;
        return type switch
        {
            ProbeType.Kprobe or ProbeType.Kretprobe or ProbeType.Fentry or ProbeType.Fexit or ProbeType.RawTracepoint or ProbeType.Tracepoint
                => KernelProbes(type, hasTarget ? target : null, name),
            ProbeType.Uprobe or ProbeType.Uretprobe => UserFunctions(type, hasTarget ? target : null, name),
            ProbeType.Usdt => StaticProbes(hasTarget ? target : null, name),
            ProbeType.Software or ProbeType.Hardware => Named(type, EventNames.Of(type, withAliases: true), rest),
            ProbeType.Profile or ProbeType.Interval => Named(type, EventNames.TimeUnits, rest),
            ProbeType.Iter => Iterators(rest),
            ProbeType.Self => new WildcardPattern(rest).IsMatch("signal:SIGUSR1") ? [Create(type, "signal", "SIGUSR1")] : [],
            _ => [],
        };
    }

    private IEnumerable<ProbeInfo> KernelProbes(ProbeType type, string? target, string name)
    {
        if (type is ProbeType.RawTracepoint or ProbeType.Tracepoint)
            return Collect(type, target, name);
        if (target == "bpf" && type is ProbeType.Fentry or ProbeType.Fexit)
            return ProgramFunctions(type, name);
        if (_catalog is not LinuxKernelCatalog machine)
            return Collect(type, target, name);
        if (machine.WhyNotListed(type) is not null)
            return [];
        return target is not null || name != "*" ? Collect(type, target, name)
            : type is ProbeType.Kprobe or ProbeType.Kretprobe ? AllFunctions(type, machine.Listings.Functions.Table)
            : AllTypedFunctions(type, machine);
    }

    /// <summary>All functions, those of several modules once: without a module in the pattern none is listed.</summary>
    private IEnumerable<ProbeInfo> AllFunctions(ProbeType type, FunctionTable functions)
    {
        for (int entry = 0; entry < functions.Count; entry++)
        {
            if (!functions.IsRepeated(entry))
                yield return new ProbeInfo(type, functions, entry, hasTarget: false, _parameters);
        }
    }

    private IEnumerable<ProbeInfo> AllTypedFunctions(ProbeType type, LinuxKernelCatalog machine)
    {
        if (machine.KernelTypes is null)
            yield break;
        KernelListings listings = machine.Listings;
        FunctionTable functions = listings.Functions.Table;
        foreach (int entry in listings.TypedFunctions)
            yield return new ProbeInfo(type, functions, entry, hasTarget: true, _parameters);
    }

    /// <summary>What a pattern finds, sorted, each once.</summary>
    private List<ProbeInfo> Collect(ProbeType type, string? target, string name)
    {
        bool isFunction = type is ProbeType.Kprobe or ProbeType.Kretprobe;
        IEnumerable<(string Target, string Name)> found = type switch
        {
            ProbeType.Kprobe or ProbeType.Kretprobe => _catalog.KernelFunctions(target, name),
            ProbeType.Fentry or ProbeType.Fexit => _catalog.TypedKernelFunctions(target, name),
            ProbeType.RawTracepoint => _catalog.RawTracepoints(target, name),
            _ => _catalog.Tracepoints(target ?? "*", name),
        };

        // Without a module a function is listed once, however many modules have it, and without the module.
        bool byName = isFunction && target is null;
        string kind = ProbeNames.GetName(type);
        var probes = new List<ProbeInfo>();
        bool isSorted = true;
        foreach ((string owner, string member) in found)
        {
            if (isFunction && member.Contains(".part.", StringComparison.Ordinal))
                continue;
            var probe = new ProbeInfo(type, owner, member, byName ? $"{kind}:{member}" : $"{kind}:{owner}:{member}", _parameters);
            isSorted &= probes.Count == 0 || Compare(probes[^1], probe, byName) < 0;
            probes.Add(probe);
        }

        if (isSorted)
            return probes;
        probes.Sort((a, b) => Compare(a, b, byName) is var order and not 0 ? order : Compare(a, b, byName: false));
        var once = new List<ProbeInfo>(probes.Count);
        foreach (ProbeInfo probe in probes)
        {
            if (once.Count == 0 || Compare(once[^1], probe, byName) != 0)
                once.Add(probe);
        }

        return once;
    }

    /// <summary>Functions of BPF programs: <c>fentry:bpf:ID:NAME</c>. They are not listed unless asked for: programs come and go.</summary>
    private ProbeInfo[] ProgramFunctions(ProbeType type, string name)
    {
        string[] parts = name.Split(':', 2);
        var ids = new WildcardPattern(parts.Length == 2 ? parts[0] : "*");
        var names = new WildcardPattern(parts[^1]);
        string kind = ProbeNames.GetName(type);
        var found = new SortedDictionary<string, ProbeInfo>(StringComparer.Ordinal);
        foreach (LoadedProgramFunction function in _catalog.ProgramFunctions())
        {
            string id = function.ProgramId.ToString(CultureInfo.InvariantCulture);
            string full = $"{kind}:bpf:{id}:{function.Name}";
            if (ids.IsMatch(id) && names.IsMatch(function.Name))
                found.TryAdd(full, new ProbeInfo(type, "bpf", $"{id}:{function.Name}", full, _parameters));
        }

        return [.. found.Values];
    }

    private static int Compare(ProbeInfo a, ProbeInfo b, bool byName) =>
        !byName && string.CompareOrdinal(a.Target, b.Target) is var order and not 0 ? order : string.CompareOrdinal(a.Name, b.Name);

    private IEnumerable<ProbeInfo> Named(ProbeType type, IReadOnlyList<string> names, string pattern)
    {
        // "software:cpu" and "software:cpu:" both name the event.
        var match = new WildcardPattern(pattern);
        string kind = ProbeNames.GetName(type);
        foreach (string name in names)
        {
            if (match.IsMatch(name + ":") || match.IsMatch(name))
                yield return new ProbeInfo(type, name, "", $"{kind}:{name}:", _parameters);
        }
    }

    private IEnumerable<ProbeInfo> Iterators(string pattern)
    {
        var match = new WildcardPattern(pattern);
        foreach (string name in _catalog is LinuxKernelCatalog machine ? machine.Listings.Iterators : KernelIterators.Names(_catalog))
        {
            if (match.IsMatch(name))
                yield return new ProbeInfo(ProbeType.Iter, "", name, "iter:" + name, _parameters);
        }
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
                yield return new ProbeInfo(ProbeType.Usdt, path, probe.Name, $"usdt:{path}:{probe.Provider}:{probe.Name}", _parameters);
        }
    }

    private IEnumerable<string> Binaries(string? target)
    {
        IEnumerable<string> paths = (target, _processId) switch
        {
            (null or "*", { } pid) => _catalog.MappedBinaries(pid),
            (null, null) => _catalog.ResolveBinary("*", null),
            _ => _catalog.ResolveBinary(target, _processId),
        };
        return paths.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);
    }

    /// <summary>A C++ function by its readable name, quoted for what an attach point would not take without: the line can be probed as it is.</summary>
    private static string NameOf(AttachTarget target) => target.Language == "cpp" && CxxDemangler.TryDemangle(target.Name) is { } readable
        ? string.Create(CultureInfo.InvariantCulture, $"{ProbeNames.GetName(target.Type)}:{target.Target}:cpp:\"{readable}\"{(target.Offset > 0 ? "+" + target.Offset : "")}")
        : target.PlaceName ?? target.FullName;

    private ProbeInfo Create(ProbeType type, string target, string name) =>
        new(type, target, name, $"{ProbeNames.GetName(type)}:{target}:{name}", _parameters);
}
