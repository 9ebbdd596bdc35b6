using BpfTrace.KernelTests.Support;
using BpfTrace.Language.Diagnostics;

namespace BpfTrace.KernelTests.Runtime;

/// <summary>Kernel pointers the verifier follows, because the script hands them back to the kernel, and that are numbers elsewhere in the same script.</summary>
[Collection(KernelCollection.Name)]
public sealed class KernelPointerTests
{
    [RequiresRootTheory]
    [InlineData("@ = arg0 & 0xff;")]
    [InlineData("@ = (arg0 + 4) * 2;")]
    [InlineData("@ = arg0 >> 3; @ = arg1 / 3; @ = arg0 % 10;")]
    [InlineData("@ = (uint32)arg0; @ = (int8)arg1;")]
    [InlineData("$x = arg0; @ = $x / 3;")]
    [InlineData("$p = (uint64)args.skb; @ = $p % 7;")]
    [InlineData("@ = hist(arg0); @l = lhist(arg0, 0, 100, 1); @s[arg0] = sum(arg1);")]
    [InlineData("if (arg0 > 5 && args.skb != 0) { print(((struct sk_buff *)arg0)->len); }")]
    [InlineData("$s = (struct sk_buff *)arg0; skboutput(\"/dev/null\", $s, arg1 & 3, 0); @ = (uint64)$s | 1;")]
    public void A_raw_tracepoint_calculates_with_what_it_hands_back(string statements)
    {
        using CompiledTrace trace = Trace.Compile($"rawtracepoint:kfree_skb {{ $r = skboutput(\"/dev/null\", (struct sk_buff *)arg0, 64, 0); @r = $r; {statements} }}");
        TraceVerification verification = TraceVerifier.Verify(trace);
        Assert.True(verification.IsAccepted, string.Join('\n', verification.Diagnostics.Select(static d => DiagnosticRenderer.Render(d, false))));
    }

    [RequiresRootTheory]
    [InlineData("iter:task { @ = (uint64)ctx.task % 5; @h = hist((uint64)ctx.task); }")]
    [InlineData("rawtracepoint:kfree_skb { @ = (uint64)args.skb % 3; @b = arg0 % 4; }")]
    public void A_pointer_is_a_number_where_it_is_cast_to_one(string script)
    {
        using CompiledTrace trace = Trace.Compile(script);
        TraceVerification verification = TraceVerifier.Verify(trace);
        Assert.True(verification.IsAccepted, string.Join('\n', verification.Diagnostics.Select(static d => DiagnosticRenderer.Render(d, false))));
    }

    [RequiresRootFact]
    public void The_number_is_the_pointer()
    {
        if (!File.Exists("/bin/bash"))
            return; // sends a datagram that nobody takes

        using ChildProcess child = ChildProcess.StartProgram("/bin/bash", "-c", "echo ready; read line; echo x > /dev/udp/127.0.0.1/9; exit 0");
        const string Script = """
            rawtracepoint:kfree_skb { @typed = arg0 ^ 1; @cast = (uint64)args.skb ^ 1; @reason = arg2; $r = skboutput("/dev/null", (struct sk_buff *)arg0, 64, 0); @r = $r; }
            rawtracepoint:kfree_skb { @plain = arg0 ^ 1; @plainreason = arg2; }
            """;
        using TraceSession session = Trace.Start(Script, new TraceOptions { ProcessId = child.Id });
        child.RunToEnd();
        Dictionary<string, object?> values = session.ReadRecords().OfType<MapRecord>().SelectMany(static m => m.Entries).ToDictionary(static e => e.Map, static e => e.Value);
        Assert.Equal(values["@plain"], values["@typed"]);
        Assert.Equal(values["@plain"], values["@cast"]);
        Assert.Equal(values["@plainreason"], values["@reason"]);
        Assert.True((ulong)values["@plain"]! > 0xffff_0000_0000_0000, $"{values["@plain"]:x}");
    }
}
