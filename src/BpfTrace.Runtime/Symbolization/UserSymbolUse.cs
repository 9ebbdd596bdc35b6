using BpfTrace.Language.Binding;
using BpfTrace.Language.Symbols;

namespace BpfTrace;

/// <summary>Tells whether a script records user addresses that are resolved later: then its process's mappings are worth keeping.</summary>
internal static class UserSymbolUse
{
    public static bool Of(BoundProgram program)
    {
        foreach (MapSymbol map in program.Maps)
        {
            if (Has(map.KeyType) || Has(map.ValueType))
                return true;
        }

        foreach (OutputSite site in program.Sites)
        {
            foreach (BpfType type in site.ValueTypes)
            {
                if (Has(type))
                    return true;
            }
        }

        return false;
    }

    private static bool Has(BpfType? type) => type switch
    {
        StackType stack => stack.IsUser,
        UserSymbolType => true,
        TupleType tuple => tuple.Fields.Any(static f => Has(f.Type)),
        ArrayType array => Has(array.Element),
        _ => false,
    };
}
