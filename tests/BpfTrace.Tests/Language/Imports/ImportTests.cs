using BpfTrace.Language.Binding;
using BpfTrace.Language.Diagnostics;
using BpfTrace.Language.Imports;
using BpfTrace.Language.Parsing;
using BpfTrace.Language.Syntax;
using BpfTrace.Language.Text;
using BpfTrace.Tests.Language.Binding;

namespace BpfTrace.Tests.Language.Imports;

public class ImportTests
{
    private readonly MemoryFiles _files = new();

    private ImportResult Resolve(string script, string? name = "dir/main.bt", params string[] searchPaths)
    {
        var source = name is null ? new SourceText(script) : new SourceText(script, name) { IsFile = true };
        ParseResult parsed = Parser.Parse(source);
        Assert.True(parsed.Success);
        return ImportResolver.Resolve(parsed.Root, _files, searchPaths);
    }

    private ProgramSyntax Merged(string script, params string[] searchPaths)
    {
        ImportResult result = Resolve(script, searchPaths: searchPaths);
        Assert.True(result.Diagnostics.IsEmpty, DiagnosticRenderer.Render(result.Diagnostics));
        return result.Program;
    }

    private static string Attached(ProgramSyntax program) =>
        string.Join(' ', program.Probes.Select(static probe => probe.AttachPoints[0].Text));

    private Diagnostic Refused(string script, string? name = "dir/main.bt") =>
        Assert.Single(Resolve(script, name).Diagnostics, static d => d.IsError);

    [Fact]
    public void Imported_parts_come_before_the_importing_scripts_in_the_order_of_dependence()
    {
        _files["dir/a.bt"] = "#!/usr/bin/bpftrace\nimport \"b.bt\";\nlet @a = hash(1); interval:s:2 { }";
        _files["dir/b.bt"] = "#define B 1\nmacro b() { B }\ninterval:s:1 { }";
        ProgramSyntax program = Merged("#define MAIN 1\nimport \"a.bt\"; interval:s:3 { b(); }");
        Assert.Equal("interval:s:1 interval:s:2 interval:s:3", Attached(program));
        Assert.Equal(["#define B 1", "#define MAIN 1"], program.CDefinitions.Select(static d => d.Text));
        Assert.Equal("b", Assert.Single(program.Macros).Name);
        Assert.Equal("@a", Assert.Single(program.MapDeclarations).Name);
        Assert.Empty(program.Imports);
    }

    [Fact]
    public void A_script_without_imports_stays_as_it_is()
    {
        ProgramSyntax program = ParseOnly("begin { important(); }");
        Assert.False(ImportResolver.HasImports(program));
        Assert.Same(program, ImportResolver.Resolve(program, _files, []).Program);
    }

    private static ProgramSyntax ParseOnly(string text) => Parser.Parse(new SourceText(text)).Root;

    [Fact]
    public void Circles_and_second_imports_read_a_file_once()
    {
        _files["dir/main.bt"] = "import \"a.bt\"; interval:s:3 { }";
        _files["dir/a.bt"] = "import \"main.bt\"; import \"sub/b.bt\"; interval:s:2 { }";
        _files["dir/sub/b.bt"] = "import \"../a.bt\"; import \"./b.bt\"; interval:s:1 { }";
        ProgramSyntax program = Merged("import \"a.bt\"; import \"sub/../a.bt\"; import \"sub/b.bt\"; interval:s:3 { }");
        Assert.Equal("interval:s:1 interval:s:2 interval:s:3", Attached(program));
        Assert.Equal(["dir/a.bt", "dir/sub/b.bt"], _files.Reads.Distinct());
        Assert.Equal(2, _files.Reads.Count);
    }

    [Fact]
    public void A_long_chain_ends_in_an_error()
    {
        for (int i = 0; i < 100; i++)
            _files[$"dir/a{i}.bt"] = $"import \"a{i + 1}.bt\";";
        Diagnostic error = Refused("import \"a0.bt\"; begin { }");
        Assert.Equal((DiagnosticIds.NestingTooDeep, "dir/a63.bt:1:1-16"), (error.Id, error.Location.ToString()));
    }

