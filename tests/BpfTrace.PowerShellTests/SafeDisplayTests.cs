using System.Text.Json;
using BpfTrace.PowerShellTests.Support;

namespace BpfTrace.PowerShellTests;

/// <summary>Text of traced programs and files cannot reach the terminal as it is, wherever PowerShell draws it; the objects keep it.</summary>
public sealed class SafeDisplayTests
{
    private const string Program = """BEGIN { printf("%s\n", "x\033[31my"); print((n=7, s="q\033[31m")); @["k\033[31m"] = 1; exit(); }""";

    [PwshFact(needsKernel: true)]
    public void Events_behind_another_table_are_lists_without_raw_text()
    {
        string shown = Pwsh.Run($$"""
            & { Get-Process -Id $PID; Start-BpfTrace '{{Program}}'; Get-BpfMap } | Out-String -Width 120
            """);
        Assert.DoesNotContain("\u001b", shown, StringComparison.Ordinal);
        string[] lines = [.. shown.Split('\n').Select(static l => l.TrimEnd())];
        Assert.Contains("Text (escaped)      : x\\x1b[31my", lines);
        Assert.Contains("Text (escaped)      : { .n = 7, .s = q\\x1b[31m }", lines);
        Assert.Contains("ProbeName (escaped) : begin", lines);
        Assert.Contains("@[k\\x1b[31m]: 1", lines);
        Assert.Contains("Key (escaped)   : k\\x1b[31m", lines);
    }

    [PwshFact(needsKernel: true)]
    public void Their_second_names_are_in_nothing_that_is_written_and_values_stay_raw()
    {
        JsonElement result = Pwsh.RunJson($$"""
            $event = Start-BpfTrace '{{Program}}' -NoMaps | Select-Object -First 1
            $entry = Get-BpfMap
            $both = $event, $entry
            [pscustomobject]@{
                raw = $event.arg0 -eq "x`e[31my" -and $entry.Key -eq "k`e[31m"
                members = @($both | Get-Member -Force | Where-Object Name -like '*escaped*').Count
                written = @(@($both | ConvertTo-Json), @($both | ConvertTo-Csv), [System.Management.Automation.PSSerializer]::Serialize($both), ($both | Select-Object * | Out-String) -like '*(escaped)*').Count
                read = $event.'Text (escaped)'
                missing = & { Set-StrictMode -Version Latest; try { $event.nope } catch { $_.FullyQualifiedErrorId } }
                filtered = @($event | Where-Object arg0 -like 'x*').Count
                compared = $event -eq $event
            }
            """)[0];
        Assert.True(result.GetProperty("raw").GetBoolean());
        Assert.Equal(0, result.GetProperty("members").GetInt32());
        Assert.Equal(0, result.GetProperty("written").GetInt32());
        Assert.Equal("x\\x1b[31my", result.GetProperty("read").GetString());
        Assert.Equal("PropertyNotFoundStrict", result.GetProperty("missing").GetString());
        Assert.Equal(1, result.GetProperty("filtered").GetInt32());
        Assert.True(result.GetProperty("compared").GetBoolean());
    }

