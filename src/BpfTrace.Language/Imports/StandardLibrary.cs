namespace BpfTrace.Language.Imports;

/// <summary>
/// bpftrace's own library as it can be imported (its <c>src/stdlib</c>). What it holds is part of the language here and is always there, so
/// that most of its modules are empty.
/// </summary>
internal static class StandardLibrary
{
    private static readonly string[] s_modules =
    [
        "stdlib", "stdlib/base.bpf.c", "stdlib/base.bt", "stdlib/internal.bt", "stdlib/kfunc.bt", "stdlib/map", "stdlib/map/map.bpf.c",
        "stdlib/meta.bt", "stdlib/process", "stdlib/process.bt", "stdlib/process/process.bpf.c", "stdlib/stack", "stdlib/stack/dwunwind.bpf.c",
        "stdlib/strings", "stdlib/strings.bt", "stdlib/strings/strings.bpf.c", "stdlib/system", "stdlib/system/system.bpf.c", "stdlib/task",
        "stdlib/task/task.bpf.c", "stdlib/task/vma.bpf.c", TestDirectory, TestModule, "stdlib/usdt", "stdlib/usdt/usdt.bpf.c",
    ];

    private const string TestDirectory = "stdlib/test";
    private const string TestModule = "stdlib/test/test.bpf.c";

    /// <summary>The modules' names.</summary>
    public static IReadOnlyList<string> Modules => s_modules;

    /// <summary>A module's script; null where there is no such module.</summary>
    public static string? Find(string name) => name switch
    {
        TestDirectory or TestModule => "macro __always_true() { (int32)1 }\n",
        _ when Array.IndexOf(s_modules, name) >= 0 => string.Empty,
        _ => null,
    };
}
