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
    public void Prints(string statements, string expected) =>
        Assert.Equal(expected + "\n", Trace.Text($"begin {{ {statements} }}").TrimEnd('\n') + "\n");
}
