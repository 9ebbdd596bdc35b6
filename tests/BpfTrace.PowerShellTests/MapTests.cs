using System.Text.Json;
using BpfTrace.PowerShellTests.Support;

namespace BpfTrace.PowerShellTests;

/// <summary>Maps of running traces: read, emptied, watched.</summary>
public sealed class MapTests
{
    [PwshFact(needsKernel: true)]
    public void Resets_under_load_add_up_to_what_the_program_printed()
    {
        JsonElement result = Pwsh.RunJson("""
            $job = Start-BpfTrace 'interval:us:200 { @n = count(); @total++; }' -AsJob -NoMaps
            $sum = 0; $rounds = 0
            for ($i = 0; $i -lt 20; $i++) { Start-Sleep -Milliseconds 20; $sum += (Get-BpfMap n -Session $job -Reset).Value; $rounds++ }
            $job | Stop-Job
            $sum += (Get-BpfMap n -Session $job -Reset).Value
            [pscustomobject]@{ sum = $sum; total = (Get-BpfMap total -Session $job).Value; again = @(Get-BpfMap n -Session $job).Count }
            $job | Remove-Job
            """)[0];
        Assert.True(result.GetProperty("total").GetInt64() > 500);
        Assert.Equal(result.GetProperty("total").GetInt64(), result.GetProperty("sum").GetInt64());
        Assert.Equal(0, result.GetProperty("again").GetInt32());
    }

    [PwshFact(needsKernel: true)]
    public void Maps_are_found_by_session_name_job_and_number_and_cleared_alone()
    {
        JsonElement result = Pwsh.RunJson("""
            $a = Start-BpfTrace 'BEGIN { @m[1] = 1; @m[2] = 2; @k = 5; } interval:s:100 { }' -AsJob -Name first
            $b = Start-BpfTrace 'BEGIN { @m[3] = 3; } interval:s:100 { }' -AsJob -Name second
            $all = @(Get-BpfMap m).Count
            $named = @(Get-BpfMap -Session fir* | ForEach-Object Map)
            $job = @($b | Get-BpfMap).Key
            $number = @(Get-BpfMap m -Id $a.Trace.Id).Count
            $two = @($a, $b | Get-BpfMap m).Count
            Clear-BpfMap m -Session first
            $cleared = @(Get-BpfMap m -Session first).Count
            $other = @(Get-BpfMap m -Session second).Count
            $k = (Get-BpfMap k -Session first).Value
            $errors = @()
            Get-BpfMap -Session nosuch -ErrorAction SilentlyContinue -ErrorVariable +errors
            Get-BpfMap nosuch -ErrorAction SilentlyContinue -ErrorVariable +errors
            [pscustomobject]@{ all = $all; named = $named; job = $job; number = $number; two = $two; cleared = $cleared; other = $other; k = $k; errors = @($errors | ForEach-Object FullyQualifiedErrorId) }
            $a, $b | Remove-Job -Force
            """)[0];
        Assert.Equal(3, result.GetProperty("all").GetInt32());
        Assert.Equal(["@k", "@m", "@m"], result.GetProperty("named").EnumerateArray().Select(m => m.GetString()));
        Assert.Equal(3, result.GetProperty("job").GetInt32());
        Assert.Equal(2, result.GetProperty("number").GetInt32());
        Assert.Equal(3, result.GetProperty("two").GetInt32());
        Assert.Equal(0, result.GetProperty("cleared").GetInt32());
        Assert.Equal(1, result.GetProperty("other").GetInt32());
        Assert.Equal(5, result.GetProperty("k").GetInt32());
        Assert.Equal(
            ["TraceNotFound,BpfTrace.Commands.GetBpfMapCommand", "MapNotFound,BpfTrace.Commands.GetBpfMapCommand"],
            result.GetProperty("errors").EnumerateArray().Select(e => e.GetString()));
    }

    [PwshFact(needsKernel: true)]
    public void Maps_whose_names_differ_in_case_are_told_apart()
    {
        JsonElement result = Pwsh.RunJson("""
            $job = Start-BpfTrace 'BEGIN { @n = 1; @N = 2; @Other = 3; } interval:s:100 { }' -AsJob
            $small = @(Get-BpfMap n).Value; $large = @(Get-BpfMap '@N').Value; $any = @(Get-BpfMap other).Value; $both = @(Get-BpfMap 'n*').Count
            Clear-BpfMap n
            [pscustomobject]@{ small = $small; large = $large; any = $any; both = $both; left = @(Get-BpfMap | ForEach-Object Map) }
            $job | Remove-Job -Force
            """)[0];
        Assert.Equal([1, 2, 3, 2], new[] { "small", "large", "any", "both" }.Select(name => result.GetProperty(name).ValueKind == JsonValueKind.Number ? result.GetProperty(name).GetInt32() : -1));
        Assert.Equal(["@N", "@Other"], result.GetProperty("left").EnumerateArray().Select(m => m.GetString()));
    }

