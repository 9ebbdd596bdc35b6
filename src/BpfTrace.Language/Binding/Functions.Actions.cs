namespace BpfTrace.Language.Binding;

public static partial class Functions
{
    private static void AddActions(Dictionary<string, FunctionDefinition> table)
    {
        Add(table, "signal", 1, 1, static (b, c) => b.BindSignal(c), isUnsafe: true);
        Add(table, "signal_thread", 1, 1, static (b, c) => b.BindSignal(c), isUnsafe: true);
        Add(table, "override", 1, 1, static (b, c) => b.BindOverride(c), isUnsafe: true);
        Add(table, "write_user", 3, 3, static (b, c) => b.BindWriteUser(c), isUnsafe: true);
        Add(table, "debugf", 1, MaxFormatArguments, static (b, c) => b.BindDebugf(c));
        Add(table, "skboutput", 4, 4, static (b, c) => b.BindSkbOutput(c));
    }

    private static void AddIntrospection(Dictionary<string, FunctionDefinition> table)
    {
        foreach (string name in (string[])["is_str", "is_ptr", "is_array", "is_integer", "is_unsigned_integer"])
            Add(table, name, 1, 1, static (b, c) => b.BindTypeTest(c));
        Add(table, "is_literal", 1, 1, static (b, c) => b.BindIsLiteral(c));
        Add(table, "kfunc_exist", 1, 1, static (b, c) => b.BindKernelFunctionExists(c));
        Add(table, "kfunc_allowed", 1, 1, static (b, c) => b.BindKernelFunctionAllowed(c));
        Add(table, "static_assert", 2, 2, static (b, c) => b.BindStaticAssert(c));
        Add(table, "assert_str", 1, 1, static (b, c) => b.BindAssertString(c));
        Add(table, "fail", 1, MaxFormatArguments, static (b, c) => b.BindFail(c));
        Add(table, "getopt", 1, 3, static (b, c) => b.BindGetopt(c));
    }
}