    [Fact]
    public void A_name_is_looked_for_beside_the_importing_script_then_beside_the_first_then_in_the_search_paths()
    {
        _files["dir/lib/a.bt"] = "import \"x.bt\"; import \"y.bt\"; import \"z.bt\";";
        _files["dir/lib/x.bt"] = "interval:s:1 { }";
        _files["dir/x.bt"] = "interval:s:9 { }";
        _files["dir/y.bt"] = "interval:s:2 { }";
        _files["far/y.bt"] = "interval:s:9 { }";
        _files["far/z.bt"] = "interval:s:3 { }";
        Assert.Equal("interval:s:1 interval:s:2 interval:s:3", Attached(Merged("import \"lib/a.bt\";", "near", "far")));
    }

    [Fact]
    public void A_script_without_a_file_looks_in_the_working_directory()
    {
        _files["a.bt"] = "interval:s:1 { }";
        Assert.Equal("interval:s:1", Attached(Resolve("import \"a.bt\";", name: null).Program));

        _files["there/a.bt"] = "interval:s:2 { }";
        ImportResult there = ImportResolver.Resolve(ParseOnly("import \"a.bt\";"), _files, [], "there");
        Assert.Equal("interval:s:2", Attached(there.Program));
    }

    [Fact]
    public void A_directory_gives_what_it_holds_itself()
    {
        _files["dir/lib/b.bt"] = "interval:s:2 { }";
        _files["dir/lib/a.bt"] = "interval:s:1 { }";
        _files["dir/lib/notes.txt"] = "no script";
        _files["dir/lib/sub/c.bt"] = "interval:s:9 { }";
        _files["dir/lib/t.h"] = "struct t { int x; };";
        ProgramSyntax program = Merged("import \"lib\";");
        Assert.Equal("interval:s:1 interval:s:2", Attached(program));
        Assert.Equal(CDefinitionKind.Header, Assert.Single(program.CDefinitions).Kind);
    }