    [PwshFact(needsKernel: true)]
    public void Entries_from_another_process_show_the_names_of_enums()
    {
        string output = Pwsh.Run("""
            $program = 'enum color { RED = 1, BLUE = 2 } BEGIN { @m[RED] = BLUE; @t[RED, 7] = 1; exit(); }'
            $entries = Start-BpfTrace $program
            $entries | Export-Clixml e.xml
            ($entries | Format-Table | Out-String) -ceq (Import-Clixml e.xml | Format-Table | Out-String)
            ($entries | Format-List | Out-String) -ceq (Import-Clixml e.xml | Format-List | Out-String)
            (Import-Clixml e.xml | Format-Table | Out-String) -cmatch 'RED\s+BLUE'
            Remove-Item e.xml
            """);
        Assert.Equal(["True", "True", "True"], output.Trim().Split('\n').Select(static l => l.Trim()));
    }

    [PwshFact(needsKernel: true)]
    public void Clearing_can_be_tried_without_effect()
    {
        string output = Pwsh.Run("$null = Start-BpfTrace 'BEGIN { @m = 1; exit(); }'; Clear-BpfMap m -WhatIf; @(Get-BpfMap m).Count; Clear-BpfMap m; @(Get-BpfMap m).Count");
        Assert.Contains("on target \"@m of trace 1 (Trace1)\"", output, StringComparison.Ordinal);
        Assert.Equal(["1", "0"], output.Trim().Split('\n')[^2..]);
    }

    [PwshFact(needsKernel: true)]
    public void Watching_in_a_pipeline_gives_samples_until_the_trace_ends()
    {
        JsonElement result = Pwsh.RunJson("""
            $job = Start-BpfTrace 'BEGIN { @k["a"] = 1; @k["b"] = 3; @k["c"] = 2; } interval:ms:10 { @n = count(); }' -AsJob
            $times = @{}
            $asked = $false
            $samples = @($job | Watch-BpfMap -Name k, n -Interval 500ms -Top 2 | ForEach-Object { $_; $times[$_.Timestamp] = $true; if ($times.Count -eq 4 -and -not $asked) { $asked = $true; Stop-BpfTrace -Id $job.Trace.Id } })
            $null = $job | Wait-Job
            $counting = Start-BpfTrace 'interval:ms:10 { @n = count(); @total++; }' -AsJob -NoMaps
            while (-not (Get-BpfMap n -Session $counting)) { Start-Sleep -Milliseconds 10 } # the first reading has something to show
            $rates = @($counting | Watch-BpfMap n -Interval 500ms -Count 4 -Reset)
            $counting | Stop-Job
            [pscustomobject]@{
                times = $times.Count
                keys = @($samples | Where-Object Map -eq '@k' | Select-Object -First 2 | ForEach-Object Key)
                grows = @($samples | Where-Object Map -eq '@n')[-1].Value -gt @($samples | Where-Object Map -eq '@n')[0].Value
                state = "$($job.State)"
                samples = $rates.Count
                missed = (Get-BpfMap total -Session $counting).Value - ($rates | Measure-Object Value -Sum).Sum - (Get-BpfMap n -Session $counting -Reset).Value
            }
            Get-Job | Remove-Job -Force
            """)[0];
        Assert.InRange(result.GetProperty("times").GetInt32(), 4, 6); // one when it has ended, perhaps one while it does
        Assert.Equal(["b", "c"], result.GetProperty("keys").EnumerateArray().Select(k => k.GetString()));
        Assert.True(result.GetProperty("grows").GetBoolean());
        Assert.Equal("Completed", result.GetProperty("state").GetString());
        Assert.Equal(4, result.GetProperty("samples").GetInt32());
        Assert.Equal(0, result.GetProperty("missed").GetDouble()); // without -Reset earlier ticks would be counted again
    }

