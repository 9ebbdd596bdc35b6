using BpfTrace.KernelTests.Support;
using BpfTrace.Language.Diagnostics;

namespace BpfTrace.KernelTests.Runtime;

/// <summary>Statements whose result only the kernel shows: each is a whole <c>begin</c> probe, its text what it prints.</summary>
[Collection(KernelCollection.Name)]
public class LanguageTests
{
    [RequiresRootTheory]
    [InlineData("@y = 7; $p = &@y; print(*$p); clear(@y);", "7")]
    [InlineData("@y = (1, 2); $p = &@y; print((*$p).1); clear(@y);", "2")]
    [InlineData("$x = 5; $p = &$x; for ($i : 0..1) { print(*$p); }", "5")]
    [InlineData("print((uint8*)-1);", "0xff")]
    [InlineData("$p = (int8 *)\"abc\"; print(*$p); print(*($p + 1)); print(str((uint8 *)\"hello\"));", "97\n98\nhello")]
    [InlineData("$s = \"xyz\"; $p = (uint8 *)$s; print($p[2]); @s = \"kl\"; print(*(uint8 *)@s); clear(@s);", "122\n107")]
    [InlineData("@m[1] = 5; @c[1] = count(); print(&@m != 0); print(&@m == &@m); print((void *)&@m != &@c); clear(@m); clear(@c);", "true\ntrue\ntrue")]
    [InlineData("for ($i : 0..2) { $i += 1000; print($i); }", "1000\n1001")]
    [InlineData("print(((int32[2])0x500000005)[(pid & 1)]);", "5")]
    [InlineData("@t = (5, \"tt\", 6); print(@t == (7, \"lit\", 7)); print(@t == (5, \"tt\", 6)); clear(@t);", "false\ntrue")]
    [InlineData("$a = \"x\"; $b = str_concat($a, \"yz\"); print($b); print(memcmp(\"abc\", \"abd\", 3)); print(memcmp(\"abc\", \"abd\", 2));", "xyz\n-1\n0")]
    [InlineData("$s = \"a\"; for ($i : 0..3) { $s = str_concat($s, \"bc\"); } print($s); print(sizeof($s));", "abcbcbc\n1024")]
    [InlineData("$s = \"abcdefgh\"; unroll(7) { $s = str_concat($s, $s); } print(strlen($s)); $t = str_concat($s, \"!\"); print(strlen($t)); print($s == $t);", "1023\n1023\ntrue")]
    [InlineData("print(strerror(13) == \"Permission denied\"); print(strerror(-2)); print(strerror(9999));", "true\nNo such file or directory\nUnknown error")]
    [InlineData("print(signal_name(2)); print(signal_name(64)); print(signal_name(65)); print(signal_name(-1));", "Interrupt\nReal-time signal 30\nN/A\nN/A")]
    [InlineData("$n = 257; print(syscall_name($n)); print(syscall_name(400)); @[syscall_name(0)] = 1; print(@[\"read\"]); clear(@);", "openat\nUnknown syscall\n1")]
    [InlineData("$a = (uint8)pid; print(~$a == 255 - $a); $b = (uint8)1; print(~$b); print(-$b); printf(\"%x\\n\", ~(uint16)$b); $c = (int8)-5; print(~$c); print(-$c);", "true\n254\n255\nfffe\n4\n5")]
    [InlineData("@a[1] = buf((int8[])(uint64)0x41424344); if (find(@a, 1, $b)) { print($b); } clear(@a);", "DCBA\\x00\\x00\\x00\\x00")]
    [InlineData("$i = 0; while ($i < 100000) { $i++; } print($i);", "100000")]
    public void Prints(string statements, string expected) =>
        Assert.Equal(expected + "\n\n\n", Trace.Text($"begin {{ {statements} }}"));

    /// <summary>A loop that the kernel's limit ends says so, at its place; the program goes on.</summary>
    [RequiresRootTheory]
    [InlineData("$i = 0; while (1) { $i++; } print($i);", "while (1) { $i++; }", "The loop was ended after 8388608 turns, the kernel's limit for one loop.", "8388608\n\n\n")]
    [InlineData("for ($i : 0..9000000) { } print(1);", "for ($i : 0..9000000) { }",
        "The loop did not run: its range has more than 8388608 turns, the kernel's limit for one loop.\nAdditional Info - helper: loop, retcode: -7", "1\n\n\n")]
    public void Loops_have_a_limit(string statements, string loop, string message, string text)
    {
        List<TraceRecord> records = Trace.Run($"begin {{ {statements} }}", new TraceOptions { Form = EventForm.Text });
        Diagnostic warning = Assert.Single(records.OfType<WarningRecord>(), r => r.Diagnostic.Message == message).Diagnostic;
        Assert.Equal(8 + statements.IndexOf(loop, StringComparison.Ordinal), warning.Location!.Value.Span.Start);
        Assert.Equal(text, Trace.TextOf(records));
    }
}
