using System.Text.Json;
using BpfTrace.PowerShellTests.Support;

namespace BpfTrace.PowerShellTests;

/// <summary>Traces as jobs, and what can be seen of a trace from outside while it runs.</summary>
public sealed class JobTests
{
    [PwshFact(needsKernel: true)]
    public void A_job_runs_is_received_and_ends_gracefully_by_Stop_Job()
    {
        JsonElement result = Pwsh.RunJson("""
            $job = Start-BpfTrace 'interval:ms:10 { @n = count(); printf("tick %d\n", 7); } END { printf("end %d\n", 9); }' -AsJob -Name ticks
            $states = @("$($job.State)")
            while ($job.Output.Count -lt 3) { Start-Sleep -Milliseconds 20 }
            $kept = @(Receive-Job $job -Keep).Count
            $first = @(Receive-Job $job)
            $live = (Get-BpfMap n -Session $job).Value
            Stop-Job -Name ticks
            $rest = @(Receive-Job ticks)
            $states += "$($job.State)"
            [pscustomobject]@{
                states = $states
                kept = $kept
                first = $first.Count
                live = $live
                type = $job.PSJobTypeName
                isJob = $job -is [System.Management.Automation.Job]
                ends = @($rest | Where-Object Text -eq "end 9`n").Count
                map = $rest[-1].Map
                total = $rest[-1].Value
                counted = $first.Count + @($rest | Where-Object Text -eq "tick 7`n").Count
                more = $job.HasMoreData
                session = "$($job.Trace.State)"
                gone = & { Remove-Job $job; @(Get-Job).Count }
            }
            """)[0];
        Assert.Equal(["Running", "Stopped"], result.GetProperty("states").EnumerateArray().Select(s => s.GetString()));
        Assert.InRange(result.GetProperty("kept").GetInt32(), 3, 1000);
        Assert.True(result.GetProperty("first").GetInt32() >= result.GetProperty("kept").GetInt32());
        Assert.True(result.GetProperty("live").GetInt64() >= 3);
        Assert.Equal("BpfTrace", result.GetProperty("type").GetString());
        Assert.True(result.GetProperty("isJob").GetBoolean());
        Assert.Equal(1, result.GetProperty("ends").GetInt32());
        Assert.Equal("@n", result.GetProperty("map").GetString());
        Assert.Equal(result.GetProperty("total").GetInt64(), result.GetProperty("counted").GetInt64());
        Assert.False(result.GetProperty("more").GetBoolean());
        Assert.Equal("Completed", result.GetProperty("session").GetString());
        Assert.Equal(0, result.GetProperty("gone").GetInt32());
    }

    [PwshFact(needsKernel: true)]
    public void Several_traces_run_side_by_side_and_each_job_has_its_own_events()
    {
        JsonElement result = Pwsh.RunJson("""
            $jobs = 1..3 | ForEach-Object { Start-BpfTrace 'interval:ms:10 { printf("%d\n", $1); }' -ArgumentList $_ -MaxEvents 4 -AsJob -Name "side$_" }
            $null = $jobs | Wait-Job
            foreach ($job in $jobs) {
                $events = @($job | Receive-Job)
                [pscustomobject]@{ name = $job.Name; state = "$($job.State)"; count = $events.Count; values = @($events.Text.Trim() | Sort-Object -Unique) }
            }
            """);
        Assert.Equal(["side1", "side2", "side3"], result.EnumerateArray().Select(j => j.GetProperty("name").GetString()));
        int number = 0;
        foreach (JsonElement job in result.EnumerateArray())
        {
            number++;
            Assert.Equal("Completed", job.GetProperty("state").GetString());
            Assert.Equal(4, job.GetProperty("count").GetInt32());
            Assert.Equal($"{number}", Assert.Single(job.GetProperty("values").EnumerateArray()).GetString());
        }
    }

