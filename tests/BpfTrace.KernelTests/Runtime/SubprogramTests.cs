using BpfTrace.KernelTests.Support;

namespace BpfTrace.KernelTests.Runtime;

/// <summary>Functions of the script in the kernel: subprograms that the verifier takes, called from probes, loops and one another.</summary>
[Collection(KernelCollection.Name)]
public class SubprogramTests
{
    [RequiresRootTheory]
    [InlineData("fn add($a : int64, $b : int64) : int64 { return $a + $b; }", "print(add(add(1, 2), add(-3, 4)));", "4")]
    [InlineData("fn six($a : uint8, $b : int16, $c : uint32, $d : bool, $e : int64, $f : int32) : int64 { return $d ? $a + $b + $c + $e + $f : 0; }",
        "print(six(1, -2, 3, true, 40, -5)); print(six(1, 2, 3, false, 4, 5));", "37\n0")]
    [InlineData("fn join2($a : string, $b : string) : string { return str_concat($a, $b); }",
        "print(join2(\"a\", join2(\"b\", \"c\"))); print((join2(\"x\", \"1\"), join2(\"y\", \"2\"))); print(join2(\"k\", \"k\") == \"kk\");", "abc\n(x1, y2)\ntrue")]
    [InlineData("fn upto($n : int64) : int64 { $s = 0; for ($i : 0..$n) { $s += $i; if ($s > 100) { return -1; } } return $s; }",
        "print(upto(10)); print(upto(1000)); for ($i : 2..4) { print(upto($i)); }", "45\n-1\n1\n3")]
    [InlineData("fn text($n : int64) : string { for ($i : 0..5) { if ($i == $n) { return \"found\"; } } return \"no\"; }",
        "print(text(3)); print(text(9));", "found\nno")]
    [InlineData("fn pair($a : int8) : typeof((1, \"abc\")) { return ($a, \"x\"); }", "print(pair(5)); print(pair(-6).0);", "(5, x)\n-6")]
    [InlineData("fn parent($t : struct task_struct*) : int32 { return $t.real_parent.pid; }", "print(parent(curtask) == ppid);", "true")]
    [InlineData("fn set($p : int64*) : int64 { return *$p + 1; }", "$x = (int64)41; print(set(&$x));", "42")]
    [InlineData("fn a() : void { printf(\"a\"); } fn b() : void { a(); a(); } fn c() : void { b(); printf(\"c\"); b(); }", "c(); print(\"\");", "aacaa")]
    [InlineData("fn neg($x : int8) : int8 { return (int8)(0 - $x); }", "print(neg(5)); print(neg(-7));", "-5\n7")]
    public void Prints(string functions, string statements, string expected) =>
        Assert.Equal(expected + "\n\n\n", Trace.Text($"{functions} begin {{ {statements} }}"));

    /// <summary>One function of two programs, with the map they share.</summary>
    [RequiresRootFact]
    public void Programs_share_a_function() =>
        Assert.Equal("1\n2\n\n\n@n[5]: 2\n", Trace.Text("fn hit($k : int64) : int64 { @n[$k]++; return @n[$k]; } begin { print(hit(5)); } end { print(hit(5)); }"));
}
