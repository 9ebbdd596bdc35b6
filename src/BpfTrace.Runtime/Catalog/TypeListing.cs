using System.Text;
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

    /// <summary>Names or definitions, sorted; a definition found in several places is given for <c>vmlinux</c> only.</summary>
    public IEnumerable<string> Find(string pattern, bool withDefinition)
    {
        var match = new WildcardPattern(pattern);
        var found = new SortedDictionary<string, List<string>>(StringComparer.Ordinal);
        foreach (string module in _catalog.TypeModules)
        {
            BtfFile? types = module is "vmlinux" ? _catalog.KernelTypes : _catalog.ModuleTypes(module);
            if (types is not null)
                Collect(types, module, match, withDefinition, found);
        }

        foreach ((string text, List<string> modules) in found)
        {
            if (!withDefinition)
                yield return text;
            else if (modules[0] is "vmlinux")
                yield return "vmlinux: " + text;
            else
            {
                foreach (string module in modules)
                    yield return $"{module}: {text}";
            }
        }
    }

    private static void Collect(BtfFile types, string module, WildcardPattern match, bool withDefinition, SortedDictionary<string, List<string>> found)
    {
        for (int id = types.FirstTypeId; id < types.TypeCount; id++)
        {
            BtfType type = types.GetType(id);
            if (!(type.IsComposite || type.IsEnum) || type.IsAnonymous || !match.IsMatch(type.FullName))
                continue;
            string text = withDefinition ? Define(type) : type.FullName;
            if (!found.TryGetValue(text, out List<string>? modules))
                found.Add(text, modules = []);
            if (!modules.Contains(module))
                modules.Add(module);
        }
    }

    private static string Define(BtfType type)
    {
        // bpftrace lists a definition with a line end of its own, so that an empty line separates two.
        var text = new StringBuilder(type.ToDefinition().TrimEnd('\n', ' '));
        if (text.Length == 0 || text[^1] != ';')
            text.Append(';');
        return text.Append('\n').ToString();
    }
}