    [PwshFact(needsKernel: true)]
    public void Receiving_waits_and_removes_and_the_streams_are_those_of_PowerShell()
    {
        JsonElement result = Pwsh.RunJson("""
            $ErrorActionPreference = 'Continue'
            $out = Start-BpfTrace 'BEGIN { printf("out %d\n", 1); errorf("bad %d", 2); warnf("careful"); } interval:ms:300 { exit(); }' -AsJob |
                Receive-Job -Wait -AutoRemoveJob -ErrorVariable errors -WarningVariable warnings -ErrorAction SilentlyContinue -WarningAction SilentlyContinue
            $compile = $null
            try { Start-BpfTrace 'BEGIN { nosuch() }' -AsJob -ErrorAction Stop } catch { $compile = $_.FullyQualifiedErrorId }
            [pscustomobject]@{ out = @($out.Text); errors = @($errors | ForEach-Object FullyQualifiedErrorId); warnings = @($warnings | ForEach-Object Message); jobs = @(Get-Job).Count; compile = $compile }
            """)[0];
        Assert.Equal(["out 1\n"], result.GetProperty("out").EnumerateArray().Select(t => t.GetString()));
        Assert.StartsWith("ScriptError", Assert.Single(result.GetProperty("errors").EnumerateArray()).GetString(), StringComparison.Ordinal);
        Assert.Contains("careful", Assert.Single(result.GetProperty("warnings").EnumerateArray()).GetString(), StringComparison.Ordinal);
        Assert.Equal(0, result.GetProperty("jobs").GetInt32());
        Assert.StartsWith("UnknownFunction", result.GetProperty("compile").GetString(), StringComparison.Ordinal);
    }

    [PwshFact(needsKernel: true)]
    public void Removing_a_running_job_by_force_releases_the_trace()
    {
        JsonElement result = Pwsh.RunJson("""
            $job = Start-BpfTrace 'interval:ms:10 { printf("x\n"); }' -AsJob -Name doomed
            Remove-Job $job -Force
            [pscustomobject]@{ running = @(Get-BpfTrace | Where-Object State -eq Running).Count; state = "$((Get-BpfTrace doomed).State)"; jobs = @(Get-Job).Count }
            """)[0];
        Assert.Equal(0, result.GetProperty("running").GetInt32());
        Assert.Equal("Completed", result.GetProperty("state").GetString());
        Assert.Equal(0, result.GetProperty("jobs").GetInt32());
    }

    [PwshFact(needsKernel: true)]
    public void An_event_ends_the_trace_it_came_from()
    {
        JsonElement result = Pwsh.RunJson("""
            $other = Start-BpfTrace 'interval:ms:10 { @o = count(); }' -AsJob
            $out = Start-BpfTrace 'interval:ms:10 { @c++; printf("%d\n", @c); } END { printf("last %d\n", 100); }' -Duration 2h |
                ForEach-Object { $_; if ($_.c -eq 3) { $_ | Stop-BpfTrace } }
            [pscustomobject]@{ other = "$($other.Trace.State)"; texts = @($out | ForEach-Object { "$_" }); took = $out[-2].Timestamp - $out[0].Timestamp -lt [timespan]'01:00:00' }
            $other | Remove-Job -Force
            """)[0];
        string[] texts = [.. result.GetProperty("texts").EnumerateArray().Select(t => t.GetString()!)];
        Assert.Equal("Running", result.GetProperty("other").GetString());
        Assert.Equal(["1", "2", "3"], texts[..3]);
        Assert.Equal("last 100", texts[^2]);
        Assert.StartsWith("@c: ", texts[^1], StringComparison.Ordinal);
        Assert.True(result.GetProperty("took").GetBoolean());
    }

