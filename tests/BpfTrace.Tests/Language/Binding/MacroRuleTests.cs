using BpfTrace.Language.Binding;
using BpfTrace.Language.Diagnostics;

namespace BpfTrace.Tests.Language.Binding;

/// <summary>What macros may and may not do (texts as in bpftrace <c>macro_expansion.cpp</c> and <c>control_flow_analyser.cpp</c>).</summary>
public class MacroRuleTests
{
    [Theory]
    [InlineData("macro m($x, «$x») { $x } begin { $a = 1; m($a, $a); }", "Variable for macro argument has already been used: $x")]
    [InlineData("macro m(@x, «@x») { @x } begin { @a = 1; m(@a, @a); }", "Map for macro argument has already been used: @x")]
    [InlineData("macro m(x, «x») { x } begin { m(1, 1); }", "Ident for macro argument has already been used: x")]
    [InlineData("macro m($x) { $x } «macro m»($y) { $y } begin { }", "Redefinition of macro: m")]
    [InlineData("macro m(x) { x } «macro m»($y) { $y } begin { }", "Redefinition of macro: m")]
    [InlineData("macro m(x) { print(x); } begin { m(«typeof(uint64*)»); }", "When used as a call argument, `typeof` builtin only valid for macro calls that are expecting a type parameter")]
    [InlineData("macro m(t) { sizeof(struct t) } begin { print(m(«typeof(uint64*)»)); }", "Invalid replacement for macro 'm' type parameter 't' which makes up the type 'struct t'")]
    [InlineData("macro m(t) { sizeof(t*) } begin { print(m(«1»)); }", "Invalid replacement for macro 'm' type parameter 't' which makes up the type 't*'")]
    [InlineData("struct Foo { int a; } macro m(t, f) { offsetof(t, f) } begin { print(m(typeof(struct Foo), «pid().b»)); }",
        "FieldAccess expressions must be made up entirely of idents (e.g. a.b.c) to replace the second argument in `offsetof`")]
    public void Refused(string marked, string message) => BindHelper.AssertDiagnostic(marked, DiagnosticSeverity.Error, "MacroArguments", message);

    [Theory]
    [InlineData("macro m() { «return;» } begin { m(); }", "'return' statement is not allowed in a macro")]
    [InlineData("macro m() { «break;» } begin { for ($i : 0..3) { m(); } }", "'break' statement is not allowed in a macro")]
    public void Jumps_do_not_leave_a_macro(string marked, string message) => BindHelper.AssertDiagnostic(marked, DiagnosticSeverity.Error, "JumpOutsideLoop", message);

    [Fact]
    public void A_declaration_does_not_hide_a_parameter() =>
        BindHelper.AssertDiagnostic("macro m($x) { «let $x»; $x = 1; } begin { $y = 1; m($y); }", DiagnosticSeverity.Error, "AlreadyDeclared", "Variable declaration shadows macro arg $x");

    [Fact]
    public void Recursion_is_told_with_all_its_steps() =>
        BindHelper.AssertDiagnostic(
            "macro a(x) { x + «c(x)» } macro b(x) { x + a(x) } macro c(x) { x + b(x) } begin { print(c(1)); }",
            DiagnosticSeverity.Error, "RecursiveMacro", "Recursive macro call detected. Call chain: c > b > a > c");

    [Theory]
    [InlineData("begin { let $b : typeof({ «@a = 1»; 1 }) = 1; }", "typeof or typeinfo")]
    [InlineData("begin { print(sizeof({ «@a = 1»; 1 })); }", "sizeof")]
    public void Types_are_asked_for_without_effects(string marked, string function) =>
        BindHelper.AssertDiagnostic(marked, DiagnosticSeverity.Error, "InvalidOperand", $"Map assignments not allowed inside of {function}");

    /// <summary>The most precise of several definitions is taken; types and members can be handed in.</summary>
    [Theory]
    [InlineData("macro m($x) { (uint8)1 } macro m(@x) { (uint16)1 } macro m(x) { (uint32)1 } begin { $v = 1; @ = m($v); }", "uint8")]
    [InlineData("macro m($x) { (uint8)1 } macro m(@x) { (uint16)1 } macro m(x) { (uint32)1 } begin { @v = 1; @ = m(@v); }", "uint16")]
    [InlineData("macro m($x) { (uint8)1 } macro m(@x) { (uint16)1 } macro m(x) { (uint32)1 } begin { @ = m(5); }", "uint32")]
    [InlineData("macro m($x) { $x } macro m(x) { $copy = x; m($copy) } begin { @ = m((uint16)5); }", "uint16")]
    [InlineData("struct S { char c[300]; } macro m(t) { sizeof(struct t) } begin { @ = m(typeof(S)); }", "int16")]
    [InlineData("macro m(t) { (t)5 } begin { @ = m(uint16); }", "uint16")]
    [InlineData("macro m(t) { sizeof(t*) } begin { @ = m(typeof(uint16)); }", "int8")]
    [InlineData("struct B { long l; char c; } struct A { char x[1000]; struct B b; } macro m(t, f) { offsetof(t, f) } begin { @ = m(typeof(struct A), b.c); }", "int16")]
    [InlineData("macro set($x) { $x = (uint16)3; } begin { set($new); @ = $new; }", "uint16")]
    public void Value_type(string script, string expected) =>
        Assert.Equal(expected, BindHelper.Program(script, new BindOptions()).Maps.Single(static m => m.Name == "@").ValueType.DisplayName);
}
