using System.Text.Json;
using BpfTrace.PowerShellTests.Support;

namespace BpfTrace.PowerShellTests;

/// <summary>Start-BpfTrace in a real pwsh: objects, streaming, stopping.</summary>
public sealed class StreamingTests
{
    [PwshFact(needsKernel: true)]
    public void Traces_of_the_same_program_make_no_types_anew()
    {
        JsonElement seen = Pwsh.RunJson("""
            $script = 'BEGIN { printf("%d %s\n", pid, comm); exit(); }'
            $first = Start-BpfTrace $script
            $types = 1..10 | ForEach-Object { Start-BpfTrace $script | Where-Object pid -gt 0 | ForEach-Object { $_.GetType() } }
            [pscustomobject]@{
                same = @($types | Where-Object { $_ -eq $first.GetType() }).Count
                made = @([AppDomain]::CurrentDomain.GetAssemblies() | Where-Object { $_.GetName().Name -like 'BpfTrace.Events*' }).Count
            }
            """)[0];
        Assert.Equal(10, seen.GetProperty("same").GetInt32());
        Assert.Equal(1, seen.GetProperty("made").GetInt32());
    }

    [PwshFact(needsKernel: true)]
    public void Events_have_typed_properties_named_after_their_expressions()
    {
        JsonElement events = Pwsh.RunJson("""
            Start-BpfTrace 'BEGIN { printf("%s %d n=%d\n", comm, pid, 42); exit(); }' | ForEach-Object {
                [pscustomobject]@{ comm = $_.comm; pid = $_.pid; n = $_.n; pidType = $_.pid.GetType().Name; text = $_.Text; probe = $_.ProbeName; me = $PID; isEvent = $_ -is [BpfTrace.TraceEvent] }
            }
            """);
        JsonElement only = Assert.Single(events.EnumerateArray());
        Assert.Equal("42", only.GetProperty("n").ToString());
        Assert.Equal(only.GetProperty("me").GetInt64(), only.GetProperty("pid").GetInt64());
        Assert.Equal("UInt32", only.GetProperty("pidType").GetString());
        Assert.True(only.GetProperty("isEvent").GetBoolean());
        Assert.EndsWith(" n=42\n", only.GetProperty("text").GetString(), StringComparison.Ordinal);
        Assert.Equal("begin", only.GetProperty("probe").GetString(), ignoreCase: true);
    }

    [PwshFact(needsKernel: true)]
    public void Select_First_ends_an_endless_trace()
    {
        JsonElement result = Pwsh.RunJson("""
            $events = Start-BpfTrace 'interval:ms:10 { printf("%d\n", nsecs); }' | Select-Object -First 3
            [pscustomobject]@{ count = $events.Count; running = @(Get-BpfTrace | Where-Object State -eq Running).Count }
            """);
        Assert.Equal(3, result[0].GetProperty("count").GetInt32());
        Assert.Equal(0, result[0].GetProperty("running").GetInt32());
    }

    [PwshFact(needsKernel: true)]
    public void Several_processes_are_traced_and_the_trace_ends_with_the_last()
    {
        JsonElement result = Pwsh.RunJson("""
            $go = [System.IO.Path]::GetTempFileName()
            $children = 1, 2 | ForEach-Object { Start-Process sh -ArgumentList '-c', "`"while [ -e $go ]; do sleep 0.05; done; kill -28 `$`$`"" -PassThru }
            $maps = Start-BpfTrace 'interval:ms:300 { printf("attached\n"); } tracepoint:syscalls:sys_enter_kill /args.sig == 28/ { @[pid] = count(); }' -ProcessId $children.Id |
                ForEach-Object { if ($_ -is [BpfTrace.TraceEvent]) { Remove-Item $go -ErrorAction Ignore } else { $_ } }
            [pscustomobject]@{ keys = @($maps.Key | Sort-Object); ids = @($children.Id | Sort-Object); ended = @($children | Where-Object HasExited).Count }
            """);
        Assert.Equal(result[0].GetProperty("ids").EnumerateArray().Select(k => k.GetInt64()), result[0].GetProperty("keys").EnumerateArray().Select(k => k.GetInt64()));
        Assert.Equal(2, result[0].GetProperty("ended").GetInt32());
    }