    [PwshFact(needsKernel: true)]
    public void Counters_map_sizes_and_run_times_are_live()
    {
        JsonElement result = Pwsh.RunJson("""
            $job = Start-BpfTrace 'BEGIN { @k[1] = 1; @k[2] = 1; @k[3] = 1; } interval:ms:10 { @n = count(); printf("t\n"); }' -AsJob -Statistics -Config @{ max_map_keys = 50 }
            while ($job.Trace.Counters.Events -lt 5) { Start-Sleep -Milliseconds 20 }
            $trace = Get-BpfTrace -Id $job.Trace.Id
            $interval = $trace.ProbeRunTimes | Where-Object Probe -eq 'interval:ms:10'
            $k = $trace.Maps | Where-Object Name -eq '@k'
            $row = ($trace | Format-Table | Out-String -Width 120).Trim().Split("`n")[-1]
            $job | Stop-Job
            [pscustomobject]@{
                runs = $interval.RunCount; average = $interval.AverageNanoseconds; count = $k.Count; max = $k.MaxEntries; row = $row
                balance = $trace.Counters.Produced - $trace.Counters.Delivered - $trace.Counters.Lost - $trace.Counters.Discarded
                after = ($trace.ProbeRunTimes | Where-Object Probe -eq 'interval:ms:10').RunCount
                events = $trace.Counters.Events; stopped = @($trace.Maps).Count
            }
            $job | Remove-Job
            """)[0];
        Assert.True(result.GetProperty("runs").GetInt64() >= 5);
        Assert.InRange(result.GetProperty("average").GetDouble(), 10, 10_000_000);
        Assert.Equal(3, result.GetProperty("count").GetInt32());
        Assert.Equal(50, result.GetProperty("max").GetInt32());
        Assert.Contains("@k (3)", result.GetProperty("row").GetString(), StringComparison.Ordinal);
        Assert.Equal(0, result.GetProperty("balance").GetInt64());
        Assert.Equal(result.GetProperty("events").GetInt64(), result.GetProperty("after").GetInt64());
        Assert.Equal(2, result.GetProperty("stopped").GetInt32());
    }

    [PwshFact(needsKernel: true)]
    public void A_runspace_that_closes_ends_the_traces_of_its_jobs()
    {
        JsonElement result = Pwsh.RunJson("""
            function KernelObjects { @(foreach ($file in Get-ChildItem /proc/$PID/fdinfo) { Get-Content $file -ErrorAction Ignore | Select-String '^(prog_id|map_id|link_id):' }).Count }
            $before = KernelObjects
            $runspace = [runspacefactory]::CreateRunspace([initialsessionstate]::CreateDefault2())
            $runspace.Open()
            $shell = [powershell]::Create($runspace).AddScript("Import-Module '$((Get-Module BpfTrace).Path)'; Start-BpfTrace 'interval:ms:20 { @n = count(); printf(`"%d``n`", 1); }' -AsJob -Name inner")
            $job = $shell.Invoke()[0]
            $during = KernelObjects
            $running = "$((Get-BpfTrace inner).State)"
            $runspace.Close()
            [pscustomobject]@{ before = $before; during = $during; after = KernelObjects; running = $running; trace = "$((Get-BpfTrace inner).State)"; job = "$($job.State)" }
            """)[0];
        Assert.Equal("Running", result.GetProperty("running").GetString());
        Assert.True(result.GetProperty("during").GetInt32() > result.GetProperty("before").GetInt32());
        Assert.Equal(result.GetProperty("before").GetInt32(), result.GetProperty("after").GetInt32());
        Assert.Equal("Completed", result.GetProperty("trace").GetString());
        Assert.Equal("Stopped", result.GetProperty("job").GetString());
    }

