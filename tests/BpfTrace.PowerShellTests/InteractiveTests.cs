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
        terminal.Type("\"last is $($last -is [BpfTrace.MapEntry]) $($last.Map)\"");
        terminal.WaitFor("last is True @n");
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
        terminal.Type("'sle' + 'eps'; Start-Sleep 1000");
        terminal.WaitFor("sleeps");
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
        var drawn = new HashSet<string>();
        string screen = terminal.WaitFor(s => drawn.Add(Tick(s)) && drawn.Count > 3 && Tick(s).Contains("@@@@@@", StringComparison.Ordinal), "a bar that grows");
        Assert.Equal(1, screen.Split("large").Length - 1); // drawn over, not below
        Assert.Contains("[4, 8)", screen, StringComparison.Ordinal);
        terminal.Press("C-c");
        terminal.Type("\"job is $($job.State)\"; $job | Stop-Job; \"ended as $($job.State)\"");
        terminal.WaitFor("job is Running");
        terminal.WaitFor("ended as Stopped");
        terminal.Type("clear; Watch-BpfMap k -Ascii; 'watched ' + 'once'");
        terminal.WaitFor("@k  trace 1 (drawn), Completed");
        terminal.WaitFor("watched once");

        static string Tick(string screen) => Array.Find(screen.Split('\n'), static l => l.StartsWith("tick", StringComparison.Ordinal)) ?? "";
    }

    [PwshFact(needsKernel: true, needsTmux: true)]
    public void Keys_of_wide_characters_have_their_room_in_a_watched_map()
    {
        using var terminal = new Terminal();
        terminal.Type("Start-BpfTrace 'BEGIN { @w[\"日本語\"] = 40; @w[\"a\"] = 30; exit(); }' -NoMaps; clear; Watch-BpfMap w -Ascii; 'watched ' + 'once'");
        string[] lines = terminal.WaitFor("watched once").Split('\n');
        Assert.Contains(lines, l => l.StartsWith("日本語" + " ".PadLeft(11) + "40 @@@@@", StringComparison.Ordinal)); // six columns, and twelve for the value
        Assert.Contains(lines, l => l.StartsWith("a".PadRight(6) + " ".PadLeft(11) + "30 @@@@@", StringComparison.Ordinal));
    }

    [PwshFact(needsKernel: true, needsTmux: true)]
    public void Bars_of_a_watched_map_begin_in_one_column_however_long_its_values_are()
    {
        using var terminal = new Terminal();
        terminal.Type("Start-BpfTrace 'BEGIN { @s[\"a\"] = stats(7); for ($i : 0..20) { @s[\"b\"] = stats(1000); } exit(); }' -NoMaps; clear; Watch-BpfMap s -Ascii; 'watched ' + 'once'");
        string[] lines = [.. terminal.WaitFor("watched once").Split('\n').Where(l => l.Contains(".total", StringComparison.Ordinal))];
        Assert.Equal(2, lines.Length);
        Assert.Contains(".total = 20000 } @", lines[0], StringComparison.Ordinal);
        Assert.Equal(lines[0].IndexOf('}', StringComparison.Ordinal), lines[1].IndexOf('}', StringComparison.Ordinal));
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
        terminal.Type("$env:LC_ALL = 'C'; clear; $h"); // a locale of ASCII
        terminal.WaitFor("[2, 4)                 1 |@@@");
    }

    [PwshFact(needsKernel: true, needsTmux: true)]
    public void What_is_typed_while_a_trace_runs_is_at_the_prompt_afterwards()
    {
        using var terminal = new Terminal();
        terminal.Type("clear; Start-BpfTrace 'interval:ms:20 { @n = count(); } interval:ms:200 { printf(\"tick\\n\"); }' -MaxEvents 30");
        terminal.WaitFor("tick\n"); // not what was typed
        terminal.Type("'ty' + 'péd🙂'");
        terminal.WaitFor("\ntypéd🙂\n");
        terminal.Type("clear; Start-BpfTrace 'interval:ms:100 { printf(\"tock\\n\"); }'; 'en' + 'ded'");
        terminal.WaitFor("tock\n"); // not what was typed, nor what is not cleared yet
        terminal.Press("x");
        Thread.Sleep(500);
        terminal.Press("C-c"); // forgets what was typed before it
        terminal.WaitFor("ended");
        terminal.Type("'after' + 'wards'");
        terminal.WaitFor("\nafterwards\n");
    }

    [PwshFact(needsKernel: true, needsTmux: true)]
    public void Control_Z_stops_the_shell_with_its_trace_until_it_is_in_front_again()
    {
        using var terminal = new Terminal();
        terminal.Type("$env:PS1 = 'out' + 'er> '; clear; bash --norc -i");
        terminal.WaitFor("outer>"); // not what was typed, and the first pwsh's prompt is off the screen
        terminal.Type($"clear; '{Pwsh.Executable}' -NoProfile -NoLogo");
        terminal.WaitFor("PS ");
        terminal.ImportModule();
        terminal.Type("clear; Start-BpfTrace 'interval:ms:100 { printf(\"tick\\n\"); } END { printf(\"the end\\n\"); }'");
        terminal.WaitFor("tick\n"); // not what was typed
        terminal.Press("C-z");
        terminal.WaitFor("Stopped");
        terminal.Type("clear; echo in-$((40 + 2))");
        terminal.WaitFor("in-42");
        terminal.Type("clear; fg");
        terminal.WaitFor("tick\n"); // not what was typed
        Thread.Sleep(1000); // in front again, the shell takes its keys back a moment after its trace goes on
        terminal.Press("C-c");
        terminal.WaitFor("the end");
        terminal.Type("exit");
        terminal.WaitFor("exit\nouter>");
    }

    [PwshFact(needsKernel: true, needsTmux: true)]
    public void Keys_belong_to_the_program_that_the_pipeline_ends_in()
    {
        using var terminal = new Terminal();
        terminal.Type("clear; Start-BpfTrace 'interval:ms:20 { printf(\"tick\\n\"); }' | bash -c 'printf \"g%s\\n\" o; for i in {1..20}; do IFS= read -rsn1 key < /dev/tty; printf %s $key; done; echo .'");
        terminal.WaitFor("go\n");
        foreach (char key in "abcdefghijklmnopqrst")
        {
            terminal.Press($"{key}");
            Thread.Sleep(60);
        }

        terminal.WaitFor("abcdefghijklmnopqrst.");
    }

    [PwshFact(needsKernel: true, needsTmux: true)]
    public void What_a_command_behind_the_trace_asks_is_answered_to_it()
    {
        using var terminal = new Terminal();

        // Who waits for a key holds the reader's lock; what is typed before is nobody's answer yet.
        terminal.Type("function Tell($What) { $null = [powershell]::Create().AddScript({ param($What) while ([Threading.Monitor]::TryEnter([Console]::In)) { [Threading.Monitor]::Exit([Console]::In); [Threading.Thread]::Sleep(20) }; [Console]::Out.Write(\"asks $What\") }).AddArgument($What).BeginInvoke() }");
        terminal.Type("$s = 'interval:ms:10 { printf(\"x\\n\"); }'; Start-BpfTrace $s -MaxEvents 1 | ForEach-Object { Tell first; \"got <$(Read-Host name)>\" }");
        terminal.WaitFor("asks first");
        terminal.Type("a whole answer");
        terminal.WaitFor("got <a whole answer>");
        terminal.Type("clear; Start-BpfTrace $s | ForEach-Object { Tell second; \"got <$(Read-Host name)>\" }");
        terminal.WaitFor("asks second");
        terminal.Press("C-c");
        terminal.Type("clear; 'back ' + 'again'; \"running: $(@(Get-BpfTrace | Where-Object State -eq Running).Count)\"");
        terminal.WaitFor("back again");
        terminal.WaitFor("running: 0");
    }

    [PwshFact(needsKernel: true, needsTmux: true)]
    public void A_watched_map_is_drawn_anew_in_a_window_of_another_size()
    {
        using var terminal = new Terminal();
        terminal.Type("$job = Start-BpfTrace 'BEGIN { for ($i : 0..10) { @m[$i, \"some long text\"] = $i + 10; } @h = hist(5); } interval:ms:10 { @k[\"tick\"]++; }' -AsJob -Name sized; clear; Watch-BpfMap -Interval 1h -Ascii -Top 3");
        terminal.WaitFor("... and 7 more");
        terminal.Resize(30, 12);
        string narrow = terminal.WaitFor("@m  trace 1 (sized), Running");
        terminal.Resize(100, 40);
        string wide = terminal.WaitFor("7, some long text");
        Assert.Equal(1, wide.Split("@h  trace").Length - 1);
        Assert.Equal(1, wide.Split("@k  trace").Length - 1);
        Assert.DoesNotContain(narrow.TrimEnd().Split('\n'), l => l.Length > 30);
        Assert.Contains(wide.Split('\n'), l => l.StartsWith("9, some long text", StringComparison.Ordinal) && l.Contains("@@@@@@@@@@@@@@@@@@@@", StringComparison.Ordinal));
        terminal.Press("C-c");
        terminal.Type("$job | Remove-Job -Force; 'all ' + 'gone'");
        terminal.WaitFor("all gone");
    }
}
