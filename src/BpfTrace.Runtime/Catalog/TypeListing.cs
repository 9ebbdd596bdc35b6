using BpfTrace.Bpf.Btf;
using BpfTrace.Bpf.Tracefs;
using BpfTrace.Language.Probes;

namespace BpfTrace;

/// <summary>Lists the kernel's structures, unions and enums by pattern (<c>bpftrace -l 'struct path'</c>).</summary>
internal sealed class TypeListing
{
    private readonly IKernelCatalog _catalog;

    public TypeListing(IKernelCatalog catalog) => _catalog = catalog;

    public static bool IsTypePattern(string pattern) =>
        pattern.StartsWith("struct ", StringComparison.Ordinal)
        || pattern.StartsWith("union ", StringComparison.Ordinal)
        || pattern.StartsWith("enum ", StringComparison.Ordinal);

    /// <summary>What a pattern finds: by name, of one name the kernel proper's first, then by module. Different types may have a name.</summary>
    public IReadOnlyList<KernelTypeInfo> Find(string pattern)
    {
        var match = new WildcardPattern(pattern);
        var found = new List<KernelTypeInfo>();
        foreach (string module in _catalog.TypeModules)
        {
            BtfFile? types = module is "vmlinux" ? _catalog.KernelTypes : _catalog.ModuleTypes(module);
            if (types is not null)
                Collect(types, module, match, found);
        }

        found.Sort(static (a, b) => string.CompareOrdinal(a.FullName, b.FullName) is var order and not 0 ? order : CompareModules(a.Target, b.Target));
        return found;
    }

    /// <summary>As lines of text: names, each once, or definitions behind their modules; one of the kernel proper is not repeated for modules.</summary>
    public IEnumerable<string> Lines(string pattern, bool withDefinition)
    {
        IReadOnlyList<KernelTypeInfo> found = Find(pattern);
        return withDefinition ? Definitions(found) : found.Select(static t => t.FullName).Distinct(StringComparer.Ordinal);
    }

    private static IEnumerable<string> Definitions(IReadOnlyList<KernelTypeInfo> found)
    {
        var modulesOf = new SortedDictionary<string, List<string>>(StringComparer.Ordinal);
        foreach (KernelTypeInfo type in found)
        {
            if (!modulesOf.TryGetValue(type.Definition, out List<string>? modules))
                modulesOf.Add(type.Definition, modules = []);
            modules.Add(type.Target);
        }

        foreach ((string definition, List<string> modules) in modulesOf)
        {
            // bpftrace lists a definition with a line end of its own, so that an empty line separates two.
            foreach (string module in modules[0] is "vmlinux" ? ["vmlinux"] : modules)
                yield return $"{module}: {definition}\n";
        }
    }

    private static void Collect(BtfFile types, string module, WildcardPattern match, List<KernelTypeInfo> found)
    {
        for (int id = types.FirstTypeId; id < types.TypeCount; id++)
        {
            BtfType type = types.GetType(id);
            if ((type.IsComposite || type.IsEnum) && !type.IsAnonymous && match.IsMatch(type.FullName))
                found.Add(new KernelTypeInfo(type, module));
        }
    }

    private static int CompareModules(string a, string b) =>
        a == b ? 0 : a == "vmlinux" ? -1 : b == "vmlinux" ? 1 : string.CompareOrdinal(a, b);
}
