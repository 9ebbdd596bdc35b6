using BpfTrace.Bpf.Btf;

namespace BpfTrace.Language.Probes;

/// <summary>The kernel's iterators, by its types: the function <c>bpf_iter_X</c> for programs to attach to, and the struct <c>bpf_iter__X</c>, their context.</summary>
public static class KernelIterators
{
    private const string Function = "bpf_iter_";
    private const string Context = "bpf_iter__";

    /// <summary>Their names, sorted; none where the kernel has no type information.</summary>
    public static IReadOnlyList<string> Names(IKernelCatalog catalog)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        if (catalog.KernelTypes is not { } types)
            return [];
        var functions = new HashSet<string>(StringComparer.Ordinal);
        foreach (BtfType function in types.FindOwnByPrefix(Function, BtfKind.Func))
            functions.Add(function.Name[Function.Length..]);
        var names = new List<string>();
        foreach (BtfType context in types.FindOwnByPrefix(Context, BtfKind.Struct))
        {
            string name = context.Name[Context.Length..];
            if (functions.Remove(name))
                names.Add(name);
        }

        names.Sort(StringComparer.Ordinal);
        return names;
    }
}
