using BpfTrace.Bpf.Btf;
using BpfTrace.Language.Diagnostics;

namespace BpfTrace.Language.Symbols;

/// <content>What was probably meant by the name of a type there is not.</content>
internal sealed partial class TypeCatalog
{
    private Dictionary<string, string?>? _nearest;

    /// <summary>The kernel's type of the same kind whose name is nearest; null when none is near.</summary>
    /// <param name="name">The name as a script has it: <c>struct task_strcut</c>, <c>u46</c>.</param>
    public string? NearestName(string name)
    {
        if (_kernel.KernelTypes is not { } types)
            return null;

        // A script is bound several times over, and the kernel has thousands of names.
        _nearest ??= new(StringComparer.Ordinal);
        if (_nearest.TryGetValue(name, out string? known))
            return known;
        int space = name.IndexOf(' ', StringComparison.Ordinal);
        string tag = space < 0 ? "" : name[..(space + 1)];
        BtfKind kind = tag switch
        {
            "struct " => BtfKind.Struct,
            "union " => BtfKind.Union,
            "enum " => BtfKind.Enum,
            _ => BtfKind.Typedef,
        };
        string own = name[tag.Length..];
        string? near = own.Length < 3 ? null : Suggestions.Closest(own, types.Types(kind).Select(static t => t.Name).Where(n => n.Length > 0 && n[0] == own[0]));
        return _nearest[name] = near is null ? null : tag + near;
    }
}
