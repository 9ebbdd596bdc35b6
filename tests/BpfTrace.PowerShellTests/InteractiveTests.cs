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

    [PwshFact(needsKernel: true, needsTmux: true)]
    public void A_map_is_redrawn_in_place_until_Control_C_and_its_job_runs_on()
    {
        using var terminal = new Terminal();
        terminal.Type("$job = Start-BpfTrace 'BEGIN { @k[\"small\"] = 10; @k[\"large\"] = 40; @h = hist(5); @h = hist(100); } interval:ms:10 { @k[\"tick\"]++; }' -AsJob -Name drawn; clear; Watch-BpfMap -Interval 100ms -Ascii");
        terminal.WaitFor("@k  trace 1 (drawn), Running");
        Thread.Sleep(1500);
        string screen = terminal.WaitFor("large");
        Assert.Equal(1, screen.Split("large").Length - 1); // drawn over, not below
        Assert.Contains("[4, 8)", screen, StringComparison.Ordinal);
        string tick = screen.Split('\n').First(l => l.StartsWith("tick", StringComparison.Ordinal));
        Assert.Contains("@@@@@@", tick, StringComparison.Ordinal);
        terminal.Press("C-c");
        terminal.Type("\"job is $($job.State)\"; $job | Stop-Job; \"ended as $($job.State)\"");
        terminal.WaitFor("job is Running");
        terminal.WaitFor("ended as Stopped");
        terminal.Type("clear; Watch-BpfMap k -Ascii; 'watched ' + 'once'");
        terminal.WaitFor("@k  trace 1 (drawn), Completed");
        terminal.WaitFor("watched once");
    }

    [PwshFact(needsKernel: true, needsTmux: true)]
    public void Control_C_while_a_job_is_received_leaves_the_trace_running()
    {
        using var terminal = new Terminal();
        terminal.Type("$job = Start-BpfTrace 'interval:ms:50 { printf(\"tick\\n\"); @n = count(); } END { printf(\"the end\\n\"); }' -AsJob; $job | Receive-Job -Wait | ForEach-Object { \"<$_>\" }");
        terminal.WaitFor("<tick>");
        terminal.Press("C-c");
        terminal.Type("clear; \"job is $($job.State)\"; $job | Stop-Job; $job | Receive-Job | Select-Object -Last 2 | ForEach-Object { \"last <$_>\" }");
        terminal.WaitFor("job is Running");
        terminal.WaitFor("last <the end>");
        terminal.WaitFor("last <@n: ");
    }

    [PwshFact(needsKernel: true, needsTmux: true)]
    public void A_narrow_console_has_narrow_tables_and_no_value_is_left_out()
    {
        using var terminal = new Terminal(columns: 40);
        terminal.Type("clear; Start-BpfTrace 'BEGIN { printf(\"%s %d %s\\n\", comm, pid, \"/usr/lib/libsomething.so\"); exit(); }'");
        terminal.WaitFor("Time     comm            pid arg2\n");
        terminal.Type("clear; Start-BpfTrace 'BEGIN { printf(\"%s %d %s %d\\n\", comm, pid, \"/usr/lib/libsomething.so\", 4567); exit(); }'");
        terminal.WaitFor("Time            Text\n");
        terminal.Type("clear; Start-BpfTrace 'BEGIN { @h = hist(3); @h = hist(100); exit(); }'");
        string bars = terminal.WaitFor("[64, 128)  1 ▕█████████████████████████");
        Assert.DoesNotContain("█\n█", bars, StringComparison.Ordinal); // no bar is broken in two lines
    }

    [PwshFact(needsKernel: true, needsTmux: true)]
    public void On_a_console_histograms_have_block_characters_and_colours_where_they_are_wanted()
    {
        using var terminal = new Terminal();
        terminal.Type("$h = Start-BpfTrace 'BEGIN { @h = hist(3); exit(); }'; clear; $h");
        terminal.WaitFor("[2, 4)  1 ▕███");
        Assert.DoesNotContain("\u001b[36m", terminal.Colors(), StringComparison.Ordinal); // PlainText
        terminal.Type("$PSStyle.OutputRendering = 'Host'; clear; $h; 'col' + 'oured'"); // the plain one is shown until it is cleared
        terminal.WaitFor("coloured");
        Assert.Contains("▕\u001b[36m███", terminal.Colors(), StringComparison.Ordinal);
        terminal.Type("$env:NO_COLOR = 1; clear; $h; 'pla' + 'in'");
        terminal.WaitFor("plain");
        Assert.DoesNotContain("▕\u001b[36m", terminal.Colors(), StringComparison.Ordinal);
    }
}