    [PwshFact(needsKernel: true)]
    public void A_large_map_is_written_while_it_is_read()
    {
        JsonElement result = Pwsh.RunJson("""
            $job = Start-BpfTrace 'BEGIN { for ($i : 0..200000) { @m[$i] = $i; } } interval:s:100 { @m[0] = 0; }' -AsJob -NoMaps -Config @{ max_map_keys = 200000 }
            $first = @(Get-BpfMap m -Unordered | Select-Object -First 3).Count
            $all = Get-BpfMap m -Unordered | Measure-Object Value -Sum
            $taken = Get-BpfMap m -Unordered -Reset | Measure-Object
            [pscustomobject]@{ first = $first; count = $all.Count; sum = $all.Sum; taken = $taken.Count; left = @(Get-BpfMap m).Count }
            $job | Remove-Job -Force
            """)[0];
        Assert.Equal(3, result.GetProperty("first").GetInt32());
        Assert.Equal(200_000, result.GetProperty("count").GetInt32());
        Assert.Equal(200_000.0 * 199_999 / 2, result.GetProperty("sum").GetDouble());
        Assert.Equal(200_000, result.GetProperty("taken").GetInt32());
        Assert.Equal(0, result.GetProperty("left").GetInt32());
    }

    [PwshFact(needsKernel: true)]
    public void Resets_lose_nothing_of_what_a_process_does_meanwhile()
    {
        JsonElement result = Pwsh.RunJson("""
            $job = Start-BpfTrace 'tracepoint:syscalls:sys_enter_write /pid == cpid && args.count == 1/ { @c = count(); @p++; @s = sum(2); @k[args.fd] = count(); }' -AsJob -NoMaps `
                -Command 'dd if=/dev/zero of=/dev/null bs=1 count=100000 status=none'
            $sums = @{ '@c' = 0; '@p' = 0; '@s' = 0; '@k' = 0 }
            $rounds = 0
            while ($job.State -eq 'Running') {
                Get-BpfMap -Session $job -Reset | ForEach-Object { $sums[$_.Map] += $_.Value }
                $rounds++
            }
            Get-BpfMap -Session $job -Reset | ForEach-Object { $sums[$_.Map] += $_.Value }
            [pscustomobject]@{ c = $sums['@c']; p = $sums['@p']; s = $sums['@s']; k = $sums['@k']; rounds = $rounds }
            """)[0];
        Assert.Equal(100_000, result.GetProperty("c").GetInt64());
        Assert.Equal(100_000, result.GetProperty("p").GetInt64());
        Assert.Equal(200_000, result.GetProperty("s").GetInt64());
        Assert.Equal(100_000, result.GetProperty("k").GetInt64());
        Assert.True(result.GetProperty("rounds").GetInt32() > 0);
    }

    [PwshFact(needsKernel: true)]
    public void Entries_in_order_take_the_memory_of_their_bytes()
    {
        JsonElement result = Pwsh.RunJson("""
            function Peak { [long](Select-String -Path /proc/self/status -Pattern 'VmHWM:\s+(\d+)').Matches[0].Groups[1].Value * 1024 }
            $job = Start-BpfTrace 'BEGIN { for ($i : 0..400000) { @m[$i] = 400000 - $i; } } interval:s:1000 { @m[0] = 0; }' -AsJob -NoMaps -Config @{ max_map_keys = 400000 }
            $null = Get-BpfMap m | Select-Object -First 1
            $before = Peak
            $state = @{ last = -1L; sum = 0L; count = 0; ordered = $true }
            Get-BpfMap m | . { process { $state.count++; $state.sum += $_.Value; if ($_.Value -lt $state.last) { $state.ordered = $false }; $state.last = $_.Value } }
            $top = @(Watch-BpfMap m -Count 1 -Top 3)
            [pscustomobject]@{ count = $state.count; sum = $state.sum; ordered = $state.ordered; grown = (Peak) - $before; top = @($top.Value); keys = @($top.Key) }
            $job | Remove-Job -Force
            """)[0];
        Assert.Equal(400_000, result.GetProperty("count").GetInt32());
        Assert.Equal(400_000L * 400_001 / 2, result.GetProperty("sum").GetInt64());
        Assert.True(result.GetProperty("ordered").GetBoolean());
        Assert.Equal([400_000L, 399_999, 399_998], result.GetProperty("top").EnumerateArray().Select(v => v.GetInt64()));
        Assert.Equal([0L, 1, 2], result.GetProperty("keys").EnumerateArray().Select(v => v.GetInt64()));
        Assert.InRange(result.GetProperty("grown").GetInt64(), 0, 100L << 20); // as objects, all at once, 210 MiB
    }

