using BpfTrace.KernelTests.Support;
using BpfTrace.Language.Diagnostics;
using BpfTrace.Language.Text;

namespace BpfTrace.KernelTests.Runtime;

/// <summary>What the kernel's verifier refuses is said about the script, at its place.</summary>
[Collection(KernelCollection.Name)]
public sealed class VerificationTests
{
    private static Diagnostic[] Refused(string marked, out string script)
    {
        script = marked.Replace("«", "", StringComparison.Ordinal).Replace("»", "", StringComparison.Ordinal);
        using CompiledTrace trace = Trace.Compile(script);
        return [.. TraceVerifier.Verify(trace).Diagnostics];
    }

    [RequiresRootTheory]
    [InlineData("rawtracepoint:sched_switch { print(«socket_cookie((struct sock *)arg0)»); }", "VerifierRejected", "bpf_get_socket_cookie does not take this argument")]
    [InlineData("iter:task { print(«path(ctx.task.files.fd_array[0].f_path)»); }", "VerifierRejected", "bpf_d_path does not take this argument")]
    [InlineData("software:cpu:1000000\n{\n  @ = 1;\n  print(«*(uint64 *)(ctx + 4000)»);\n}", "VerifierRejected", "software programs may not access their context here")]
    public void A_refusal_is_at_the_expression_and_says_what_to_do(string marked, string id, string message)
    {
        Diagnostic diagnostic = Assert.Single(Refused(marked, out _));
        Assert.Equal((id, message), (diagnostic.Id, diagnostic.Message));
        TextSpan span = diagnostic.Location!.Value.Span;
        Assert.Equal(marked.IndexOf('«', StringComparison.Ordinal), span.Start);
        Assert.Equal(marked.IndexOf('»', StringComparison.Ordinal) - 1, span.End);
        Assert.NotEmpty(diagnostic.Hints);
        Assert.Contains(diagnostic.Details, line => line.Contains("verifier's log ends", StringComparison.Ordinal));
    }

    [RequiresRootTheory]
    [InlineData("let @m = hash(0); begin { «@m»[1] = 5; }")]
    [InlineData("config = { max_map_keys = 0 } begin { «@m»[1] = 5; }")]
    public void A_map_without_room_is_refused_at_its_place(string marked)
    {
        using CompiledTrace trace = Trace.Compile(marked.Replace("«", "", StringComparison.Ordinal).Replace("»", "", StringComparison.Ordinal));
        Diagnostic diagnostic = Assert.Single(Assert.Throws<TraceStartException>(() => TraceSession.Start(trace)).Diagnostics);
        Assert.Contains("0 entries): Invalid argument (EINVAL)", diagnostic.Message, StringComparison.Ordinal);
        Assert.Equal(marked.IndexOf('«', StringComparison.Ordinal), diagnostic.Location!.Value.Span.Start);
    }

    [RequiresRootFact]
    public void The_log_has_the_script_s_lines()
    {
        using CompiledTrace trace = Trace.Compile("begin {\n  @x = pid;\n}");
        VerifiedProgram program = Assert.Single(TraceVerifier.Verify(trace, wholeLog: true).Programs);
        Assert.Contains("; @x = pid;", program.Log, StringComparison.Ordinal); // with the place behind it since Linux 6.10
    }

    [RequiresRootFact]
    public void Programs_that_are_taken_have_their_statistics_and_nothing_stays()
    {
        int before = OpenDescriptors.CountAtFirst();
        using CompiledTrace trace = Trace.Compile("begin { for ($i : 0..10) { @[$i] = 1; } } interval:s:1 { exit(); }");
        TraceVerification verification = TraceVerifier.Verify(trace);
        Assert.True(verification.IsAccepted);
        Assert.Equal(["begin", "interval:s:1"], verification.Programs.Select(p => p.Targets[0].FullName));
        Assert.All(verification.Programs, p =>
        {
            Assert.True(p.IsAccepted);
            Assert.InRange(p.Statistics!.ProcessedInstructions, 10, 1_000_000);
            Assert.NotEmpty(p.Statistics.StackDepths);
        });
        Assert.Equal(before, OpenDescriptors.Count());
    }

    [RequiresRootFact]
    public void A_report_says_what_a_script_will_write()
    {
        using CompiledTrace trace = Trace.Compile("begin { printf(\"pid=%d %s\", pid, comm); @c[comm] = count(); @n = 5; print((a=1, b=\"x\")); }");
        ScriptReport report = ScriptReports.Create(trace, TraceVerifier.Verify(trace));
        Assert.True(report.IsValid && report.IsRunnable && report.IsVerified);
        Assert.Equal(["begin"], report.Probes);
        Assert.Equal(["pid : uint32", "comm : string[16]"], report.EventTypes[0].Properties.Select(p => p.ToString()));
        Assert.Equal(["System.UInt32", "System.String"], report.EventTypes[0].Properties.Select(p => p.TypeName));
        Assert.Equal(["a", "b"], report.EventTypes[1].Properties.Select(p => p.Name));
        Assert.Equal(["@c[string[16]] : count_t", "@n : int8"], report.Maps.Select(m => m.ToString()));
        Assert.True(report.Programs[0].IsAccepted);
        Assert.True(report.Programs[0].VerifiedInstructions > 0);
    }

    [RequiresRootFact]
    public void A_report_of_a_mistake_has_its_place()
    {
        using CompiledTrace trace = TraceCompiler.Compile(new SourceText("begin {\n  @ = cuont();\n}"));
        ScriptReport report = ScriptReports.Create(trace);
        Assert.False(report.IsValid || report.IsRunnable || report.IsVerified);
        ScriptDiagnostic diagnostic = Assert.Single(report.Diagnostics);
        Assert.Equal(("UnknownFunction", "Error", 2, 7, "cuont()"), (diagnostic.Id, diagnostic.Severity, diagnostic.Line, diagnostic.Column, diagnostic.Span));
        Assert.Equal("Did you mean 'count'?", diagnostic.Hint);
        Assert.Empty(report.Programs);
    }

    [RequiresRootFact]
    public void A_map_the_kernel_does_not_make_is_an_error_at_the_map()
    {
        using CompiledTrace trace = Trace.Compile("begin {\n  @big[comm, pid] = str(kptr(0));\n}", new TraceOptions { Config = new Dictionary<string, string> { ["max_map_keys"] = "2000000000" } });
        Diagnostic error = Assert.Single(TraceVerifier.Verify(trace).Diagnostics);
        Assert.Equal(("LoadFailed", 2, 3), (error.Id, error.Location!.Value.Start.Line, error.Location.Value.Start.Column));
        Assert.Contains("max_map_keys", Assert.Single(error.Hints), StringComparison.Ordinal);
    }
}
