using BpfTrace.Bpf.Btf;
using BpfTrace.Bpf.Dwarf;
using BpfTrace.Language.Probes;

namespace BpfTrace.Language.Completion;

/// <summary>Completes an attach point part by part: kind, then category, module or binary, then function or event.</summary>
internal sealed class AttachPointCompletion(IKernelCatalog catalog, int? processId)
{
    // A kernel has tens of thousands of functions: more than anybody reads in a menu.
    private const int Limit = 250;

    // Of so many, what has to be read from files of their own is told too.
    private const int Detailed = 40;

    private static readonly string[] s_timers = ["hz:99", "ms:100", "s:1", "us:1000"];

    public IEnumerable<CompletionItem> Complete(string word)
    {
        int colon = word.IndexOf(':');
        if (colon < 0)
            return Kinds(word);
        string kind = word[..colon];
        string rest = word[(colon + 1)..];
        return !ProbeNames.TryParse(kind, out ProbeType type) ? [] : type switch
        {
            ProbeType.Kprobe or ProbeType.Kretprobe => Functions(kind, type, rest, catalog.KernelFunctions),
            ProbeType.Fentry or ProbeType.Fexit => Functions(kind, type, rest, catalog.TypedKernelFunctions),
            ProbeType.Tracepoint => Tracepoints(kind, rest),
            ProbeType.RawTracepoint => RawTracepoints(kind, rest),
            ProbeType.Uprobe or ProbeType.Uretprobe or ProbeType.Usdt => UserProbes(kind, type, rest),
            ProbeType.Software or ProbeType.Hardware => Fixed(kind, rest, EventNames.Of(type), $"{ProbeNames.GetName(type)} event, followed by :COUNT events per sample"),
            ProbeType.Profile or ProbeType.Interval => Fixed(kind, rest, s_timers, type == ProbeType.Profile ? "on every processor" : "on one processor"),
            ProbeType.Iter => Fixed(kind, rest, KernelIterators.Names(catalog), "walks over all such objects of the kernel"),
            ProbeType.Self => Fixed(kind, rest, ["signal:SIGUSR1"], "runs when the tracer gets the signal"),
            _ => [],
        };
    }

    private IEnumerable<CompletionItem> Kinds(string word)
    {
        foreach (string name in ProbeNames.All.Order(StringComparer.Ordinal))
        {
            if (!name.StartsWith(word, StringComparison.OrdinalIgnoreCase) || !ProbeNames.TryParse(name, out ProbeType type))
                continue;
            string why = catalog.Supports(type, out string reason) ? "" : $"\nnot on this machine: {reason}";
            yield return new CompletionItem(CompletionKind.ProbeType, type is ProbeType.Begin or ProbeType.End ? name : name + ":", name, ProbeNames.Describe(type) + why);
        }
    }

    private static IEnumerable<CompletionItem> Fixed(string kind, string rest, IEnumerable<string> names, string toolTip) => names
        .Where(n => n.StartsWith(rest, StringComparison.Ordinal))
        .Select(n => new CompletionItem(CompletionKind.Probe, $"{kind}:{n}", n, toolTip));

    private delegate IEnumerable<(string Module, string Name)> FindFunctions(string? modulePattern, string namePattern);

