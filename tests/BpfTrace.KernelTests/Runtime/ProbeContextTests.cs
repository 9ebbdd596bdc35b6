using System.Globalization;
using BpfTrace.KernelTests.Support;
using BpfTrace.Tests.Bpf;

namespace BpfTrace.KernelTests.Runtime;

/// <summary>What a program is given: registers and the context, where they are not simply in memory.</summary>
[Collection(KernelCollection.Name)]
public class ProbeContextTests
{
    /// <summary>The text of a script that ends at its first hit in a child that computes; PID is the child's.</summary>
    private static string Text(string script)
    {
        using ChildProcess child = ChildProcess.Start("i=0; while [ $i -lt 1000000000 ]; do i=$((i+1)); done");
        using TraceSession session = Trace.Start(
            script.Replace("PID", child.Id.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal),
            new TraceOptions { Form = EventForm.Text, Duration = TimeSpan.FromHours(1) });
        child.Go();
        return Trace.TextOf(session.ReadRecords()).Trim('\n');
    }

    [RequiresRootFact]
    public void Registers_of_a_perf_event_are_read_whole_and_in_part() => Assert.Equal(
        "(true, true, true, true)",
        Text("profile:hz:199 /pid == PID/ { print((ctx->regs.ip == reg(\"ip\"), ctx->regs.cs == reg(\"cs\"), ctx.regs.ss == reg(\"ss\"), (ctx->regs.cs & 3) == (usermode ? 3 : 0))); exit(); }"));

    [RequiresRootFact]
    public void Registers_of_a_perf_event_can_be_taken_as_a_whole() => Assert.Equal(
        "(true, true, true)",
        Text("config = { print_maps_on_exit = false } software:cpu-clock:1000000 /pid == PID/ { $r = ctx->regs; @r = ctx->regs; print(($r.ip == reg(\"ip\"), $r.sp == reg(\"sp\"), @r.flags == reg(\"flags\"))); exit(); }"));

    [RequiresRootFact]
    public void The_period_of_a_sample_is_there() => Assert.Equal(
        "(1000000, true)",
        Text("software:cpu-clock:1000000 /pid == PID/ { $c = *ctx; print((ctx->sample_period, $c.regs.ip == ctx->regs.ip)); exit(); }"));

    [RequiresDwarfFact("gcc")]
    public void Arguments_beyond_the_registers_are_on_the_stack()
    {
        string program = NativeProgram.Build("shapes.c", "shapes", "-g", "-O1");
        string text = Trace.Text($"uprobe:{program}:seven {{ printf(\"%d %d %d\\n\", arg0, arg5, *(int32 *)(reg(\"sp\") + 8)); }}", new TraceOptions { Command = program });
        Assert.Equal("1 6 7", text.Trim('\n'));
    }
}
