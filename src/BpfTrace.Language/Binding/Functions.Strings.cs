namespace BpfTrace.Language.Binding;

public static partial class Functions
{
    private static void AddStrings(Dictionary<string, FunctionDefinition> table)
    {
        Add(table, "str", 1, 2, static (b, c) => b.BindStr(c));
        Add(table, "buf", 1, 2, static (b, c) => b.BindBuf(c));
        Add(table, "strncmp", 3, 3, static (b, c) => b.BindStrncmp(c));
        Add(table, "strstr", 2, 2, static (b, c) => b.BindStrstr(c));
        Add(table, "strcontains", 2, 2, static (b, c) => b.BindStrcontains(c));
        Add(table, "memcmp", 3, 3, static (b, c) => b.BindMemcmp(c));
        Add(table, "str_concat", 2, 2, static (b, c) => b.BindConcatenation(c));
        Add(table, "strlen", 1, 1, static (b, c) => b.BindStrlen(c));
        Add(table, "strcap", 1, 1, static (b, c) => b.BindStrcap(c));
        Add(table, "strerror", 1, 1, static (b, c) => b.BindNumberName(c));
        Add(table, "signal_name", 1, 1, static (b, c) => b.BindNumberName(c));
        Add(table, "syscall_name", 1, 1, static (b, c) => b.BindNumberName(c));
        Add(table, "path", 1, 2, static (b, c) => b.BindPath(c));
        Add(table, "strftime", 2, 2, static (b, c) => b.BindStrftime(c));
    }
}
