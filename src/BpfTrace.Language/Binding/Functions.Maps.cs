namespace BpfTrace.Language.Binding;

public static partial class Functions
{
    private static void AddMaps(Dictionary<string, FunctionDefinition> table)
    {
        Add(table, "delete", 1, 2, static (b, c) => b.BindDelete(c));
        Add(table, "has_key", 2, 2, static (b, c) => b.BindHasKey(c));
        Add(table, "find", 3, 3, static (b, c) => b.BindFind(c));
        Add(table, "len", 1, 1, static (b, c) => b.BindLen(c));
        Add(table, "stack_len", 1, 1, static (b, c) => b.BindLen(c));
        Add(table, "is_scalar", 1, 1, static (b, c) => b.BindIsScalar(c));
    }
}