    [PwshFact(needsKernel: true)]
    public void Maps_at_the_end_take_the_memory_of_their_bytes_while_they_are_written_and_afterwards()
    {
        JsonElement result = Pwsh.RunJson("""
            function Peak { [long](Select-String -Path /proc/self/status -Pattern 'VmHWM:\s+(\d+)').Matches[0].Groups[1].Value * 1024 }
            function Trace-Map([int]$Count) { Start-BpfTrace "BEGIN { for (`$i : 0..$Count) { @m[`$i] = $Count - `$i; } exit(); }" -Name "of$Count" -Config @{ max_map_keys = 400000 } }
            $null = Trace-Map 10000 | Measure-Object
            $before = Peak
            $state = @{ last = -1L; sum = 0L; count = 0; ordered = $true }
            foreach ($round in 1..4) {
                $state.last = -1L
                Trace-Map 400000 | . { process { $state.count++; $state.sum += $_.Value; if ($_.Value -lt $state.last) { $state.ordered = $false }; $state.last = $_.Value } }
            }
            $kept = @(Get-BpfTrace of400000 | Get-BpfMap m -Unordered | Measure-Object Value -Sum | ForEach-Object { $_.Count; $_.Sum })
            $taken = (Get-BpfMap m -Reset | Measure-Object).Count
            $left = (Get-BpfMap m | Measure-Object).Count
            [pscustomobject]@{ count = $state.count; sum = $state.sum; ordered = $state.ordered; kept = $kept; taken = $taken; left = $left; grown = (Peak) - $before }
            """)[0];
        Assert.Equal(4 * 400_000, result.GetProperty("count").GetInt32());
        Assert.Equal(4 * 400_000L * 400_001 / 2, result.GetProperty("sum").GetInt64());
        Assert.True(result.GetProperty("ordered").GetBoolean());
        Assert.Equal([4 * 400_000.0, 4 * 400_000.0 * 400_001 / 2], result.GetProperty("kept").EnumerateArray().Select(v => v.GetDouble()));
        Assert.Equal(400_000, result.GetProperty("taken").GetInt32());
        Assert.Equal(0, result.GetProperty("left").GetInt32());
        Assert.InRange(result.GetProperty("grown").GetInt64(), 0, 140L << 20); // 50 MiB; as objects, which those that ended would keep, 280
    }

    /// <summary>What the engine keeps of single objects it keeps in tables that the garbage collector goes through again and again.</summary>
    [PwshFact(needsKernel: true)]
    public void Views_and_parts_of_keys_are_of_an_entrys_class_and_not_of_the_object()
    {
        JsonElement result = Pwsh.RunJson("""
            $all = Start-BpfTrace 'BEGIN { printf("x\n"); @a[1, "b"] = 2; @h[3, "d"] = hist(5); @s = 5; exit(); }' | Select-Object -Skip 1
            $all += Start-BpfTrace 'BEGIN { @a[1, "b"] = 2; @s = 5; exit(); }'
            foreach ($e in $all) {
                [pscustomobject]@{ names = $e.PSTypeNames -join ' '; columns = ($e | ConvertTo-Csv)[0] -replace '"'; json = ($e | ConvertTo-Json -Depth 5 | ConvertFrom-Json).psobject.Properties.Name -join ','
                    kinds = "$($e.psobject.Properties.MemberType | Select-Object -Unique)"; entry = $e -is [BpfTrace.MapEntry]; key2 = "$($e.psobject.Properties['Key2'].Value)" }
            }
            """);
        const string Scalar = "Map,Key,Value", Parts = "Map,Key,Value,Key1,Key2";
        Assert.Equal(
            [("#Line", Parts, "b"), ("#Histogram", Parts, "d"), ("#Line", Scalar, ""), ("#Keys", Parts, "b"), ("", Scalar, "")],
            result.EnumerateArray().Select(static e => (
                e.GetProperty("names").GetString()!.Split(' ')[0].Replace("BpfTrace.MapEntry", "", StringComparison.Ordinal), e.GetProperty("columns").GetString()!, e.GetProperty("key2").GetString()!)));
        Assert.All(result.EnumerateArray(), static e =>
        {
            Assert.Equal("Property", e.GetProperty("kinds").GetString());
            Assert.True(e.GetProperty("entry").GetBoolean());
            Assert.EndsWith("BpfTrace.MapEntry System.Object", e.GetProperty("names").GetString(), StringComparison.Ordinal);
            Assert.Equal(e.GetProperty("columns").GetString(), e.GetProperty("json").GetString());
        });
    }