    [Fact]
    public void Types_and_constants_of_a_header_are_the_scripts()
    {
        _files["dir/t.h"] =
            """
            /* struct no { int x; }; */
            #ifndef T_H
            #define T_H
            #define LIMIT 7 // not more
            static inline int f(int x) { return x; }
            struct pair { int a; long b; };
            typedef struct pair pair_t;
            extern int g(void);
            #endif
            """;
        ProgramSyntax program = Merged("import \"t.h\"; begin { print(sizeof(struct pair)); print(LIMIT); }");
        BindResult bound = Binder.Bind(program, program.Source, new FakeKernelCatalog(), new BindOptions());
        Assert.True(bound.Program is not null, DiagnosticRenderer.Render(bound.Diagnostics));
        string text = BoundProgramText.Of(Assert.Single(bound.Program.Probes));
        Assert.Contains("16", text, StringComparison.Ordinal);
        Assert.Contains("7", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Sources_and_objects_are_handed_on()
    {
        _files["dir/f.bpf.c"] = "int f() { return 1; }";
        _files["dir/g.bpf.o"] = "ELF";
        ProgramSyntax program = Merged("import \"f.bpf.c\"; import \"g.bpf.o\"; begin { }");
        Assert.Equal([(ImportedFileKind.CSource, "dir/f.bpf.c"), (ImportedFileKind.Object, "dir/g.bpf.o")], program.ImportedFiles.Select(static f => (f.Kind, f.Path)));
        Assert.Equal("int f() { return 1; }", program.ImportedFiles[0].Source!.Text);
        Assert.Equal(new TextSpan(0, 16), program.ImportedFiles[0].Import.Span);
    }

    [Fact]
    public void A_diagnostic_points_into_the_imported_file_and_at_the_use()
    {
        _files["dir/a.bt"] = "macro a()\n{\n  $missing + 1\n}";
        ProgramSyntax program = Merged("import \"a.bt\";\nbegin { print(a()); }");
        BindResult bound = Binder.Bind(program, program.Source, new FakeKernelCatalog(), new BindOptions());
        Diagnostic error = Assert.Single(bound.Diagnostics, static d => d.IsError);
        Assert.Equal("dir/a.bt:3:3-11", error.Location.ToString());
        Assert.Equal("dir/main.bt:2:15-18", Assert.Single(error.Notes).Location.ToString());
        Assert.Contains("  $missing + 1\n  ~~~~~~~~\n", DiagnosticRenderer.Render(error), StringComparison.Ordinal);
    }

    [Fact]
    public void A_syntax_error_is_in_the_imported_file()
    {
        _files["dir/a.bt"] = "begin {\n  print(1 2);\n}";
        Diagnostic error = Refused("import \"a.bt\"; begin { }");
        Assert.Equal("dir/a.bt:2:11-12", error.Location.ToString());
        Assert.Equal("syntax: expected ')'", error.Message);
    }

    [Theory]
    [InlineData("nowhere.bt", DiagnosticIds.ImportNotFound, "Unable to find suitable path for import")]
    [InlineData("locked.bt", DiagnosticIds.ImportUnreadable, "error reading import '\"dir/locked.bt\"': Permission denied")]
    [InlineData("notes.txt", DiagnosticIds.ImportType, "unknown import type: \"notes.txt\"")]
    public void What_cannot_be_imported_is_an_error_at_the_import(string path, string id, string message)
    {
        _files["dir/locked.bt"] = "unreadable";
        _files["dir/notes.txt"] = "x";
        Diagnostic error = Refused($"begin {{ }}".Insert(0, $"import \"{path}\"; "));
        Assert.Equal((id, message), (error.Id, error.Message));
        Assert.Equal("dir/main.bt:1:1-" + (path.Length + 10), error.Location.ToString());
    }

    [Fact]
    public void Where_a_missing_import_was_looked_for_is_said()
    {
        _files["far/x"] = "";
        ImportResult result = Resolve("import \"stdlib/strngs\"; begin { }", searchPaths: ["far"]);
        Assert.Equal(["checked: dir/stdlib/strngs,far/stdlib/strngs", "similar to builtins: stdlib/strings"], Assert.Single(result.Diagnostics).Hints.AsEnumerable());
    }

    [Fact]
    public void What_everybody_can_write_is_not_imported()
    {
        _files["dir/open/a.bt"] = "";
        _files["dir/lib/b.bt"] = "";
        _files.MakeWritableByAll("dir/open");
        _files.MakeWritableByAll("dir/lib/b.bt");
        ImportResult directory = Resolve("import \"open/a.bt\"; begin { }");
        Assert.Equal("skipping due to global write permissions: \"dir/open/a.bt\"", Assert.Single(directory.Diagnostics, static d => !d.IsError).Message);
        Assert.Equal(DiagnosticIds.ImportNotFound, Assert.Single(directory.Diagnostics, static d => d.IsError).Id);
        Diagnostic file = Refused("import \"lib\"; begin { }");
        Assert.Equal((DiagnosticIds.ImportWritableByAll, "cowardly refusing to import from a directory with global write permissions: \"dir/lib/b.bt\""), (file.Id, file.Message));
        Assert.Empty(_files.Reads);
    }

    [Fact]
    public void Configuration_is_the_first_scripts_alone()
    {
        _files["dir/a.bt"] = "config = { max_strlen = 5 }";
        _files["dir/b.bt"] = "config = { }";
        Diagnostic error = Refused("import \"b.bt\"; import \"a.bt\"; begin { }");
        Assert.Equal((DiagnosticIds.ConfigInImport, "invalid `config` within import"), (error.Id, error.Message));
        Assert.Equal("dir/a.bt:1:1-28", error.Location.ToString());
    }

    [Theory]
    [InlineData("stdlib")]
    [InlineData("stdlib/strings")]
    [InlineData("stdlib/base.bt")]
    public void The_library_is_there_already(string module)
    {
        ProgramSyntax program = Merged($"import \"{module}\"; begin {{ }}");
        Assert.Single(program.Members);
    }

    [Fact]
    public void A_directory_of_that_name_comes_before_the_library()
    {
        _files["dir/stdlib/mine.bt"] = "macro mine() { 1 }";
        Assert.Equal("mine", Assert.Single(Merged("import \"stdlib\"; begin { }").Macros).Name);
    }

    [Fact]
    public void An_import_in_a_block_is_for_headers_and_sources_and_needs_permission()
    {
        _files["dir/a.bt"] = "";
        _files["dir/t.h"] = "struct t { int x; };";
        Assert.Equal(DiagnosticIds.StatementImport, Refused("begin { import \"a.bt\"; }").Id);

        ProgramSyntax refused = Merged("begin { import \"t.h\"; }");
        BindResult bound = Binder.Bind(refused, refused.Source, new FakeKernelCatalog(), new BindOptions());
        Assert.Equal(DiagnosticIds.UnstableFeature, Assert.Single(bound.Diagnostics, static d => d.IsError).Id);

        ProgramSyntax allowed = Merged("config = { unstable_import_statement = enable } begin { import \"t.h\"; print(sizeof(struct t)); }");
        Assert.Empty(Binder.Bind(allowed, allowed.Source, new FakeKernelCatalog(), new BindOptions()).Diagnostics);
    }
}
