using BpfTrace.Language.Binding;
using BpfTrace.Language.Diagnostics;

namespace BpfTrace.Tests.Language.Binding;

/// <summary>Macros, the config block, unstable features, and sizes of types.</summary>
public class MacroAndConfigTests
{
    [Theory]
    [InlineData("macro m() { «@x»++ } begin { @x = 1; m(); }", "MacroArguments", "Unhygienic access to map: @x. Maps must be passed into the macro as arguments.")]
    [InlineData("macro m(a) { a } begin { print(«m(1, 2)»); }", "MacroArguments", "Call to m() has arguments that do not match any definition.")]
    [InlineData("macro m($a) { $a++ } begin { @x = 1; m(«@x»); }", "MacroArguments", "Mismatched arg. m() expects a variable for arg $a but got a map.")]
    [InlineData("macro m(@a) { @a++ } begin { $x = 1; m(«$x»); }", "MacroArguments", "Mismatched arg. m() expects a map for arg @a but got a variable.")]
    [InlineData("macro m(@a) { @a++ } begin { m(«1 + 1»); }", "MacroArguments", "Mismatched arg. m() expects a map for arg @a but got an expression.")]
    [InlineData("config = { «nope = 1» } begin { }", "InvalidConfig", "nope: not a known configuration option")]
    [InlineData("config = { «vmlinux = \"x\"» } begin { }", "InvalidConfig", "vmlinux: can only be set as an environment variable")]
    [InlineData("config = { «unstable_tseries = perhaps» } begin { }", "InvalidConfig", "unstable_tseries: Invalid value for unstable config: valid values are enable, warn, and error.")]
    [InlineData("begin { print(«typeinfo(1)»); }", "UnstableFeature", "typeinfo feature is not enabled by default. To enable this unstable feature, set the config flag to enable. unstable_typeinfo=enable")]
    [InlineData("config = { unstable_tseries = error } begin { @ = «tseries(1, 1s, 2)»; }", "UnstableFeature", "tseries feature is not enabled by default. To enable this unstable feature, set the config flag to enable. unstable_tseries=enable")]
    [InlineData("begin { @ = hist(1); «delete(@)»; }", "MapExpected", "call to delete() does not work on a map of type hist_t; clear() removes all its entries")]
    [InlineData("begin { @[1] = hist(1); $x = «has_key(@, 1)»; }", "MapExpected", "call to has_key() does not work on a map of type hist_t; clear() removes all its entries")]
    public void Errors(string marked, string id, string message) => BindHelper.AssertDiagnostic(marked, DiagnosticSeverity.Error, id, message);

    [Fact]
    public void The_closest_definition_is_named()
    {
        BindResult result = BindHelper.Bind("macro m(a) { a } macro m(a, b, c) { a } begin { print(m()); }");
        Diagnostic error = Assert.Single(result.Diagnostics, static d => d.Id == "MacroArguments");
        Assert.Equal("The closest definition of m() has a different number of arguments. Expected: 1 but got 0", Assert.Single(error.Notes, static n => n.Kind == DiagnosticNoteKind.Related).Message);
    }

    [Theory]
    [InlineData("BPFTRACE_MAX_MAP_KEYS")]
    [InlineData("MAX_MAP_KEYS")]
    [InlineData("max_map_keys")]
    public void Keys_are_written_as_in_the_environment_too(string key) =>
        Assert.Equal(7, BindHelper.Program($"config = {{ {key} = 7 }} begin {{ @[1] = 1; }}").Maps[0].MaxEntries);

    [Theory]
    [InlineData("begin { @ = tseries(1, 1s, 2); @a = tseries(1, 1s, 2); }", 1)]
    [InlineData("config = { unstable_tseries = enable } begin { @ = tseries(1, 1s, 2); }", 0)]
    [InlineData("config = { unstable_typeinfo = warn } begin { print(typeinfo(1)); print(typeinfo(2)); }", 1)]
    public void Unstable_features_warn_once(string script, int count) =>
        Assert.Equal(count, BindHelper.Bind(script).Diagnostics.Count(static d => d.Id == "UnstableFeature"));

    [Theory]
    [InlineData("struct A { int a; int b; }; begin { $x = sizeof(((int32)1, *(struct A *)0)); }", 12)]
    [InlineData("struct A { char a; double b; }; begin { $x = sizeof(struct A); }", 16)]
    [InlineData("struct A { float a; long double b; }; begin { $x = offsetof(struct A, b); }", 8)]
    [InlineData("struct A { int a; unsigned __int128 b; }; begin { $x = sizeof(struct A); }", 24)]
    [InlineData("struct A { int a; char b[3] }; begin { $x = sizeof(struct A); }", 8)]
    [InlineData("macro uint64_t() { 1 } begin { $x = sizeof(uint64_t); }", 8)]
    [InlineData("begin { $x = sizeof(strerror(1)); }", 64)]
    public void Sizes(string script, int expected)
    {
        BoundProgram program = BindHelper.Program(script);
        string text = BoundProgramText.Of(program.Probes[0]);
        Assert.StartsWith($"$x = {expected}:", text, StringComparison.Ordinal);
    }
}
