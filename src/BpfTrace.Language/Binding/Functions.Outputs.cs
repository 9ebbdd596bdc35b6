namespace BpfTrace.Language.Binding;

public static partial class Functions
{
    private const int MaxFormatArguments = 128;

    private static void AddOutputs(Dictionary<string, FunctionDefinition> table)
    {
        Add(table, "printf", 1, MaxFormatArguments, static (b, c) => b.BindFormatted(c, OutputKind.Printf));
        Add(table, "errorf", 1, MaxFormatArguments, static (b, c) => b.BindFormatted(c, OutputKind.Errorf));
        Add(table, "warnf", 1, MaxFormatArguments, static (b, c) => b.BindFormatted(c, OutputKind.Warnf));
        Add(table, "cat", 1, MaxFormatArguments, static (b, c) => b.BindFormatted(c, OutputKind.Cat));
        Add(table, "system", 1, MaxFormatArguments, static (b, c) => b.BindFormatted(c, OutputKind.System), isUnsafe: true);
        Add(table, "print", 1, 3, static (b, c) => b.BindPrint(c));
        Add(table, "clear", 1, 1, static (b, c) => b.BindMapOutput(c, OutputKind.ClearMap));
        Add(table, "zero", 1, 1, static (b, c) => b.BindMapOutput(c, OutputKind.ZeroMap));
        Add(table, "time", 0, 1, static (b, c) => b.BindTime(c));
        Add(table, "join", 1, 2, static (b, c) => b.BindJoin(c));
        Add(table, "exit", 0, 1, static (b, c) => b.BindExit(c));
        Add(table, "unwatch", 1, 1, static (b, c) => b.BindUnwatch(c));
        Add(table, "assert", 2, 2, static (b, c) => b.BindAssert(c));
    }
}