    [PwshFact(needsKernel: true)]
    public void The_job_cmdlets_say_what_cannot_be_done_and_stopping_twice_is_no_error()
    {
        JsonElement result = Pwsh.RunJson("""
            $job = Start-BpfTrace 'interval:ms:20 { @n = count(); }' -AsJob
            $debug = try { Debug-Job $job } catch { $_.FullyQualifiedErrorId }
            $waited = @(Wait-Job $job -Timeout 1).Count
            $remove = try { Remove-Job $job } catch { $_.FullyQualifiedErrorId }
            $state = "$($job.State)"
            Stop-Job $job
            Stop-Job $job
            [pscustomobject]@{ debug = $debug; waited = $waited; remove = $remove; state = $state; end = "$($job.State)" }
            """)[0];
        Assert.StartsWith("DebugJobNoDebuggableJobsFound", result.GetProperty("debug").GetString(), StringComparison.Ordinal);
        Assert.Equal(0, result.GetProperty("waited").GetInt32());
        Assert.StartsWith("JobObjectNotFinishedCannotBeRemoved", result.GetProperty("remove").GetString(), StringComparison.Ordinal);
        Assert.Equal("Running", result.GetProperty("state").GetString());
        Assert.Equal("Stopped", result.GetProperty("end").GetString());
    }

