using BpfTrace.Bpf.Btf;
using BpfTrace.Language.Probes;

namespace BpfTrace.Language.Completion;

/// <summary>Completes <c>struct NAME</c>, <c>union NAME</c> and <c>enum NAME</c> by the types of the kernel proper.</summary>
internal static class TypeCompletion
{
    private const int Limit = 250;

    public static IEnumerable<CompletionItem> Complete(string word, IKernelCatalog catalog)
    {
        int space = word.IndexOf(' ');
        BtfKind[] kinds = (space < 0 ? "" : word[..space]) switch
        {
            "struct" => [BtfKind.Struct],
            "union" => [BtfKind.Union],
            "enum" => [BtfKind.Enum, BtfKind.Enum64],
            _ => [],
        };
        if (kinds.Length == 0 || catalog.KernelTypes is not { } types)
            return [];
        var found = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (BtfKind kind in kinds)
        {
            foreach (BtfType type in types.FindOwnByPrefix(word[(space + 1)..], kind))
            {
                if (!type.IsAnonymous)
                    found.TryAdd(type.Name, $"{type.FullName}, {type.Size} bytes");
            }
        }

        return found.Take(Limit).Select(t => new CompletionItem(CompletionKind.Target, $"{word[..space]} {t.Key}", t.Key, t.Value));
    }
}
