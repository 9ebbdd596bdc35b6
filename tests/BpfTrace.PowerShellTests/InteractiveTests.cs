using BpfTrace.PowerShellTests.Support;

namespace BpfTrace.PowerShellTests;

/// <summary>Keys pressed in a terminal.</summary>
public sealed class InteractiveTests
{
    [PwshFact(needsKernel: true, needsTmux: true)]
    public void The_first_Control_C_ends_the_trace_and_the_pipeline_still_gets_END_and_maps()
    {
        using var terminal = new Terminal();
        terminal.Type("""Start-BpfTrace 'interval:ms:50 { @n = count(); printf("tick\n"); } END { printf("END ran\n"); }' | ForEach-Object { $last = $_; "<$_>" }""");
        terminal.WaitFor("<tick>");
        terminal.Press("C-c");
        terminal.WaitFor("<END ran>");
        terminal.Type("\"last is $($last.GetType().Name) $($last.Map)\"");
        terminal.WaitFor("last is MapEntry @n");
    }

    [PwshFact(needsKernel: true, needsTmux: true)]
    public void The_second_Control_C_stops_the_pipeline()
    {
        using var terminal = new Terminal();
        terminal.Type("""Start-BpfTrace 'interval:ms:50 { printf("tick\n"); }' -Name slow | ForEach-Object { "<$_>"; Start-Sleep 100 }""");
        terminal.WaitFor("<tick>");
        terminal.Press("C-c");
        terminal.Press("C-c");
        terminal.WaitFor("<tick>\nPS ");
        terminal.Type("\"running: $(@(Get-BpfTrace slow | Where-Object State -eq Running).Count)\"");
        terminal.WaitFor("running: 0");
    }

    [PwshFact(needsKernel: true, needsTmux: true)]
    public void Control_C_is_PowerShells_again_after_a_trace()
    {
        using var terminal = new Terminal();
        terminal.Type("Start-BpfTrace 'BEGIN { exit(); }'; 'trace ' + 'done'");
        terminal.WaitFor("trace done");
        terminal.Type("Start-Sleep 100");
        Thread.Sleep(500);
        terminal.Press("C-c");
        terminal.Type("'awa' + 'ke'");
        terminal.WaitFor("awake");
    }
}