    [PwshFact(needsKernel: true)]
    public void Maps_follow_as_objects_and_stay_readable()
    {
        JsonElement result = Pwsh.RunJson("""
            $maps = Start-BpfTrace 'BEGIN { @a["x", 1] = 5; @a["y", 2] = 7; @n = count(); exit(); }'
            $again = Get-BpfMap a | Sort-Object Value -Descending
            [pscustomobject]@{ kinds = @($maps.Map); key1 = $again[0].Key1; key2 = $again[0].Key2; value = $again[0].Value; n = (Get-BpfMap n).Value }
            """);
        Assert.Equal(["@a", "@a", "@n"], result[0].GetProperty("kinds").EnumerateArray().Select(k => k.GetString()!));
        Assert.Equal("y", result[0].GetProperty("key1").GetString());
        Assert.Equal(2, result[0].GetProperty("key2").GetInt32());
        Assert.Equal(7, result[0].GetProperty("value").GetInt32());
        Assert.Equal(1, result[0].GetProperty("n").GetInt32());
    }

    [PwshFact(needsKernel: true)]
    public void NoMaps_keeps_them_back_and_MaxEvents_ends_the_trace()
    {
        JsonElement result = Pwsh.RunJson("""
            $out = @(Start-BpfTrace 'interval:ms:5 { @n = count(); printf("tick\n"); }' -MaxEvents 4 -NoMaps)
            [pscustomobject]@{ count = $out.Count; maps = @($out | Where-Object { $_ -is [BpfTrace.MapEntry] }).Count }
            """);
        Assert.Equal(4, result[0].GetProperty("count").GetInt32());
        Assert.Equal(0, result[0].GetProperty("maps").GetInt32());
    }

    [PwshFact(needsKernel: true)]
    public void AsText_writes_lines()
    {
        JsonElement lines = Pwsh.RunJson("""
            Start-BpfTrace 'BEGIN { printf("a"); printf("b\nc\n"); @x = 1; exit(); }' -AsText
            """);
        Assert.Equal(["ab", "c", "", "", "@x: 1"], lines.EnumerateArray().Select(l => l.GetString()!));
    }

    [PwshFact(needsKernel: true)]
    public void A_scripts_lines_from_the_pipeline_may_be_empty_and_keep_their_numbers()
    {
        JsonElement seen = Pwsh.RunJson("""
            $event = 'BEGIN {', '', '  printf("x\n");', '', '  exit(); }' | Start-BpfTrace
            try { Start-BpfTrace '' } catch { $empty = $_.FullyQualifiedErrorId }
            [pscustomobject]@{ type = $event.GetType().Name; errors = $Error.Count; empty = $empty }
            """)[0];
        Assert.Equal("Printf_L3C3", seen.GetProperty("type").GetString());
        Assert.Equal("NoProbes,BpfTrace.Commands.StartBpfTraceCommand", seen.GetProperty("empty").GetString());
        Assert.Equal(1, seen.GetProperty("errors").GetInt32());
    }

    [PwshFact(needsKernel: true)]
    public void What_is_printed_is_the_same_as_objects_and_as_text_and_END_is_whole_behind_MaxEvents()
    {
        JsonElement runs = Pwsh.RunJson("""
            $script = 'BEGIN { @n = count(); clear(@n); @k[1] = 1; clear(@k); print(@k); print(@n); print(@k); printf("a\n"); printf("b\n"); }
                       interval:ms:5 { exit(); } END { printf("c\n"); print(@n); clear(@n); }'
            foreach ($text in $false, $true) {
                foreach ($most in 2, 99) {
                    $out = @(Start-BpfTrace $script -AsText:$text -MaxEvents $most)
                    [pscustomobject]@{ out = @($out | ForEach-Object { "$_" } | Where-Object { $_ }); events = (Get-BpfTrace)[-1].Counters.Events }
                }
            }
            """);
        for (int form = 0; form < 2; form++)
        {
            JsonElement limited = runs[form * 2], whole = runs[(form * 2) + 1];
            Assert.Equal(["@n: 0", "a", "c", "@n: 0"], limited.GetProperty("out").EnumerateArray().Select(static l => l.GetString()!));
            Assert.Equal(4, limited.GetProperty("events").GetInt64());
            Assert.Equal(["@n: 0", "a", "b", "c", "@n: 0"], whole.GetProperty("out").EnumerateArray().Select(static l => l.GetString()!));
            Assert.Equal(5, whole.GetProperty("events").GetInt64());
        }
    }

    [PwshFact(needsKernel: true)]
    public void A_trace_written_as_text_leaves_its_maps_and_numbers_behind_too()
    {
        JsonElement left = Pwsh.RunJson("""
            Start-BpfTrace 'interval:ms:5 { @n[1] = count(); if (@ticks++ >= 3) { exit(); } }' -AsText -Statistics -Name text | Out-Null
            $trace = Get-BpfTrace text
            [pscustomobject]@{ n = (Get-BpfMap n -Session text).Value; sizes = @($trace.Maps | ForEach-Object Name); runs = $trace.ProbeRunTimes[0].RunCount }
            """)[0];
        Assert.Equal(4, left.GetProperty("n").GetInt64());
        Assert.Equal(["@n", "@ticks"], left.GetProperty("sizes").EnumerateArray().Select(static s => s.GetString()!).Order());
        Assert.InRange(left.GetProperty("runs").GetInt64(), 4, long.MaxValue);
    }

