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
        Assert.Contains("Text (escaped) : @[k\\x1b[31m]: 1", lines);
    }

    [PwshTheory(needsKernel: true)]
    [InlineData("""printf("%c[31m\n", 27)""")] // no string among its values
    [InlineData("""printf("\033[31m%d\n", 1)""")]
    [InlineData("""printf("%s\n", ("\033[31m", 1))""")]
    [InlineData("""print("\033[31m")""")]
    [InlineData("""print((1, "\033[31m"))""")]
    [InlineData("""print((n=1, s="\033[31m"))""")]
    [InlineData("""print((n=1, r=(s="\033[31m")))""")]
    [InlineData("""time("\033[31m")""")]
    [InlineData("""cat("/proc/self/comm")""")]
    [InlineData("""system("printf '\\033[31m'")""")]
    [InlineData("""@[1, "\033[31m"] = 1""")]
    [InlineData("""@["\033[31m"] = hist(1)""")]
    [InlineData("""@ = "\033[31m" """)]
    [InlineData("""@ = (1, "\033[31m")""")]
    public void Whatever_a_trace_writes_is_harmless_first_and_later_live_and_read_again(string statement)
    {
        // The shell that runs it has the name that cat() reads.
        string shown = Pwsh.Run($$"""
            [System.IO.File]::WriteAllText('/proc/self/comm', "`e[31mx")
            $written = Start-BpfTrace '{{Quoted($"BEGIN {{ {statement}; exit(); }}")}}' -Unsafe
            $file = [System.IO.Path]::GetTempFileName()
            $null = Start-BpfTrace '{{Quoted($"BEGIN {{ {statement}; exit(); }}")}}' -Unsafe -RecordPath $file -Force
            $replayed = Import-BpfTrace $file
            Remove-Item $file
            $restored = [System.Management.Automation.PSSerializer]::Deserialize([System.Management.Automation.PSSerializer]::Serialize($written))
            foreach ($objects in $written, $replayed, $restored) {
                '#'
                $objects | Out-String
                '#'
                & { Get-Item /; $objects } | Out-String
            }
            """);
        Assert.DoesNotContain("\u001b", shown, StringComparison.Ordinal);
        string[] ways = shown.Split('#');
        Assert.Equal(7, ways.Length);
        // Nothing raw because of nothing shown: a table has the values, the list after another table the whole text.
        Assert.All(ways.Where(static (_, i) => i is 2 or 4 or 6), static way => Assert.Contains("\\x1b[31m", way, StringComparison.Ordinal));
    }

    [PwshFact(needsKernel: true)]
    public void Objects_have_the_members_they_have_and_no_others()
    {
        JsonElement result = Pwsh.RunJson("""
            $all = Start-BpfTrace 'BEGIN { printf("n=%d s=%s\n", 7, "a"); printf("k=%d\n", 8); printf("%s\n", "x\033[31my"); @["a"] = 5; exit(); }'
            $plain, $other, $hostile, $entry = $all
            $measured = $all | Measure-Object n -Average -Minimum
            $xml = [System.Management.Automation.PSSerializer]::Serialize($all)
            [pscustomobject]@{
                raw = $hostile.arg0 -eq "x`e[31my"
                listed = @($all | Get-Member | Where-Object { $_.Name -like '*escaped*' -or $_.Name -eq 'GetMetaObject' }).Count
                written = @($all | ConvertTo-Json; $all | ConvertTo-Csv; $all | Select-Object * | Out-String) -like '*(escaped)*'
                serialized = [regex]::Matches($xml, 'N="(.*? \(escaped\))"').ForEach{ $_.Groups[1].Value }
                measured = "$($measured.Count) $($measured.Average) $($measured.Minimum)"
                sorted = "$($all | Sort-Object n | Select-Object -First 1)"
                expanded = $all | Select-Object -ExpandProperty n -ErrorVariable missing -ErrorAction SilentlyContinue
                missing = $missing.Count
                strict = & { Set-StrictMode -Version Latest; try { $plain.nope } catch { $_.FullyQualifiedErrorId } }
                plain = & { Get-Process -Id $PID; $plain; $entry } | Out-String
                elements = @($plain, $other | Group-Object { 1 } | Format-Table Group | Out-String).Trim()
            }
            """)[0];
        Assert.True(result.GetProperty("raw").GetBoolean());
        Assert.Equal(0, result.GetProperty("listed").GetInt32());
        Assert.Equal(0, result.GetProperty("written").GetArrayLength());
        Assert.Equal(["ProbeName (escaped)", "Text (escaped)"], result.GetProperty("serialized").EnumerateArray().Select(static n => n.GetString()).Order());
        Assert.Equal("1 7 7", result.GetProperty("measured").GetString());
        Assert.Equal("n=7 s=a", result.GetProperty("sorted").GetString());
        Assert.Equal(7, result.GetProperty("expanded").GetInt32());
        Assert.Equal(3, result.GetProperty("missing").GetInt32());
        Assert.Equal("PropertyNotFoundStrict", result.GetProperty("strict").GetString());
        Assert.Contains("\nText      : n=7 s=a", result.GetProperty("plain").GetString()!, StringComparison.Ordinal);
        Assert.DoesNotContain("escaped", result.GetProperty("plain").GetString()!, StringComparison.Ordinal);
        Assert.EndsWith("{n=7 s=a, k=8}", result.GetProperty("elements").GetString()!, StringComparison.Ordinal);
    }

    [PwshFact(needsKernel: true)]
    public void The_list_of_a_job_s_events_has_their_values_and_no_others()
    {
        string shown = Pwsh.Run("""
            $module = (Get-Module BpfTrace).Path
            $events = Start-Job {
                Import-Module $using:module
                Start-BpfTrace 'BEGIN { printf("n=%d\n", 7); printf("s=%s\n", "x\033[31my"); exit(); }'
            } | Receive-Job -Wait -AutoRemoveJob
            $events | Format-List | Out-String
            """);
        Assert.Equal(
            ["n = 7", "s = x\\x1b[31my"],
            shown.Split('\n').Where(static l => l.StartsWith("Values", StringComparison.Ordinal)).Select(static l => l[(l.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim()));
        Assert.DoesNotContain("RunspaceId", shown, StringComparison.Ordinal);
        Assert.DoesNotContain("escaped", shown, StringComparison.Ordinal);
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
                    [pscustomobject]@{ what = "$way $($object.GetType().Name)"; raw = $ways[$way].Contains("`e"); blank = $ways[$way].Trim().Length -eq 0; shown = $ways[$way].Contains('\x1b[31m'); renamed = $way -eq 'first' -and $ways[$way].Contains('(escaped)') }
                }
            }
            """);
        Assert.Equal(19 * 4, result.GetArrayLength());
        Assert.Empty(result.EnumerateArray().Where(static r => r.GetProperty("raw").GetBoolean()).Select(static r => r.GetProperty("what").GetString()));
        Assert.Empty(result.EnumerateArray().Where(static r => r.GetProperty("blank").GetBoolean()).Select(static r => r.GetProperty("what").GetString()));
        // What has a view of ours has its own names there.
        Assert.Empty(result.EnumerateArray().Where(static r => r.GetProperty("renamed").GetBoolean()).Select(static r => r.GetProperty("what").GetString()));
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

    private static string Quoted(string script) => script.Replace("'", "''", StringComparison.Ordinal);
}
