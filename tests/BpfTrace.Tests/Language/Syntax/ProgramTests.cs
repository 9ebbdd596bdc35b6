using BpfTrace.Language.Syntax;

namespace BpfTrace.Tests.Language.Syntax;

public class ProgramTests
{
    private const string Everything =
        """
        #!/usr/bin/env bpftrace
        /* a tool */
        #include <linux/fs.h>
        #define LONG 1 + \
                     2
        struct pair { int a; struct { int b; } c; } __attribute__((packed))
        enum { A = 1, /* } */ B }; union u { int x; };
        config = { max_map_keys = 10; str_trunc_trailer = "…"; lazy_symbolication = true; stack_mode = perf }
        import "stdlib/x.bt";
        import "y.bt";
        let @m = lruhash(1_000);
        macro add($v, @m, e) { $v += e; $v }
        fn twice($a : int64, $p : struct pair *) : uint32 { return 2; }
        BEGIN { exit(); };
        tracepoint:a:b, kprobe:c / pid == 1 / { @x = 1 }
        """;

    [Fact]
    public void Every_part_of_a_program_is_found()
    {
        ProgramSyntax program = ParseAssert.Program(Everything);
        Assert.Equal("#!/usr/bin/env bpftrace\n", program.Header);
        Assert.Equal(
            [
                "#include <linux/fs.h>",
                "#define LONG 1 + \\\n             2",
                "struct pair { int a; struct { int b; } c; } __attribute__((packed));",
                "enum { A = 1, /* } */ B };",
                "union u { int x; };",
            ],
            program.CDefinitions.Select(static definition => definition.Text));
        Assert.Equal(2, program.CDefinitions.Count(static definition => definition.Kind == CDefinitionKind.Preprocessor));
        Assert.Equal(
            ["max_map_keys = 10", "str_trunc_trailer = \"\\xe2\\x80\\xa6\"", "lazy_symbolication = true", "stack_mode = perf"],
            program.Config!.Entries.Select(static entry => $"{entry.Key} = {SyntaxPrinter.Print(entry.Value)}"));
        Assert.Equal(["stdlib/x.bt", "y.bt"], program.Imports.Select(static import => import.Path));
        MapDeclarationSyntax map = Assert.Single(program.MapDeclarations);
        Assert.Equal(("@m", "lruhash", 1000UL), (map.Name, map.MapType, map.MaxEntries));
        Assert.Equal(["BEGIN", "tracepoint:a:b,kprobe:c"], program.Probes.Select(static probe => string.Join(',', probe.AttachPoints.Select(static a => a.Text))));
    }

    [Fact]
    public void A_macro_ends_in_a_value_and_a_subprogram_has_types()
    {
        ProgramSyntax program = ParseAssert.Program(Everything);
        MacroSyntax macro = Assert.Single(program.Macros);
        Assert.Equal("add", macro.Name);
        Assert.IsType<VariableExpressionSyntax>(macro.Parameters[0]);
        Assert.IsType<MapExpressionSyntax>(macro.Parameters[1]);
        Assert.IsType<IdentifierExpressionSyntax>(macro.Parameters[2]);
        Assert.Equal("$v", Assert.IsType<VariableExpressionSyntax>(macro.Body.Value).Name);
        SubprogramSyntax subprogram = Assert.Single(program.Subprograms);
        Assert.Equal("struct pair*", SyntaxPrinter.Print(subprogram.Parameters[1].Type));
        Assert.Equal("uint32", SyntaxPrinter.Print(subprogram.ReturnType));
    }

    [Theory]
    [InlineData("")]
    [InlineData(" \n\t// nothing\n/* at all */")]
    [InlineData("#!/usr/bin/bpftrace")]
    public void A_text_without_a_probe_is_a_program(string text) => Assert.Empty(ParseAssert.Program(text).Members);

    [Fact]
    public void A_script_of_the_old_dialect_parses()
    {
        ProgramSyntax program = ParseAssert.Program(
            """
            BEGIN { printf("Tracing... Hit Ctrl-C to end.\n"); }
            kfunc:vfs_open, kretfunc:vfs_read { @start[tid, args->path] = nsecs; }
            kprobe:f /@start[tid]/ {
                if (arg0 == 1) { delete(@start[tid]); } else { @n++ }
                ++@n;
                unroll($1) { @x[0]--; }
                while ($i < 5) { $i++; if ($i > 3) { break; } continue }
                printf("%s\n", str(((struct filename *)arg1)->name));
                return
            }
            END { clear(@start) }
            """);
        Assert.Equal(4, program.Probes.Count());
        Assert.Equal(6, program.Probes.ElementAt(2).Body.Statements.Length);
    }

    [Theory]
    [InlineData("struct:probe { }", "struct:probe")]
    [InlineData("enumx { }", "enumx")]
    public void An_attach_point_may_begin_like_a_definition(string text, string attachPoint) =>
        Assert.Equal(attachPoint, Assert.Single(Assert.Single(ParseAssert.Program(text).Probes).AttachPoints).Text);
}