    [PwshFact(needsKernel: true)]
    public void WhatIf_names_the_probes_and_attaches_nothing()
    {
        string output = Pwsh.Run("Start-BpfTrace 'tracepoint:sched:sched_process_e* { @[probe] = count(); }' -WhatIf; @(Get-BpfTrace).Count");
        Assert.Contains("tracepoint:sched:sched_process_exec", output, StringComparison.Ordinal);
        Assert.Contains("tracepoint:sched:sched_process_exit", output, StringComparison.Ordinal);
        Assert.Matches("What if: tracepoint: 2 attach points by 2 tracepoint links, 2 programs of [0-9]+ instructions together", output);
        Assert.Matches("What if: memory: [0-9.]+ MiB of the kernel's, [0-9.]+ KiB for maps [(]@ [0-9.]+ KiB[)], [0-9.]+ MiB for output", output);
        Assert.EndsWith("0", output.TrimEnd(), StringComparison.Ordinal);
    }

    [PwshFact(needsKernel: true)]
    public void WhatIf_tells_how_often_a_timer_runs_and_follows_the_preference()
    {
        string output = Pwsh.Run("""
            $WhatIfPreference = $true
            Start-BpfTrace 'interval:ms:100 { printf("ran"); exit(); }'
            (Start-BpfTrace 'interval:ms:100 { printf("ran"); exit(); }' -WhatIf:$false).Text
            """);
        Assert.Matches("What if: interval: 1 attach point by 1 perf_event link, 1 program of [0-9]+ instructions; about 10 runs a second [(]timer[)]", output);
        Assert.Single(output.Split('\n'), static line => line.Trim() == "ran");
    }

    [PwshFact(needsKernel: true)]
    public void A_duration_ends_the_trace_and_a_command_is_traced_from_its_start()
    {
        JsonElement result = Pwsh.RunJson("""
            $files = Start-BpfTrace 'tracepoint:syscalls:sys_enter_openat /pid == cpid/ { printf("%s\n", str(args.filename)); }' -Command 'cmp /etc/hostname /etc/hostname' -WarningAction SilentlyContinue # a name whose page is not in memory yet cannot be read, and that is said
            $ticks = @(Start-BpfTrace 'interval:ms:20 { printf("x\n"); }' -Duration 300ms)
            [pscustomobject]@{ opened = @($files.filename) -contains '/etc/hostname'; ticks = $ticks.Count }
            """);
        Assert.True(result[0].GetProperty("opened").GetBoolean());
        Assert.InRange(result[0].GetProperty("ticks").GetInt32(), 1, 10_000);
    }

    [PwshFact(needsKernel: true)]
    public void A_trace_in_a_second_runspace_is_stopped_by_its_name()
    {
        JsonElement result = Pwsh.RunJson("""
            $ps = [powershell]::Create().AddScript("Import-Module '$((Get-Module BpfTrace).Path)'").AddStatement().AddCommand('Start-BpfTrace').AddParameter('Script', 'interval:ms:10 { @n = count(); printf("t\n"); } END { printf("end\n"); }').AddParameter('Name', 'second')
            $out = [System.Management.Automation.PSDataCollection[psobject]]::new()
            $running = $ps.BeginInvoke([System.Management.Automation.PSDataCollection[psobject]]::new(), $out)
            while ($out.Count -lt 3) { Start-Sleep -Milliseconds 20 }
            $live = (Get-BpfMap n).Value
            Stop-BpfTrace -Name second
            $null = $ps.EndInvoke($running)
            [pscustomobject]@{ live = $live; end = @($out | Where-Object Text -eq "end`n").Count; map = @($out | Where-Object Map -eq '@n').Count }
            """);
        Assert.True(result[0].GetProperty("live").GetInt64() >= 3);
        Assert.Equal(1, result[0].GetProperty("end").GetInt32());
        Assert.Equal(1, result[0].GetProperty("map").GetInt32());
    }

    [PwshFact(needsKernel: true)]
    public void Stopping_the_pipeline_releases_the_trace()
    {
        JsonElement result = Pwsh.RunJson("""
            $ps = [powershell]::Create().AddScript("Import-Module '$((Get-Module BpfTrace).Path)'; Start-BpfTrace 'interval:ms:10 { printf(`"t\n`"); @n = count(); }' -Name stopped")
            $out = [System.Management.Automation.PSDataCollection[psobject]]::new()
            $running = $ps.BeginInvoke([System.Management.Automation.PSDataCollection[psobject]]::new(), $out)
            while ($out.Count -lt 2) { Start-Sleep -Milliseconds 20 }
            $ps.Stop()
            [pscustomobject]@{ running = @(Get-BpfTrace stopped | Where-Object State -eq Running).Count; map = (Get-BpfMap n).Value }
            """);
        Assert.Equal(0, result[0].GetProperty("running").GetInt32());
        Assert.True(result[0].GetProperty("map").GetInt64() >= 2);
    }