    private IEnumerable<CompletionItem> Functions(string kind, ProbeType type, string rest, FindFunctions find)
    {
        string note = catalog.Supports(type, out string reason) ? "" : $"\nnot on this machine: {reason}";
        int colon = rest.IndexOf(':');
        string? module = colon < 0 ? null : rest[..colon];
        string prefix = rest[(colon + 1)..];
        var found = find(module, prefix + "*").ToList();
        found.Sort(static (a, b) => string.CompareOrdinal(a.Name, b.Name) is var order and not 0 ? order : string.CompareOrdinal(a.Module, b.Module));
        string? last = null;
        int count = 0;
        foreach ((string owner, string name) in found)
        {
            if (module is null && name == last)
                continue;
            last = name;
            if (count++ == Limit)
                break;
            string target = module is null ? "" : owner + ":";
            yield return new CompletionItem(CompletionKind.Probe, $"{kind}:{target}{name}", name, Signature(owner, name) + note);
        }

        if (module is not null || prefix.Length == 0)
            yield break;
        foreach (string other in catalog.TypeModules.Where(m => m.StartsWith(prefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal))
            yield return new CompletionItem(CompletionKind.Target, $"{kind}:{other}:", other + ":", $"functions of {other}");
    }

    /// <summary>A function as C declares it; its module and name where its type is not known.</summary>
    private string Signature(string module, string name)
    {
        BtfFile? types = module is "" or "vmlinux" ? catalog.KernelTypes : catalog.ModuleTypes(module);
        if (types?.FindByName(name, BtfKind.Func) is not { } function)
            return module is "" or "vmlinux" ? name : $"{name} [{module}]";
        BtfType prototype = function.Prototype;
        IEnumerable<string> parameters = prototype.Parameters.Select(static p => p.Type.ToDeclaration(p.Name));
        return prototype.ReturnType.ToDeclaration($"{name}({string.Join(", ", parameters)})");
    }

    private IEnumerable<CompletionItem> Tracepoints(string kind, string rest)
    {
        int colon = rest.IndexOf(':');
        if (colon >= 0)
        {
            string category = rest[..colon];
            return catalog.Tracepoints(category, rest[(colon + 1)..] + "*").OrderBy(static t => t.Event, StringComparer.Ordinal).Take(Limit)
                .Select(t => new CompletionItem(CompletionKind.Probe, $"{kind}:{t.Category}:{t.Event}", t.Event, Fields(t.Category, t.Event)));
        }

        List<(string Category, string Event)> all = [.. catalog.Tracepoints("*", "*")];
        IEnumerable<CompletionItem> categories = all.Select(static t => t.Category).Distinct(StringComparer.Ordinal)
            .Where(c => c.StartsWith(rest, StringComparison.Ordinal)).Order(StringComparer.Ordinal)
            .Select(c => new CompletionItem(CompletionKind.Target, $"{kind}:{c}:", c + ":", $"{all.Count(t => t.Category == c)} tracepoints"));

        // The event's own name is what people remember.
        List<(string Category, string Event)> events = rest.Length == 0 ? [] : [.. all.Where(t => t.Event.StartsWith(rest, StringComparison.Ordinal))
            .OrderBy(static t => t.Event, StringComparer.Ordinal).Take(Limit)];
        bool isShort = events.Count <= Detailed;
        return categories.Concat(events.Select(t => new CompletionItem(
            CompletionKind.Probe, $"{kind}:{t.Category}:{t.Event}", t.Event, isShort ? Fields(t.Category, t.Event) : $"{t.Category}:{t.Event}")));
    }

    private string Fields(string category, string name)
    {
        if (catalog.TracepointFormat(category, name) is not { } format)
            return $"{category}:{name}";
        string fields = string.Join(", ", format.Fields.Where(static f => !f.IsCommon).Select(static f => $"{f.TypeText} {f.Name}"));
        return $"{category}:{name}({fields})";
    }

    private IEnumerable<CompletionItem> RawTracepoints(string kind, string rest)
    {
        int colon = rest.IndexOf(':');
        string? module = colon < 0 ? null : rest[..colon];
        return catalog.RawTracepoints(module, rest[(colon + 1)..] + "*").OrderBy(static t => t.Name, StringComparer.Ordinal).Take(Limit)
            .Select(t => new CompletionItem(CompletionKind.Probe, $"{kind}:{(module is null ? "" : t.Module + ":")}{t.Name}", t.Name, Arguments(t.Module, t.Name)));
    }

    /// <summary>A raw tracepoint with what it passes: the type <c>btf_trace_NAME</c> is a pointer to its function, whose first parameter is the tracer's own.</summary>
    private string Arguments(string module, string name)
    {
        if ((module is "" or "vmlinux" ? catalog.KernelTypes : catalog.ModuleTypes(module)) is not { } types
            || (types.FindOwnByName("__bpf_trace_" + name, BtfKind.Func) ?? types.FindOwnByName("btf_trace_" + name, BtfKind.Typedef)?.Resolve().Target) is not { } function)
        {
            return $"{module}:{name}";
        }

        return $"{module}:{name}({string.Join(", ", function.Resolve().Prototype.Parameters.Skip(1).Select(static p => p.Type.ToDeclaration(p.Name)))})";
    }

    private IEnumerable<CompletionItem> UserProbes(string kind, ProbeType type, string rest)
    {
        int colon = rest.IndexOf(':');
        if (colon < 0)
        {
            return catalog.BinaryNames(rest, processId).Take(Limit).Select(n => n.EndsWith('/')
                ? new CompletionItem(CompletionKind.Target, $"{kind}:{n}", n, "directory")
                : new CompletionItem(CompletionKind.Target, $"{kind}:{n}:", n, $"{ProbeNames.GetName(type)} probes of {n}"));
        }

        string binary = rest[..colon];
        string prefix = rest[(colon + 1)..];
        string? path = catalog.ResolveBinary(binary, processId).FirstOrDefault();
        if (path is null)
            return [];
        if (type != ProbeType.Usdt)
        {
            List<UserFunction> functions = [.. catalog.UserFunctions(path, prefix + "*").OrderBy(static f => f.Name, StringComparer.Ordinal).DistinctBy(static f => f.Name).Take(Limit)];
            DwarfFile? debugInformation = functions.Count is > 0 and <= Detailed ? catalog.DebugInformation(path, null, out _) : null;
            return functions.Select(f => new CompletionItem(CompletionKind.Probe, $"{kind}:{binary}:{f.Name}", f.Name, UserSignature(debugInformation, f) + $"{path}: {f.Size} bytes at 0x{f.FileOffset:x}"));
        }

        return catalog.UserStaticProbes(path, "*", "*").DistinctBy(static p => (p.Provider, p.Name))
            .Where(p => $"{p.Provider}:{p.Name}".StartsWith(prefix, StringComparison.Ordinal) || p.Name.StartsWith(prefix, StringComparison.Ordinal))
            .OrderBy(static p => p.Provider, StringComparer.Ordinal).ThenBy(static p => p.Name, StringComparer.Ordinal).Take(Limit)
            .Select(p => new CompletionItem(CompletionKind.Probe, $"{kind}:{binary}:{p.Provider}:{p.Name}", $"{p.Provider}:{p.Name}", $"arguments: {p.Arguments}"));
    }

    /// <summary>A user function as C declares it, and a line end; nothing where the binary has no debug information.</summary>
    private static string UserSignature(DwarfFile? debugInformation, UserFunction function) =>
        debugInformation?.FindFunction(function.Address) is not { } found ? ""
            : $"{function.Name}({string.Join(", ", found.Parameters.Select(static p => $"{DwarfType.Describe(p.Type)} {p.Name}".TrimEnd()))})\n";
}
