using BpfTrace.KernelTests.Runtime;
using BpfTrace.KernelTests.Support;

namespace BpfTrace.KernelTests.Fuzz;

/// <summary>What generated programs found the verifier, or LLVM, not to take; each prints what it must.</summary>
[Collection(KernelCollection.Name)]
public class FoundTests
{
    [RequiresRootTheory]
    // An index that is checked in a 32-bit register, a string of one byte.
    [InlineData("$i = pid & 0; print((\"\"[$i], \"ab\"[$i]));", "(0, 97)")]
    // A variable that holds buffers of two sizes: the shorter one was read past its end.
    [InlineData("$b = buf((uint8[1])65); print($b); $b = buf((uint8[8])0x4241, 8); print($b);", "A\nAB\\x00\\x00\\x00\\x00\\x00\\x00")]
    // A loop whose range is empty, which the verifier knows: it removed the body, and then missed it.
    [InlineData("for ($i : 5..0) { print($i); } for ($i : 0..1) { for ($j : 3..3) { print($j); } print(7); }", "7")]
    // Kilobytes compared at once went through the stack.
    [InlineData("print((1, probe) == (1, str_concat(\"be\", \"gin\"))); print((1, probe) == (1, str_concat(\"be\", \"ga\")));", "true\nfalse")]
    // A return within a loop gave the verifier a value it did not know.
    [InlineData("while (1) { print(3); return; }", "3")]
    // A tuple kept in a variable had what was in its place before after a shorter text: another key.
    [InlineData("$t = (\"longer\", 1); @[$t] = 1; $t = (\"ab\", 1); @[$t] = 2; @[(\"ab\", 1)] = 3; print((len(@), @[$t])); clear(@);", "(2, 3)")]
    [InlineData("for ($i : 0..2) { $s = $i == 0 ? \"longer\" : \"ab\"; $t = $i == 0 ? ($s, 1) : (\"ab\", 2 - 1); $u = $t; @[$u] = 1; } print((len(@), has_key(@, (\"ab\", 1)))); clear(@);", "(2, true)")]
    // What lies between the fields of a tuple was undefined: LLVM read a register nothing was written to.
    [InlineData(
        "@[1] = getopt(\"n\", 5, \"\"); @b[str(110)] = (f0=1 == 1, f1=(f0=ppid, f1=@[1]), f2=tid); "
        + "$c = (((int32 *)1)[1], 1, strcontains(str($1), comm) ? 1 : @[@[(cgroup, ncpus).1] / 1]); "
        + "@b[comm] = str(pid) != \"sshd\" ? (f0=strcontains(probe, \"/etc/passwd\") & !1, f1=(f0=$c.0, f1=$c.0), f2=$c.0) "
        + ": (f0=strcontains(comm, 1 ? comm : str($1)), f1=(f0=$c.0, f1=if (0) { 9 } else { $c.0 }), f2=1); print(@b[comm].f1); clear(@); clear(@b);",
        "{ .f0 = 0, .f1 = 0 }")]
    public void Prints(string statements, string expected) =>
        Assert.Equal(expected + "\n", Trace.Text($"begin {{ {statements} }}").TrimEnd('\n') + "\n");

    /// <summary>No room is left for a buffer's bytes: the length was negative.</summary>
    [RequiresRootFact]
    public void A_buffer_may_have_no_room() =>
        Assert.Equal("4", Trace.Text("config = { max_strlen = 2 } begin { $b = buf((uint8[4])pid); print(sizeof($b)); }").Trim('\n'));

    /// <summary>A value of no bytes is a byte in its map; its place was behind the end of the frame.</summary>
    [RequiresRootFact]
    public void A_value_may_have_no_bytes()
    {
        using CompiledTrace trace = Trace.Compile("uprobe:libc:malloc { @[curtask] = ((),); }");
        Assert.Empty(trace.Diagnostics.Where(d => d.IsError));
        Assert.Empty(TraceVerifier.Verify(trace).Diagnostics);
    }
}