    [PwshFact(needsKernel: true)]
    public void Maps_whose_names_differ_in_case_have_headings_of_their_own()
    {
        string shown = Pwsh.Run("Start-BpfTrace 'BEGIN { @b[1] = 11; @b[2] = 12; @B[1] = 21; exit(); }'");
        Assert.Equal(["Map: @B", "21", "Map: @b", "11", "12"], shown.Split('\n').Select(static l => l.Trim()).Where(static l => l.StartsWith("Map", StringComparison.Ordinal) || (l.Length > 0 && char.IsDigit(l[0])))
            .Select(static l => l.StartsWith("Map", StringComparison.Ordinal) ? l : l.Split(' ')[^1]));
    }

    [PwshFact(needsKernel: true)]
    public void Names_that_are_no_patterns_are_names()
    {
        JsonElement result = Pwsh.RunJson("""
            $job = Start-BpfTrace 'BEGIN { @x = 1 } interval:s:100 { }' -AsJob -Name 'a*[b'
            $other = Start-BpfTrace 'interval:s:100 { }' -AsJob -Name 'ab'
            $completed = (TabExpansion2 'Get-BpfTrace a' 14).CompletionMatches.CompletionText
            Get-BpfTrace 'x[y', 'x*' -ErrorAction SilentlyContinue -ErrorVariable missing
            [pscustomobject]@{ literal = (Get-BpfTrace -Name 'a*[b').Name; pattern = (Get-BpfTrace -Name 'a*').Name; completed = (Invoke-Expression "Get-BpfTrace $($completed[0])").Name
                map = (Get-BpfMap x -Session 'a*[b').Value; missing = "$($missing.TargetObject)"; stopped = (Stop-BpfTrace -Name 'a*[b' -PassThru).Name }
            $job, $other | Remove-Job -Force
            """)[0];
        Assert.Equal("a*[b", result.GetProperty("literal").GetString());
        Assert.Equal(["a*[b", "ab"], result.GetProperty("pattern").EnumerateArray().Select(static n => n.GetString()));
        Assert.Equal("a*[b", result.GetProperty("completed").GetString());
        Assert.Equal(1, result.GetProperty("map").GetInt32());
        Assert.Equal("x[y", result.GetProperty("missing").GetString());
        Assert.Equal("a*[b", result.GetProperty("stopped").GetString());
    }

    [PwshFact(needsKernel: true)]
    public void A_map_of_a_trace_that_does_not_exist_is_one_error()
    {
        JsonElement result = Pwsh.RunJson("""
            Get-BpfMap x -Session nosuch -ErrorAction SilentlyContinue -ErrorVariable missing
            [pscustomobject]@{ ids = @($missing.FullyQualifiedErrorId) }
            """)[0];
        Assert.Equal(["TraceNotFound,BpfTrace.Commands.GetBpfMapCommand"], result.GetProperty("ids").EnumerateArray().Select(static e => e.GetString()));
    }

    [PwshFact(needsKernel: true)]
    public void Intervals_may_be_longer_than_the_system_waits_at_once()
    {
        JsonElement result = Pwsh.RunJson("""
            $job = Start-BpfTrace 'BEGIN { @x = 1 } interval:s:100 { }' -AsJob
            $ps = [powershell]::Create().AddScript('param($Module) Import-Module $Module; Watch-BpfMap x -Interval 60d').AddArgument((Get-Module BpfTrace).Path)
            $out = [System.Management.Automation.PSDataCollection[psobject]]::new()
            $running = $ps.BeginInvoke([System.Management.Automation.PSDataCollection[psobject]]::new(), $out)
            while ($out.Count -lt 1) { Start-Sleep -Milliseconds 20 }
            $isOver = $running.AsyncWaitHandle.WaitOne(500)
            $ps.Stop()
            $job | Remove-Job -Force
            [pscustomobject]@{ isOver = $isOver; reason = "$($ps.InvocationStateInfo.Reason.GetType().Name)" }
            """)[0];
        Assert.False(result.GetProperty("isOver").GetBoolean());
        Assert.Equal("PipelineStoppedException", result.GetProperty("reason").GetString());
    }
}