    [PwshFact]
    public void Every_type_with_text_is_safe_first_and_later()
    {
        JsonElement result = Pwsh.RunJson("""
            $bad = "a`e[31mb"
            $objects = @(
                [BpfTrace.Symbol]::new(1, $bad, 0, $bad)
                [BpfTrace.StackFrame]::new(1, $bad, 2, $bad)
                [BpfTrace.StackTrace]::new([BpfTrace.StackFrame[]]@([BpfTrace.StackFrame]::new(1, $bad)))
                [BpfTrace.HistogramBucket]::new(0, 1, 2, $bad)
                [BpfTrace.Histogram]::new([BpfTrace.HistogramBucket[]]@([BpfTrace.HistogramBucket]::new(0, 1, 2, $bad)))
                [BpfTrace.MapEntry]::new("@$bad", $bad, $bad)
                [BpfTrace.MapEntry]::new('@tuple', @($bad, 1), [BpfTrace.Stats]::new(1, 2, 3))
                [BpfTrace.TextEvent]::new($bad)
                [BpfTrace.FileEvent]::new($bad, $bad)
                [BpfTrace.CommandEvent]::new($bad, 0, $bad)
                [BpfTrace.PacketEvent]::new($bad, [byte[]](1, 2))
                [BpfTrace.ProbeParameter]::new($bad, $bad, $bad)
                [BpfTrace.ProbeRunTime]::new($bad, 1, 1, [timespan]::Zero)
                [BpfTrace.TraceMapInfo]::new($bad, 1, 2)
                [BpfTrace.TestResult]::new($bad, $true, 1, $bad)
                [BpfTrace.BenchmarkResult]::new($bad, $true, 1, 1)
                [BpfTrace.Recording.RecordingInfo]@{ Name = $bad; Script = $bad; MachineName = $bad; KernelRelease = $bad; Probes = [string[]]@($bad); Maps = [string[]]@($bad) }
                [BpfTrace.ScriptTool]@{ Name = $bad; Path = $bad; Synopsis = $bad; Probes = @($bad) }
                [BpfTrace.ScriptToolParameter]@{ Name = $bad; ScriptName = $bad; TypeName = $bad; DefaultValue = $bad; Description = $bad }
                [BpfTrace.ScriptAttachment]@{ ProbeType = $bad; Mechanism = 'link'; Program = $bad; Probes = @($bad) }
                [BpfTrace.ScriptMap]::new($bad, $bad, $bad, 'hash', 1)
                [BpfTrace.ScriptProgram]@{ Name = $bad; Probes = @($bad) }
                [BpfTrace.ScriptProperty]::new($bad, 'System.String', $bad)
                [BpfTrace.ScriptEventType]::new('printf', $bad, 1, 1, @([BpfTrace.ScriptProperty]::new($bad, 'System.String', $bad)))
                [BpfTrace.ScriptNote]::new($bad, $bad, 1, 1)
            )
            foreach ($object in $objects) {
                $ways = [ordered]@{
                    first = $object | Out-String -Width 200
                    later = & { Get-Process -Id $PID; $object } | Out-String -Width 200
                    list = $object | Format-List | Out-String -Width 200
                    wide = $object | Format-Wide | Out-String -Width 200
                }
                foreach ($way in $ways.Keys) {
                    [pscustomobject]@{ what = "$way $($object.GetType().Name)"; raw = $ways[$way].Contains("`e"); blank = $ways[$way].Trim().Length -eq 0; shown = $ways[$way].Contains('\x1b[31m') }
                }
            }
            """);
        Assert.Equal(25 * 4, result.GetArrayLength());
        Assert.Empty(result.EnumerateArray().Where(static r => r.GetProperty("raw").GetBoolean()).Select(static r => r.GetProperty("what").GetString()));
        Assert.Empty(result.EnumerateArray().Where(static r => r.GetProperty("blank").GetBoolean()).Select(static r => r.GetProperty("what").GetString()));
        // That nothing raw is shown must not come of nothing being shown.
        string?[] hidden = [.. result.EnumerateArray().Where(static r => !r.GetProperty("shown").GetBoolean()).Select(static r => r.GetProperty("what").GetString())];
        Assert.DoesNotContain(hidden, static h => h!.StartsWith("later", StringComparison.Ordinal));
        Assert.DoesNotContain(hidden, static h => h!.StartsWith("first", StringComparison.Ordinal));
    }

    [PwshFact(needsKernel: true)]
    public void The_messages_of_all_streams_are_escaped()
    {
        string shown = Pwsh.Run("""
            $name = "/tmp/e`e[31mvil-$PID"
            Copy-Item (Get-Command bash).Source $name
            try {
                $all = Start-BpfTrace "uprobe:`"${name}`":main { @ = 1; }" -WhatIf *>&1 | Out-String
                $verbose = Start-BpfTrace "uprobe:`"${name}`":main { @ = 1; } BEGIN { exit(); }" -Verbose -Debug *>&1 | Out-String
                $error1 = try { Start-BpfTrace "BEGIN { `$x`e[31m = 1; }" } catch { $_ | Out-String }
                $error2 = try { Start-BpfTrace -Path "$name.bt" } catch { $_ | Out-String }
                $warning = Start-BpfTrace "BEGIN { printf(`"%d`e[31m\n`", `"s`e[31m`"); exit(); }" *>&1 | Out-String
                $probes = Get-BpfProbe "uprobe:${name}:nosuch" *>&1 | Out-String
                "$all$verbose$error1$error2$warning$probes"
            } finally { Remove-Item -LiteralPath $name }
            """);
        Assert.Contains("\\x1b[31m", shown, StringComparison.Ordinal);
        Assert.DoesNotContain("\u001b", shown, StringComparison.Ordinal);
    }
}
