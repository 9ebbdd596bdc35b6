using BpfTrace.KernelTests.Support;
using BpfTrace.Language.Diagnostics;
using BpfTrace.Language.Text;

namespace BpfTrace.KernelTests.Runtime;

/// <summary>Functions in C that a script imports, compiled by the system's clang and run in the kernel.</summary>
[Collection(KernelCollection.Name)]
public sealed class CFunctionTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("bpftrace-test-");

    public void Dispose() => _directory.Delete(recursive: true);

    private string Script(string c, string statements)
    {
        string path = Path.Combine(_directory.FullName, "f.bpf.c");
        File.WriteAllText(path, c);
        return $"import \"{path}\"; begin {{ {statements} }}";
    }

    private Diagnostic Error(string c, string statements)
    {
        using CompiledTrace trace = TraceCompiler.Compile(new SourceText(Script(c, statements)));
        return Assert.Single(trace.Diagnostics, static d => d.IsError);
    }

    [RequiresClangTheory]
    [InlineData("int add(int a, long b) { return a + b; }", "print(add(1, 41)); print(add(-1, 0)); @x = add(add(1, 2), 3); print(@x); clear(@x);", "42\n-1\n@x: 6\n")]
    [InlineData("static __attribute__((noinline)) int twice(int x) { return 2 * x; } int f(int v) { return twice(v) + twice(v + 1); }", "print(f(5));", "22\n")]
    [InlineData("_Bool big(unsigned long long v) { return v > 100; } signed char neg(signed char c) { return -c; }",
        "print(big(5)); print(big(500)); print(neg(5)); print(neg(-7));", "false\ntrue\n-5\n7\n")]
    [InlineData("void set(long *p) { *p = 77; } char second(const char *s) { return s[1]; }", "$x = (int64)1; set(&$x); print($x); $s = \"abc\"; print(second(&$s));", "77\n98\n")]
    [InlineData("static int n; static const int t[4] = { 10, 20, 30, 40 }; int next(void) { return t[n++ & 3]; }", "print(next()); print(next());", "10\n20\n")]
    [InlineData("static unsigned long long (*pid_tgid)(void) = (void *)14; int mine(void) { return pid_tgid() >> 32; }", "print(mine() == pid);", "true\n")]
    [InlineData("static void *(*lookup)(void *, const void *) = (void *)1; long value_of(void *map, int k) { long key = k; long *v = lookup(map, &key); return v ? *v : -1; }",
        "@m[(int64)1] = (int64)50; print(value_of((void *)&@m, 1)); print(value_of((void *)&@m, 2)); clear(@m);", "50\n-1\n")]
    public void Runs(string c, string statements, string expected) =>
        Assert.Equal(expected + "\n\n", Trace.Text(Script(c, statements)));

    [RequiresClangFact]
    public void Mistakes_in_C_are_told_there()
    {
        Diagnostic error = Error("int f(int x) {\n  return y + x;\n}\n", "print(f(1));");
        Assert.Equal((DiagnosticIds.ImportedC, "use of undeclared identifier 'y'"), (error.Id, error.Message));
        Assert.EndsWith("f.bpf.c:2:10-11", error.Location.ToString(), StringComparison.Ordinal);
    }

    [RequiresClangTheory]
    [InlineData("extern int ext(int); int f(int x) { return ext(x); }", "function 'ext' is called, and no imported file defines it")]
    [InlineData("int f(int n) { return n <= 1 ? 1 : f(n - 1) + f(n - 2); }", "function 'f' calls itself")]
    [InlineData("struct { int (*type)[1]; } m __attribute__((section(\".maps\"))); int f(int n) { return &m == (void *)(long)n; }", "it has a map of its own ('m')")]
    public void What_cannot_be_linked_is_told_at_the_import(string c, string reason)
    {
        Diagnostic error = Error(c, "print(f(1));");
        Assert.Equal(DiagnosticIds.ImportCode, error.Id);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        Assert.Equal(0, error.Location!.Value.Span.Start);
    }
}