    [PwshFact(needsKernel: true)]
    public void Why_a_running_trace_failed_is_the_reason_of_its_jobs_state()
    {
        JsonElement result = Pwsh.RunJson("""
            function Epolls { @(foreach ($file in Get-ChildItem /proc/$PID/fd) { if ((Get-Item $file.FullName -ErrorAction Ignore).LinkTarget -eq 'anon_inode:[eventpoll]') { [int]$file.Name } }) }
            $before = Epolls
            $job = Start-BpfTrace 'BEGIN { errorf("first"); } interval:ms:10 { @n = count(); printf("tick\n"); }' -AsJob -Name broken
            while ($job.Output.Count -lt 3) { Start-Sleep -Milliseconds 20 }
            # What the trace waits for its records with is taken from it.
            foreach ($file in Epolls | Where-Object { $_ -notin $before }) { [Microsoft.Win32.SafeHandles.SafeFileHandle]::new([IntPtr]$file, $true).Dispose() }
            $null = Wait-Job $job -Timeout 60
            $failed = @(Get-Job -State Failed).Name
            $streamed = @($job.Error | ForEach-Object FullyQualifiedErrorId)
            $out = @(Receive-Job $job -ErrorAction SilentlyContinue -ErrorVariable errors)
            [pscustomobject]@{
                failed = $failed; state = "$($job.JobStateInfo.State)"; reason = $job.JobStateInfo.Reason.GetType().Name; id = $job.JobStateInfo.Reason.DiagnosticId
                message = $job.JobStateInfo.Reason.Message; streamed = $streamed; received = @($errors | ForEach-Object FullyQualifiedErrorId); out = $out.Count
                trace = "$($job.Trace.State)"; map = (Get-BpfMap n -Session $job).Value; more = $job.HasMoreData
            }
            """)[0];
        Assert.Equal("broken", result.GetProperty("failed").GetString());
        Assert.Equal("Failed", result.GetProperty("state").GetString());
        Assert.Equal("BpfTraceException", result.GetProperty("reason").GetString());
        Assert.Equal("TracerFailed", result.GetProperty("id").GetString());
        Assert.Contains("EBADF", result.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal(["ScriptError"], result.GetProperty("streamed").EnumerateArray().Select(e => e.GetString()));
        Assert.Equal(["ScriptError", "JobStateFailed"], result.GetProperty("received").EnumerateArray().Select(e => e.GetString()!.Split(',')[0]));
        Assert.True(result.GetProperty("out").GetInt32() >= 3);
        Assert.Equal("Failed", result.GetProperty("trace").GetString());
        Assert.True(result.GetProperty("map").GetInt64() >= 3);
        Assert.False(result.GetProperty("more").GetBoolean());
    }

    [PwshFact(needsKernel: true)]
    public void A_trace_is_found_by_number_or_name_in_the_first_place()
    {
        JsonElement result = Pwsh.RunJson("""
            $a, $b = 'first', 'second' | ForEach-Object { Start-BpfTrace 'interval:s:100 { @n = count(); }' -AsJob -Name $_ }
            $names = @((Get-BpfTrace $b.Trace.Id).Name; (Get-BpfTrace "$($b.Trace.Id)", first -ErrorAction SilentlyContinue -ErrorVariable errors).Name)
            $stopped = @((Stop-BpfTrace $a.Trace.Id -PassThru).Name; (Stop-BpfTrace sec* -PassThru).Name)
            $null = $a, $b | Wait-Job -Timeout 60
            [pscustomobject]@{ names = $names; stopped = $stopped; states = @("$($a.State)", "$($b.State)"); errors = @($errors | ForEach-Object FullyQualifiedErrorId) }
            $a, $b | Remove-Job
            """)[0];
        Assert.Equal(["second", "first"], result.GetProperty("names").EnumerateArray().Select(n => n.GetString()));
        Assert.Equal(["first", "second"], result.GetProperty("stopped").EnumerateArray().Select(n => n.GetString()));
        Assert.Equal(["Completed", "Completed"], result.GetProperty("states").EnumerateArray().Select(n => n.GetString()));
        Assert.StartsWith("TraceNotFound", Assert.Single(result.GetProperty("errors").EnumerateArray()).GetString(), StringComparison.Ordinal); // "2" is a name
    }

    [PwshFact(needsKernel: true)]
    public void A_stopped_job_is_waited_for_while_its_trace_comes_nearer_to_its_end()
    {
        // The one takes longer in all than a trace may stand still, the other does nothing else.
        JsonElement result = Pwsh.RunJson("""
            $job = Start-BpfTrace 'BEGIN { @n = 7; } interval:s:1000 { @n = 0; } END { system("sleep 3"); system("sleep 3"); system("sleep 3"); system("sleep 3"); printf("end\n"); }' -AsJob -Unsafe
            $still = Start-BpfTrace 'BEGIN { @n = 8; } interval:s:1000 { @n = 0; } END { system("sleep 1000"); }' -AsJob -Unsafe
            Stop-Job $job, $still
            $left = @(Receive-Job $still -WarningVariable warnings -WarningAction SilentlyContinue).Count
            [pscustomobject]@{
                job = "$($job.State)"; trace = "$($job.Trace.State)"; out = @(Receive-Job $job | Select-Object -Last 2 | ForEach-Object { "$_" })
                stillJob = "$($still.State)"; stillTrace = "$($still.Trace.State)"; left = $left; warning = "$warnings"; map = (Get-BpfMap n -Session $still).Value
            }
            """)[0];
        Assert.Equal("Stopped", result.GetProperty("job").GetString());
        Assert.Equal("Completed", result.GetProperty("trace").GetString());
        Assert.Equal(["end", "@n: 7"], result.GetProperty("out").EnumerateArray().Select(t => t.GetString()));
        Assert.Equal("Stopped", result.GetProperty("stillJob").GetString());
        Assert.Equal("Aborted", result.GetProperty("stillTrace").GetString());
        Assert.Equal(0, result.GetProperty("left").GetInt32());
        Assert.Contains("final maps are left out", result.GetProperty("warning").GetString(), StringComparison.Ordinal);
        Assert.Equal(8, result.GetProperty("map").GetInt32());
    }

    [PwshFact(needsKernel: true)]
    public void Traces_and_how_their_commands_ended_are_told_in_words()
    {
        string[] told = Pwsh.Run("""
            Start-BpfTrace 'BEGIN { @ = 1; }' -Command false -NoMaps
            Start-BpfTrace 'tracepoint:syscalls:sys_enter_nanosleep,tracepoint:syscalls:sys_enter_clock_nanosleep /pid == cpid/ { signal("KILL"); }' -Command 'sleep 100' -Unsafe -Name killed -WarningAction Ignore
            "$(Get-BpfTrace)"
            (Get-BpfTrace).ForEach{ "$($_.CommandExit)" }
            Get-BpfTrace nosuch -ErrorAction SilentlyContinue -ErrorVariable unknown; Stop-BpfTrace killed -ErrorAction SilentlyContinue -ErrorVariable ended
            "$unknown"; "$ended"
            $job = Start-BpfTrace 'interval:s:100 { @ = 1; }' -AsJob -Name named
            Stop-BpfTrace $job
            "$(Wait-Job $job) $($job.State)"
            """).TrimEnd().Split('\n');
        Assert.Equal(["Trace1 killed", "status 1", "signal 9 (Killed)", "There is no trace 'nosuch'.", "No trace 'killed' is running.", "named Completed"], told);
    }

    [PwshFact(needsKernel: true)]
    public void Columns_of_a_trace_stand_for_it_and_an_error_says_what_does_not()
    {
        JsonElement result = Pwsh.RunJson("""
            $a, $b = 'first', 'second' | ForEach-Object { Start-BpfTrace 'BEGIN { @n = 1; } interval:s:100 { @n = 2; }' -AsJob -Name $_ }
            $read = @(Get-BpfTrace second | Select-Object Id, Name | Get-BpfMap -ErrorAction SilentlyContinue -ErrorVariable errors).Count
            $errors += @($null = [pscustomobject]@{ Session = 'first' } | Get-BpfMap -ErrorAction SilentlyContinue -ErrorVariable e1; $e1)
            # Another process's numbers are its own.
            $errors += @($null = [System.Management.Automation.PSSerializer]::Deserialize([System.Management.Automation.PSSerializer]::Serialize($b.Trace)) | Stop-BpfTrace -ErrorAction SilentlyContinue -ErrorVariable e2; $e2)
            $running = @(Get-BpfTrace | Where-Object State -eq Running).Count
            $stopped = @(Get-BpfTrace | Where-Object Name -eq second | Select-Object Id | Stop-BpfTrace -PassThru).Name
            $probes = "$($a.Trace.Probes)"
            $a, $b | Remove-Job -Force
            [pscustomobject]@{ read = $read; errors = @($errors | ForEach-Object { "$_" }); running = $running; stopped = $stopped; probes = $probes }
            """)[0];
        Assert.Equal(1, result.GetProperty("read").GetInt32());
        Assert.Equal(["There is no trace '@{Session=first}'.", "There is no trace 'second'."], result.GetProperty("errors").EnumerateArray().Select(e => e.GetString()));
        Assert.Equal(2, result.GetProperty("running").GetInt32());
        Assert.Equal("second", result.GetProperty("stopped").GetString());
        Assert.Equal("begin interval:s:100", result.GetProperty("probes").GetString());
    }

    [PwshFact(needsKernel: true)]
    public void Handlers_of_a_jobs_streams_that_throw_do_not_end_the_shell()
    {
        string[] told = Pwsh.Run("""
            Add-Type 'public static class Handlers {
                public static void Late(object sender, System.Management.Automation.DataAddedEventArgs e) { System.Threading.Thread.Sleep(1000); throw new System.InvalidOperationException("late"); }
                public static void Always(object sender, System.Management.Automation.DataAddedEventArgs e) { throw new System.InvalidOperationException("always"); } }'
            $type = [EventHandler[System.Management.Automation.DataAddedEventArgs]]
            $job = Start-BpfTrace 'interval:ms:10 { printf("%d\n", 1); }' -AsJob
            $job.Output.add_DataAdded([Delegate]::CreateDelegate($type, [Handlers].GetMethod('Late')))
            $job.Error.add_DataAdded([Delegate]::CreateDelegate($type, [Handlers].GetMethod('Always')))
            while (-not $job.Output.Count) { Start-Sleep -Milliseconds 10 }
            Stop-Job $job
            "$($job.State): $($job.Error)"
            """).TrimEnd().Split('\n');
        Assert.Equal(["Stopped: late"], told);
    }
}