    [PwshFact(needsKernel: true)]
    public void A_pipeline_that_is_behind_and_stopped_shows_what_END_prints_and_the_final_maps_and_not_the_events_that_wait()
    {
        JsonElement result = Pwsh.RunJson("""
            $script = 'BEGIN { $i = 0; while ($i < 20000) { printf("%d\n", $i); $i++; } @n = 5; } interval:s:1 { } END { printf("the %s\n", "end"); @end = 7; }'
            $ps = [powershell]::Create().AddScript('param($Module, $Script) Import-Module $Module; Start-BpfTrace $Script -Name behind | ForEach-Object { Start-Sleep 1000 }').AddArgument((Get-Module BpfTrace).Path).AddArgument($script)
            $null = $ps.BeginInvoke()
            while ((Get-BpfTrace behind -ErrorAction Ignore).Counters.Delivered -lt 1000) { Start-Sleep -Milliseconds 20 }
            $ps.Stop()
            $counters = (Get-BpfTrace behind).Counters
            [pscustomobject]@{ shown = "$($ps.Streams.Information)"; state = "$((Get-BpfTrace behind).State)"; discarded = $counters.Discarded; produced = $counters.Produced }
            """)[0];
        Assert.Equal("the end\n\n@end: 7\n\n@n: 5\n", result.GetProperty("shown").GetString());
        Assert.Equal("Completed", result.GetProperty("state").GetString());
        Assert.InRange(result.GetProperty("discarded").GetInt64(), 1, 19_999);
        Assert.Equal(20_001, result.GetProperty("produced").GetInt64());
    }

    [PwshFact(needsKernel: true)]
    public void A_pipeline_that_ends_with_the_message_of_attaching_leaves_no_trace_behind()
    {
        JsonElement result = Pwsh.RunJson("""
            $first = Start-BpfTrace 'interval:ms:10 { @n = count(); }' -Verbose 4>&1 | Where-Object { "$_" -match 'was loaded' } | Select-Object -First 1
            try { Start-BpfTrace 'interval:ms:10 { @n = count(); }' -Verbose 4>&1 | ForEach-Object { if ("$_" -match 'was loaded') { throw 'no' } } } catch { $thrown = "$_" }
            [pscustomobject]@{ first = "$first"; thrown = $thrown; states = @(Get-BpfTrace | ForEach-Object { "$($_.State)" }) }
            """)[0];
        Assert.Contains("was loaded", result.GetProperty("first").GetString(), StringComparison.Ordinal);
        Assert.Equal("no", result.GetProperty("thrown").GetString());
        Assert.Equal(["Aborted", "Aborted"], result.GetProperty("states").EnumerateArray().Select(static s => s.GetString()!));
    }

    [PwshFact(needsKernel: true)]
    public void Many_probes_show_progress_and_stopping_meanwhile_leaves_nothing_behind()
    {
        JsonElement result = Pwsh.RunJson("""
            function KernelObjects { @(foreach ($file in Get-ChildItem /proc/$PID/fdinfo) { Get-Content $file -ErrorAction Ignore | Select-String '^(prog_id|map_id|link_id):' }).Count }
            $before = KernelObjects
            $shell = [powershell]::Create().AddScript("Import-Module '$((Get-Module BpfTrace).Path)'; Start-BpfTrace 'tracepoint:syscalls:sys_* /pid == `$1/ { @ = count(); }' -ArgumentList $PID -Config @{ max_probes = 4000 }")
            $run = $shell.BeginInvoke()
            while ($shell.Streams.Progress.Count -eq 0 -and -not $run.IsCompleted) { Start-Sleep -Milliseconds 5 }
            $shell.Stop()
            [pscustomobject]@{ progress = $shell.Streams.Progress[0].StatusDescription; state = "$($shell.InvocationStateInfo.State)"; left = (KernelObjects) - $before; running = @(Get-BpfTrace | Where-Object State -eq Running).Count }
            """)[0];
        Assert.Matches("^(Loading programs|Attaching probes): [0-9]+ of [0-9]{2,}$", result.GetProperty("progress").GetString());
        Assert.Equal("Stopped", result.GetProperty("state").GetString());
        Assert.Equal(0, result.GetProperty("left").GetInt32());
        Assert.Equal(0, result.GetProperty("running").GetInt32());
    }
}
