using BpfTrace.Compiler;
using BpfTrace.Language.Binding;
using BpfTrace.Language.Text;
using BpfTrace.Tests.Language.Binding;

namespace BpfTrace.Tests.Compiler;

/// <summary>The places of errors that programs report while they run.</summary>
public class RuntimeErrorPlaceTests
{
    [Theory]
    [InlineData("macro dv(a, b) { 1 + a / b } begin { $z = 0; print(dv(1, $z)); }", "a / b < dv(1, $z)")]
    [InlineData("macro dv(a, b) { a / b } macro dw(a, b) { dv(a, b) + 1 } begin { $z = 0; print(dw(1, $z)); }", "a / b < dv(a, b) < dw(1, $z)")]
    [InlineData("macro st($x) { if (1 / $x) { exit(); } } begin { $z = 0; st($z); }", "1 / $x < st($z)")]
    [InlineData("macro id(e) { e + 1 } begin { $z = 0; print(id(1 / $z)); }", "1 / $z < e < id(1 / $z)")]
    [InlineData("macro id(e) { e } begin { $z = 0; id(print(1 / $z)); print(2 / $z); }", "1 / $z < e < id(print(1 / $z))", "2 / $z")]
    [InlineData("macro say(e) { for ($i : 0..2) { print(e); } } begin { $z = 0; say(1 / $z); }", "1 / $z < e < say(1 / $z)", "for ($i : 0..2) { print(e); } < say(1 / $z)")]
    [InlineData("#define D(a, b) (100 + (a) / (b))\nbegin { $z = 0; print(D(1, $z)); print(1 / $z); }", "D(1, $z)", "1 / $z")]
    [InlineData("#define D(a) (100 + (a))\nbegin { $z = 0; print(D(1 / $z)); }", "1 / $z")]
    [InlineData("macro w() { f(0) } fn f($x : int64) : int64 { return 1 / $x; } begin { print(w()); }", "1 / $x")]
    public void Errors_are_where_they_happen_with_the_uses_of_macros(string script, params string[] expected)
    {
        string Text(TextSpan span) => script[span.Start..span.End].TrimEnd();
        OutputSite[] sites = [.. ProgramCompiler.Compile(BindHelper.Program(script)).Events.Select(static e => e.Site).Where(static s => s.Kind == OutputKind.RuntimeError)];
        Assert.Equal(expected, sites.Select(s => string.Join(" < ", [Text(s.Span), .. (s.ExpandedFrom ?? []).Select(Text)])));
    }
}
