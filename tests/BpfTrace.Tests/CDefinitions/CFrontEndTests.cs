using BpfTrace.Compiler.Clang;
using BpfTrace.Language.Binding;
using BpfTrace.Language.CDefinitions;
using BpfTrace.Language.Diagnostics;
using BpfTrace.Tests.Language.Binding;

namespace BpfTrace.Tests.CDefinitions;

/// <summary>C that libclang reads: headers, conditions, what C defines of layouts and constants.</summary>
public sealed class CFrontEndTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("bpftrace-c-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private static BindResult Bind(string script, BindOptions? options = null) => BindHelper.Bind(
        script, (options ?? new BindOptions()) with { CFrontEnd = new ClangFrontEnd() }, new FakeKernelCatalog(BindHelper.KernelTypes));

    /// <summary>The constants a script assigns to @a, @b, … in this order.</summary>
    private static long[] Values(string definitions, params string[] expressions) => Values(definitions, null, expressions);

    private static long[] Values(string definitions, BindOptions? options, params string[] expressions)
    {
        string body = string.Concat(expressions.Select(static (e, i) => $"@m{i} = (int64)({e});\n"));
        BindResult bound = Bind(definitions + "\nbegin {\n" + body + "}", options);
        Assert.True(bound.Success, DiagnosticRenderer.Render(bound.Diagnostics));
        return [.. bound.Program!.Probes[0].Body.Statements.OfType<BoundAssignMap>().Select(static s => ConstantOf(s.Value))];
    }

    private static long ConstantOf(BoundExpression value) => value switch
    {
        BoundConversion conversion => ConstantOf(conversion.Operand),
        BoundConstant constant => constant.Value,
        _ => throw new Xunit.Sdk.XunitException($"no constant: {value}"),
    };

    [Fact]
    public void LayoutsAreTheCompilers()
    {
        const string Definitions = """
            #include <stdint.h>
            #include <stddef.h>
            struct inner { int a:3; int b:7; union { char c[4]; uint32_t d; }; };
            struct __attribute__((packed)) tight { char c; uint64_t x; };
            struct outer { char c; struct inner i[2]; size_t n; struct tight t; void *p; struct { short s; } named; }
            """;
        Assert.Equal(
            [8, 9, 64, 4, 24, 32, 48, 56, 1, 4],
            Values(Definitions,
                "sizeof(struct inner)", "sizeof(struct tight)", "sizeof(struct outer)", "offsetof(struct outer, i)", "offsetof(struct outer, n)", "offsetof(struct outer, t)",
                "offsetof(struct outer, p)", "offsetof(struct outer, named)", "offsetof(struct tight, x)", "offsetof(struct inner, d)"));
    }

    [Theory]
    [InlineData("struct S { char a; int b __attribute__((packed)); }", 5)]
    [InlineData("struct S { char a; char b __attribute__((aligned(8))); }", 16)]
    [InlineData("struct S { char a; } __attribute__((aligned(16)));", 16)]
    [InlineData("struct __attribute__((aligned(32))) S { char a; }", 32)]
    [InlineData("struct S { enum { A } __attribute__((packed)) e; char c; }", 2)]
    public void AttributesThatPlaceMembersAreFollowed(string definition, long size) => Assert.Equal([size], Values(definition, "sizeof(struct S)"));

    [Theory]
    [InlineData("struct S { int a; }; struct S { long b; };", "redefinition of 'S'")]
    [InlineData("struct S { int a; }; struct T { struct S { long b; } s; };", "redefinition of 'S'")]
    [InlineData("enum E { A, B }; enum F { C, B };", "redefinition of enumerator 'B'")]
    public void ATypeIsDefinedOnce(string definitions, string message)
    {
        string text = DiagnosticRenderer.Render(Bind(definitions + "\nbegin { $x = 1; }").Diagnostics);
        Assert.Contains("ERROR: C definition error: " + message, text, StringComparison.Ordinal);
    }

    [Fact]
    public void ConstantsOfHeadersAreCs()
    {
        // Casts, sizeof, shifts of unsigned longs and token pasting are C's business.
        File.WriteAllText(Path.Combine(_directory, "own.h"), """
            #define PASTE(a, b) a##b
            #define BIG PASTE(1, UL) << 40
            #define WIDTH (sizeof(long) * 8)
            #define MASK (~(unsigned int)0xf)
            enum own { OWN_A = 3, OWN_B };
            #define OWN_C (OWN_B + 1)
            """);
        var options = new BindOptions { IncludePaths = [_directory] };
        Assert.Equal([1L << 40, 64, 0xfffffff0, 4, 5], Values("#include \"own.h\"", options, "BIG", "WIDTH", "MASK", "(uint64)OWN_B", "OWN_C"));

        // The same through --include.
        Assert.Equal([64], Values("", new BindOptions { Includes = [Path.Combine(_directory, "own.h")] }, "WIDTH"));
    }

    [Fact]
    public void QuotedHeadersAreBesideTheScript()
    {
        File.WriteAllText(Path.Combine(_directory, "beside.h"), "#define BESIDE 11\n");
        string script = Path.Combine(_directory, "a.bt");
        File.WriteAllText(script, "#include \"beside.h\"\nbegin { @ = BESIDE; }");
        var source = BpfTrace.Language.Text.SourceText.FromFile(script);
        BindResult bound = Binder.Bind(
            BpfTrace.Language.Parsing.Parser.Parse(source).Root, source, new FakeKernelCatalog(BindHelper.KernelTypes), new BindOptions { CFrontEnd = new ClangFrontEnd() });
        Assert.True(bound.Success, DiagnosticRenderer.Render(bound.Diagnostics));

        // One that is nowhere: what is missed for it says where it was looked for; one that was asked for from outside has to be there.
        Diagnostic unknown = Assert.Single(Bind("#include \"nowhere.h\"\nbegin { @ = NOWHERE; }").Diagnostics, static d => d.Id == DiagnosticIds.UnknownIdentifier);
        Assert.Contains("\"nowhere.h\". Headers of your own", unknown.Hints[0], StringComparison.Ordinal);
        Assert.False(Bind("begin { }", new BindOptions { Includes = ["nowhere.h"] }).Success);
    }

    [Fact]
    public void ConditionsAndDefines()
    {
        const string Definitions = """
            #include <stdint.h>
            #if defined(LEVEL) && LEVEL > 2
            #define CHOSEN 1
            #else
            #define CHOSEN 2
            #endif
            #ifdef BPFTRACE_HAVE_BTF
            #define TYPES 1
            #else
            #define TYPES 0
            #endif
            """;
        long types = BindHelper.KernelTypes is null ? 0 : 1;
        Assert.Equal([2, types], Values(Definitions, "CHOSEN", "TYPES"));
        Assert.Equal([1, types], Values(Definitions, new BindOptions { Defines = ["LEVEL=3"] }, "CHOSEN", "TYPES"));
        Assert.Equal([7], Values("", new BindOptions { Defines = ["N=7"] }, "N"));
    }

    [Fact]
    public void MacrosExpandToExpressions()
    {
        Assert.Equal([3, 42, 9], Values(
            "#include <stdint.h>\n#define ADD(a, b) ((a) + (b)) /* sum */\n#define TWICE(x) ADD(x, x)\n#define N 4 // four\n#define M \\\n  (N + 5)",
            "ADD(1, 2)", "TWICE(21)", "M"));
    }

    [Fact]
    public void AMacroOfItsOwnNameLeavesTheEnumerator() =>
        Assert.Equal([3, 3], Values("enum e { A = 3 };\n#define A A\n#define B (A)", "A", "B"));

    [Theory]
    [InlineData("#define A B\n#define B A\nbegin { @ = «A»; }", "RecursiveMacro", "Macro recursion: A->B->A")]
    [InlineData("#define F(x) F(x)\nbegin { @ = «F(1)»; }", "RecursiveMacro", "Macro recursion: F->F")]
    [InlineData("#define A if (1)\nbegin { @ = «A»; }", "CDefinition", "unable to expand macro as an expression: if (1)")]
    [InlineData("#define F(x, y) x\nbegin { @ = «F(1)»; }", "ArgumentCount", "macro F() takes 2 arguments (1 provided)")]
    [InlineData("#define A nope\nbegin { @ = «A»; }", "UnknownIdentifier", "Unknown identifier: 'nope'")]
    public void WrongMacrosAreWrongWhereTheyAreUsed(string marked, string id, string message) =>
        BindHelper.AssertDiagnostic(marked, DiagnosticSeverity.Error, id, message);

    [Fact]
    public void AMacroOfTheScriptSeesTheProbe() =>
        Assert.True(Bind("#define WHO comm\n#define IS(x) (WHO == x)\nbegin { if (IS(\"a\")) { @ = WHO; } }").Success);

    [Fact]
    public void ClangsErrorsAreInTheScript()
    {
        BindResult bound = Bind("#include <stdint.h>\nstruct S {\n  int a\n  nonsense_t b;\n};\nbegin { }");
        Diagnostic error = Assert.Single(bound.Diagnostics, static d => d.IsError && d.Message.Contains("expected ';'", StringComparison.Ordinal));
        Assert.Equal(DiagnosticIds.CDefinition, error.Id);
        Assert.Equal(3, error.Location!.Value.Start.Line);
    }

    [Fact]
    public void AHeaderThatIsNotThereIsAWarningOnce()
    {
        if (BindHelper.KernelTypes is null)
            return; // there it is the error it has to be
        BindResult bound = Bind("#include <stdint.h>\n#include <no/such.h>\n#include <no/such.h>\n#define ONE 3\n#define MASKED ((ONE) & 1)\nbegin { @ = EPROTO + S_ISREG(0x8000) + MAJOR(0x100000) + MASKED; @t = ((struct task_struct *)curtask)->pid; }");
        Assert.True(bound.Success, DiagnosticRenderer.Render(bound.Diagnostics));
        Diagnostic warning = Assert.Single(bound.Diagnostics, static d => d.Id == DiagnosticIds.HeaderSkipped);
        Assert.Equal(2, warning.Location!.Value.Start.Line);

        // What then stays unknown is an error that says where it may be from.
        BindResult unknown = Bind("#include <no/such.h>\nbegin { @ = NO_SUCH_CONSTANT; }");
        Assert.Contains("<no/such.h>", Assert.Single(unknown.Diagnostics, static d => d.IsError).Hints[0], StringComparison.Ordinal);
    }

    [Fact]
    public void MembersOfKernelTypesNeedNoHeader()
    {
        if (BindHelper.KernelTypes is null)
            return;
        BoundProgram program = Bind("#include <no/such.h>\nstruct S { struct list_head l; dev_t dev; u64 z; char name[TASK_COMM_LEN]; pid_t *p; }\nbegin { @ = offsetof(struct S, z); @s = sizeof(struct S); @n = ((struct S *)1)->l.next; }").Program!;
        long[] values = [.. program.Probes[0].Body.Statements.OfType<BoundAssignMap>().Take(2).Select(static s => ConstantOf(s.Value))];
        Assert.Equal([24, 56], values);
        Assert.Equal("struct list_head *", program.Maps.Single(static m => m.Name == "@n").ValueType.DisplayName);
    }

    [Theory]
    [InlineData("struct S { int a:99; };", "exceeds the width of its type")]
    [InlineData("struct S { int a[-1]; };", "negative size")]
    [InlineData("struct S { char a[99999999999]; };", "array is too large")]
    [InlineData("struct S { char a[60000000]; char b[60000000]; };", "structure is too large")]
    public void ImpossibleSizesAreRefused(string definition, string message)
    {
        Assert.Contains(message, Assert.Single(BindHelper.Bind(definition + " begin { }").Diagnostics, static d => d.IsError).Message, StringComparison.Ordinal);

        // clang has the last word where it is there.
        Assert.All(Bind(definition + " begin { }").Diagnostics, static d => Assert.NotNull(d.Location));
    }

    [Fact]
    public void DepthHasALimit()
    {
        string nested = string.Concat(Enumerable.Repeat("struct {", 50_000)) + string.Concat(Enumerable.Repeat("} a;", 50_000));
        Assert.False(Bind("struct S { " + nested + " }; begin { }").Success);
        Assert.False(BindHelper.Bind("struct S { int a" + string.Concat(Enumerable.Repeat("[1]", 50_000)) + "; }; begin { }").Success);
        string chain = string.Concat(Enumerable.Range(0, 5_000).Select(static i => $"#define M{i} (M{i + 1})\n")) + "#define M5000 1\n";
        Assert.StartsWith("Macro recursion", Assert.Single(BindHelper.Bind(chain + "begin { @ = M0; }").Diagnostics, static d => d.IsError).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void MutatedDefinitionsAreReadOrRefusedAtAPlace()
    {
        const string Text = "#include <stdint.h>\n#define ADD(a, b) ((a) + (b))\n#if defined(X) || 1\nstruct __attribute__((packed)) S { uint32_t a:3; union { char c[4]; struct list_head l; }; int (*f)(int); enum e { A = 1, B } e; };\n#endif\nbegin { @ = ADD(1, sizeof(struct S)); }\n";
        const string Pieces = "{}()[];:,*#\\\"'/&|=<>0aS \n";
        var random = new Random(17);
        for (int i = 0; i < 150; i++)
        {
            var text = new System.Text.StringBuilder(Text);
            for (int n = random.Next(1, 5); n > 0; n--)
            {
                int at = random.Next(text.Length - 20);
                switch (random.Next(3))
                {
                    case 0:
                        text.Remove(at, random.Next(1, 12));
                        break;
                    case 1:
                        text.Insert(at, Pieces[random.Next(Pieces.Length)]);
                        break;
                    default:
                        text.Insert(at, text.ToString(random.Next(text.Length / 2), random.Next(1, 30)));
                        break;
                }
            }

            var source = new BpfTrace.Language.Text.SourceText(text.ToString());
            BpfTrace.Language.Parsing.ParseResult parsed = BpfTrace.Language.Parsing.Parser.Parse(source);
            if (!parsed.Success)
                continue;
            BindResult bound = Binder.Bind(parsed.Root, source, new FakeKernelCatalog(BindHelper.KernelTypes), new BindOptions { CFrontEnd = new ClangFrontEnd() });
            Assert.True(bound.Success || bound.Diagnostics.Any(static d => d.IsError && d.Location is not null), text.ToString());
        }
    }

    [Fact]
    public void AMemberArrayDecaysToItsAddress()
    {
        if (BindHelper.KernelTypes is null)
            return;
        BoundProgram program = Bind("kprobe:vfs_read { $s = (struct sk_buff *)arg0; @ = (struct list_head *)$s->cb; }").Program!;
        Assert.Equal("struct list_head *", program.Maps[0].ValueType.DisplayName);
    }

    [Fact]
    public void ARedefinitionOfAKernelTypeHasToBeComplete()
    {
        if (BindHelper.KernelTypes is null)
            return;
        BindResult bound = Bind("struct task_struct { struct thread_info x; } begin { printf(\"%d\\n\", curtask.x.status); }");
        Diagnostic error = Assert.Single(bound.Diagnostics, static d => d.IsError);
        Assert.Equal("C definition error: field has incomplete type 'struct thread_info'", error.Message);
        Assert.Equal(2, error.Hints.Length);
        Assert.True(Bind("struct task_struct { int x; } begin { printf(\"%d\\n\", curtask.x); }").Success);
    }

    [Fact]
    public void WithoutAFrontEndTheScriptGoesOnAndIsToldOnce()
    {
        var options = new BindOptions { CFrontEnd = new NoFrontEnd() };
        BindResult bound = BindHelper.Bind("#include <linux/a.h>\n#include <linux/b.h>\nbegin { @ = ENOENT; }", options);
        Assert.True(bound.Success);
        Diagnostic warning = Assert.Single(bound.Diagnostics);
        Assert.Equal((DiagnosticIds.HeaderSkipped, "install it"), (warning.Id, warning.Hints[0]));
        Assert.Equal("install it", BindHelper.Bind("#include <linux/a.h>\nbegin { @ = NOT_KNOWN; }", options).Diagnostics.Single(static d => d.IsError).Hints[0]);

        // What stands for itself does not ask.
        Assert.True(BindHelper.Bind("#define N 1\n#ifndef BPFTRACE_HAVE_BTF\nstruct S { int x; };\n#endif\nbegin { @ = N; }", new BindOptions { CFrontEnd = new FailingFrontEnd() }).Success);
    }

    private sealed class NoFrontEnd : ICFrontEnd
    {
        public string? WhyMissing => "install it";

        public ICUnit Parse(CInput input, IKernelTypeNames types) => throw new InvalidOperationException();
    }

    private sealed class FailingFrontEnd : ICFrontEnd
    {
        public string? WhyMissing => throw new InvalidOperationException("asked");

        public ICUnit Parse(CInput input, IKernelTypeNames types) => throw new InvalidOperationException();
    }
}
