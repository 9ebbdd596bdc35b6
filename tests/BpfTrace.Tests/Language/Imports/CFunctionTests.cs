using System.Collections.Immutable;
using BpfTrace.Language.Binding;
using BpfTrace.Language.CDefinitions;
using BpfTrace.Language.Diagnostics;
using BpfTrace.Language.Imports;
using BpfTrace.Language.Parsing;
using BpfTrace.Language.Symbols;
using BpfTrace.Language.Text;
using BpfTrace.Tests.Language.Binding;

namespace BpfTrace.Tests.Language.Imports;

/// <summary>Calls of C functions, with a compiler that is none.</summary>
public class CFunctionTests
{
    private static readonly CFunctionSymbol s_add = new("add", [new CParameter("a", IntegerType.Int32), new CParameter("b", IntegerType.UInt64)], IntegerType.Int32);
    private static readonly CFunctionSymbol s_fill = new("fill", [new CParameter("p", new PointerType(IntegerType.Int64, AddressSpace.None))], BpfType.Void);
    private static readonly CFunctionSymbol s_hidden = new("hidden", [], IntegerType.Int32) { WhyNot = "it is static" };

    private sealed class FakeCompiler(CCodeResult result) : ICCodeCompiler
    {
        public List<string> Compiled { get; } = [];

        public CCodeResult Compile(string path, SourceText source, ImmutableArray<string> includePaths, ImmutableArray<string> defines)
        {
            Compiled.Add($"{path}|{source.Text}|{string.Join(',', includePaths)}|{string.Join(',', defines)}");
            return result;
        }
    }

    private static BindResult Bind(string body, CCodeResult? result, out FakeCompiler? compiler)
    {
        var files = new MemoryFiles { ["dir/f.bpf.c"] = "int add;\nx\n" };
        ParseResult parsed = Parser.Parse(new SourceText($"import \"f.bpf.c\"; begin {{ {body} }}", "dir/main.bt") { IsFile = true });
        ImportResult imported = ImportResolver.Resolve(parsed.Root, files, []);
        compiler = result is null ? null : new FakeCompiler(result);
        return Binder.Bind(
            imported.Program, imported.Program.Source, new FakeKernelCatalog(), new BindOptions { CCodeCompiler = compiler, IncludePaths = ["inc"], Defines = ["D=1"] });
    }

    private static CCodeResult Code(params CDiagnostic[] diagnostics) =>
        new([s_add, s_fill, s_hidden], new byte[] { 1 }, [.. diagnostics]);

    private static Diagnostic Error(string body, CCodeResult? result) =>
        Assert.Single(Bind(body, result, out _).Diagnostics, static d => d.IsError);

    [Fact]
    public void Arguments_take_the_parameters_types()
    {
        BindResult bound = Bind("$x = (int64)5; fill(&$x); $y = add(1, cgroup);", Code(), out FakeCompiler? compiler);
        Assert.True(bound.Program is not null, DiagnosticRenderer.Render(bound.Diagnostics));
        Assert.Equal(["dir/f.bpf.c|int add;\nx\n|inc|D=1"], compiler!.Compiled);
        Assert.Equal("dir/f.bpf.c", Assert.Single(bound.Program.CCode).Path);
        BoundAssignVariable assignment = bound.Program.Probes[0].Body.Statements.OfType<BoundAssignVariable>().Last();
        var call = Assert.IsType<BoundCFunctionCall>(assignment.Value);
        Assert.Equal(IntegerType.Int32, call.Type);
        Assert.Equal([IntegerType.Int32, IntegerType.UInt64], call.Arguments.Select(static a => a.Type));
    }

    [Theory]
    [InlineData("add(1);", DiagnosticIds.ArgumentCount, "add() requires 2 arguments (1 provided)")]
    [InlineData("add(\"x\", 2);", DiagnosticIds.ArgumentType, "Expected int32 for argument `a` got string[2]")]
    [InlineData("fill(1);", DiagnosticIds.ArgumentType, "Expected int64 * for argument `p` got int8")]
    [InlineData("hidden();", DiagnosticIds.CFunctionNotCallable, "The C function 'hidden' cannot be called from a script: it is static")]
    [InlineData("ad(1, 2);", DiagnosticIds.UnknownFunction, "Unknown function: 'ad'")]
    public void Wrong_calls_are_told(string body, string id, string message)
    {
        Diagnostic error = Error(body, Code());
        Assert.Equal((id, message), (error.Id, error.Message));
        Assert.Equal("dir/main.bt", error.Location!.Value.Source.Name);
    }

    [Fact]
    public void What_the_compiler_says_is_told_in_the_C_file()
    {
        Diagnostic error = Error("print(1);", new CCodeResult([], default, [new CDiagnostic(CSeverity.Error, "what is x?", 9, "", 2, null)]));
        Assert.Equal(DiagnosticIds.ImportedC, error.Id);
        Assert.Equal("dir/f.bpf.c:2:1-2", error.Location.ToString());

        Diagnostic warning = Assert.Single(
            Bind("print(1);", Code(new CDiagnostic(CSeverity.Warning, "odd", -1, "inc/a.h", 7, null)), out _).Diagnostics);
        Assert.Equal(("inc/a.h:7: odd", "dir/main.bt:1:1-17"), (warning.Message, warning.Location.ToString()));
    }

    [Fact]
    public void Without_a_compiler_the_import_is_refused()
    {
        Assert.Equal("functions in C cannot be compiled: \"dir/f.bpf.c\"", Error("print(1);", null).Message);
        Diagnostic error = Error("print(1);", new CCodeResult([], default, []) { WhyMissing = "no clang" });
        Assert.Equal((DiagnosticIds.ImportCode, "functions in C cannot be compiled (no clang): \"dir/f.bpf.c\""), (error.Id, error.Message));
        Assert.Equal(new TextSpan(0, 16), error.Location!.Value.Span);
    }
}
