using System.Globalization;
using BpfTrace.Bpf;
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
        new(ListingTypes.NameOf(target.Type), target.Target, target.Name, target.FullName, _parameters.Of(target.Type, target.Target, target.Name),
            _parameters.WhyUnknown(target.Type, target.Target));

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
            ProbeType.Kprobe or ProbeType.Kretprobe or ProbeType.Fentry or ProbeType.Fexit or ProbeType.RawTracepoint or ProbeType.Tracepoint
                => KernelProbes(type, hasTarget ? target : null, name),
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

    private ProbeInfo[] KernelProbes(ProbeType type, string? target, string name)
    {
        if (target == "bpf" && type is ProbeType.Fentry or ProbeType.Fexit)
            return ProgramFunctions(type, name);

        // Everything of a kind is listed once; what is asked for by name is looked up each time.
        bool isAll = target is null && name == "*";
        return isAll && _catalog is LinuxKernelCatalog machine
            ? machine.Listings.Get(type, machine.LoadedModules, () => Collect(type, target, name))
            : Collect(type, target, name);
    }

    private ProbeInfo[] Collect(ProbeType type, string? target, string name)
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
        string kind = ListingTypes.NameOf(type);
        string prefix = kind + ":";
        var probes = new List<ProbeInfo>();
        string lastOwner = "", ownerPrefix = "";
        foreach ((string owner, string member) in found)
        {
            if (isFunction && member.Contains(".part.", StringComparison.Ordinal))
                continue;
            if (lastOwner != owner)
                (lastOwner, ownerPrefix) = (owner, byName ? prefix : $"{prefix}{owner}:");
            probes.Add(new ProbeInfo(kind, owner, member, (byName ? prefix : ownerPrefix) + member, _parameters));
        }

        return Sorted(probes, byName);
    }

    /// <summary>
    /// Sorted, each once. Most of a listing comes in order, the kernel proper's functions by far the most: only what stands outside of the longest
    /// ordered run is sorted, and the two are merged.
    /// </summary>
    private static ProbeInfo[] Sorted(List<ProbeInfo> probes, bool byName)
    {
        int start = 0, longest = 0, length = 0;
        for (int i = 1; i <= probes.Count; i++)
        {
            if (i < probes.Count && Compare(probes[i - 1], probes[i], byName) <= 0)
                continue;
            if (i - start > length)
                (longest, length) = (start, i - start);
            start = i;
        }

        List<ProbeInfo> others = [.. probes.GetRange(0, longest), .. probes.GetRange(longest + length, probes.Count - longest - length)];
        others.Sort((a, b) => Compare(a, b, byName) is var order and not 0 ? order : Compare(a, b, byName: false));
        var result = new ProbeInfo[probes.Count];
        int count = 0, other = 0;
        for (int i = longest; i < longest + length || other < others.Count;)
        {
            bool takesOther = i >= longest + length || (other < others.Count && Compare(others[other], probes[i], byName) is var order
                && (order < 0 || (order == 0 && Compare(others[other], probes[i], byName: false) < 0)));
            ProbeInfo next = takesOther ? others[other++] : probes[i++];
            if (count == 0 || Compare(result[count - 1], next, byName) != 0)
                result[count++] = next;
        }

        return count == result.Length ? result : result[..count];
    }

    /// <summary>Functions of BPF programs: <c>fentry:bpf:ID:NAME</c>. They are not listed unless asked for: programs come and go.</summary>
    private ProbeInfo[] ProgramFunctions(ProbeType type, string name)
    {
        string[] parts = name.Split(':', 2);
        var ids = new WildcardPattern(parts.Length == 2 ? parts[0] : "*");
        var names = new WildcardPattern(parts[^1]);
        string kind = ListingTypes.NameOf(type);
        var found = new SortedDictionary<string, ProbeInfo>(StringComparer.Ordinal);
        foreach (LoadedProgramFunction function in _catalog.ProgramFunctions())
        {
            string id = function.ProgramId.ToString(CultureInfo.InvariantCulture);
            string full = $"{kind}:bpf:{id}:{function.Name}";
            if (ids.IsMatch(id) && names.IsMatch(function.Name))
                found.TryAdd(full, new ProbeInfo(kind, "bpf", $"{id}:{function.Name}", full));
        }

        return [.. found.Values];
    }

    private static int Compare(ProbeInfo a, ProbeInfo b, bool byName) =>
        !byName && string.CompareOrdinal(a.Target, b.Target) is var order and not 0 ? order : string.CompareOrdinal(a.Name, b.Name);

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
        return new ProbeInfo(kind, target, name, $"{kind}:{target}:{name}", _parameters.Of(type, target, name), _parameters.WhyUnknown(type, target));
    }
}
