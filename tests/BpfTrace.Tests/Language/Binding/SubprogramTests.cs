using BpfTrace.Language.Binding;
using BpfTrace.Language.Diagnostics;
using BpfTrace.Language.Symbols;

namespace BpfTrace.Tests.Language.Binding;

/// <summary>Functions of the script: types of parameters and results, and what is refused (texts as in bpftrace <c>cast_creator.cpp</c>).</summary>
public class SubprogramTests
{
    [Theory]
    [InlineData("fn f($a : uint8, $b : string[8]) : int64 { return 1; }", "($a : uint8, $b : string[8]) : int64")]
    [InlineData("fn f($z : typeof($x), $x : int32) : typeof($z) { return $x; }", "($z : int32, $x : int32) : int32")]
    [InlineData("fn f() : void { }", "() : void")]
    [InlineData("fn f($s : string) : string { return $s; } end { print(f(\"abc\")); print(f(\"longer\")); }", "($s : string[7]) : string[7]")]
    [InlineData("fn f($p : int8*, $t : typeof((1, \"a\"))) : bool { return *$p == $t.0; }", "($p : int8 *, $t : (int8,string[2])) : bool")]
    public void Signature(string script, string expected)
    {
        SubprogramSymbol function = Assert.Single(BindHelper.Program(script + " begin { }").Subprograms);
        Assert.Equal(expected, $"({string.Join(", ", function.Parameters.Select(static p => $"{p.Name} : {p.Type.DisplayName}"))}) : {function.ReturnType.DisplayName}");
        Assert.NotNull(function.Body);
    }

    /// <summary>A call has the type of the result, an argument that of its parameter; a function may be called before it is written.</summary>
    [Fact]
    public void A_call_converts_its_arguments()
    {
        BoundProgram program = BindHelper.Program("begin { @ = f(5, pid); } fn f($a : uint16, $b : uint64) : int32 { return 7; }");
        Assert.Equal("int32", program.Maps[0].ValueType.DisplayName);
        var call = (BoundSubprogramCall)((BoundAssignMap)program.Probes[0].Body.Statements[0]).Value;
        Assert.Equal(["uint16", "uint64"], call.Arguments.Select(static a => a.Type.DisplayName));
        Assert.Same(program.Subprograms[0], call.Subprogram);
    }

    [Theory]
    [InlineData("fn f() : void { «return 1;» } begin { }", "SubprogramReturn", "Function f is of type void, cannot return int8")]
    [InlineData("fn f() : int64 { «return;» } begin { }", "SubprogramReturn", "Function f is of type int64, cannot return void")]
    [InlineData("fn f() : int64 { «return \"x\";» } begin { }", "SubprogramReturn", "Function f is of type int64, cannot return string[2]")]
    [InlineData("fn f($x : int64) : string { «return $x;» } begin { print(f(1)); }", "SubprogramReturn", "Function f is of type string, cannot return int64")]
    [InlineData("fn f() : string { «return;» } begin { }", "SubprogramReturn", "Function f is of type string, cannot return void")]
    [InlineData("«fn f»() : string { $x = 1; } begin { }", "SubprogramReturn", "Function f is of type string, cannot return void")]
    [InlineData("fn f() : uint8 { «return 1000;» } begin { }", "SubprogramReturn", "Function f is of type uint8, cannot return int16")]
    [InlineData("«fn f»() : int64 { $x = 0; } begin { }", "SubprogramReturn", "Function f is of type int64, cannot return void")]
    [InlineData("«fn f»($x : int64) : int64 { if ($x > 0) { return 0; } } begin { }", "SubprogramReturn", "Function f is of type int64, cannot return void")]
    [InlineData("«fn f»($x : int64) : int64 { while ($x) { return 0; } } begin { }", "SubprogramReturn", "Function f is of type int64, cannot return void")]
    [InlineData("fn f($x : int64) : int64 { return «f($x - 1)»; } begin { }", "RecursiveSubprogram", "Recursive function call detected. Call chain: f > f")]
    [InlineData("fn f() : void { g(); } fn g() : void { «f()»; } begin { }", "RecursiveSubprogram", "Recursive function call detected. Call chain: f > g > f")]
    [InlineData("fn f() : void { } «fn f»() : void { } begin { }", "SubprogramRedefined", "Redefinition of function: f")]
    [InlineData("fn f($x : int64) : void { «let $x» = 1; } begin { }", "AlreadyDeclared", "Variable $x was already declared. Variable shadowing is not allowed.")]
    [InlineData("fn f($x : int64) : void { for («$x» : 1..3) { print($x) } } begin { }", "AlreadyDeclared", "Loop declaration shadows existing variable: $x")]
    [InlineData("fn f($x : int64) : void { print(«$y»); } begin { }", "UndefinedVariable", "Undefined or undeclared variable: $y")]
    [InlineData("fn f() : void { print(«arg0»); } begin { }", "NotInProbe", "Builtin arg0 not supported outside probe")]
    [InlineData("fn f() : void { print(«probe»); } begin { }", "NotInProbe", "Builtin probe not supported outside probe")]
    [InlineData("fn f() : void { «break;» } begin { }", "JumpOutsideLoop", "'break' statement is not allowed in a function")]
    [InlineData("fn f($x : int8) : void { } begin { f(«1000»); }", "ArgumentType", "f() expects int8 for $x (int16 provided)")]
    [InlineData("fn f($x : int8) : void { } begin { f(«\"a\"»); }", "ArgumentType", "f() expects int8 for $x (string[2] provided)")]
    [InlineData("fn f($x : int8) : void { } begin { «f()»; }", "ArgumentCount", "f() requires one argument (0 provided)")]
    public void Refused(string marked, string id, string message) =>
        BindHelper.AssertDiagnostic(marked, DiagnosticSeverity.Error, id, message);

    [Fact]
    public void A_discarded_result_is_worth_a_warning() =>
        BindHelper.AssertDiagnostic("fn f() : int64 { return 1; } begin { «f()»; }", DiagnosticSeverity.Warning, "ValueDiscarded", "Return value discarded.");
}
