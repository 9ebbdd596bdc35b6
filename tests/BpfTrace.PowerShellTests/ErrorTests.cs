using System.Text.Json;
using BpfTrace.PowerShellTests.Support;

namespace BpfTrace.PowerShellTests;

/// <summary>Errors as records that point into the script.</summary>
public sealed class ErrorTests
{
    [PwshFact]
    public void A_mistake_is_an_error_record_with_the_place_in_the_script()
    {
        JsonElement result = Pwsh.RunJson("""
            try { Start-BpfTrace "BEGIN { exit(); }`nEND { @[comm] = cuont(); }" } catch { $e = $_ }
            [pscustomobject]@{ id = $e.FullyQualifiedErrorId; line = $e.TargetObject.Line; column = $e.TargetObject.StartColumn; target = $e.CategoryInfo.TargetName; message = $e.Exception.Message }
            """);
        Assert.Equal("UnknownFunction,BpfTrace.Commands.StartBpfTraceCommand", result[0].GetProperty("id").GetString());
        Assert.Equal(2, result[0].GetProperty("line").GetInt32());
        Assert.Equal(17, result[0].GetProperty("column").GetInt32());
        Assert.Equal("script:2:17", result[0].GetProperty("target").GetString());
        Assert.Contains("cuont", result[0].GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [PwshFact]
    public void A_refusal_of_the_verifier_is_an_error_record_at_the_expression()
    {
        JsonElement result = Pwsh.RunJson("""
            try { Start-BpfTrace 'rawtracepoint:sched_switch { print(socket_cookie((struct sock *)arg0)); }' } catch { $e = $_ }
            $d = $e.Exception.Diagnostic
            [pscustomobject]@{ id = $e.FullyQualifiedErrorId; category = "$($e.CategoryInfo.Category)"; line = $e.TargetObject.Line; span = $d.Span; hint = $d.Hint; details = $d.Details.Count }
            """);
        Assert.StartsWith("VerifierRejected", result[0].GetProperty("id").GetString(), StringComparison.Ordinal);
        Assert.Equal("InvalidOperation", result[0].GetProperty("category").GetString());
        Assert.Equal((1, "socket_cookie((struct sock *)arg0)"), (result[0].GetProperty("line").GetInt32(), result[0].GetProperty("span").GetString()));
        Assert.Contains("rawtracepoint", result[0].GetProperty("hint").GetString(), StringComparison.Ordinal);
        Assert.True(result[0].GetProperty("details").GetInt32() > 2);
    }

    [PwshFact]
    public void The_console_shows_the_line_and_underlines_the_mistake()
    {
        (_, string output, string error) = Pwsh.TryRun("Start-BpfTrace 'BEGIN { @x = cuont(); }'");
        string shown = output + error;
        Assert.Contains("BEGIN { @x = cuont(); }", shown, StringComparison.Ordinal);
        Assert.Contains("~~~~~", shown, StringComparison.Ordinal);
    }

    [PwshFact]
    public void A_long_line_is_shown_around_the_mistake()
    {
        JsonElement result = Pwsh.RunJson("""
            function Place($first, $mistake, $last) {
                try { Test-BpfScript "$first$mistake$last" -ErrorAction Stop } catch { $e = $_ }
                $place = $e.TargetObject
                $underline = ($e.ErrorDetails.Message -replace '[^ ~].*').TrimEnd()
                [pscustomobject]@{ text = $place.LineText; marked = $place.LineText.Substring($place.StartColumn - 1, $place.EndColumn - $place.StartColumn)
                    underlined = $place.LineText.Substring($underline.LastIndexOf(' ') + 1, $underline.TrimStart().Length); name = $e.CategoryInfo.TargetName }
            }
            $filler = '@a = count(); ' * 8; $wide = '"{0}"; ' -f ('😀' * 60)
            Place '  BEGIN { ' '@x = cuont()' "; $filler}"
            Place "BEGIN { $filler" '@x = cuont()' "; $filler}"
            Place "BEGIN { $filler" '@x = cuont()' '; }'
            Place "BEGIN { $filler" "@x = cuont(`"$('y' * 100)`")" '; }'
            Place 'BEGIN { @a = ' '@x[cuont()]' "; @w = $wide$filler}"
            """);
        Assert.Equal(5, result.GetArrayLength());
        foreach (JsonElement place in result.EnumerateArray())
        {
            string text = place.GetProperty("text").GetString()!;
            Assert.True(text.Length <= 74, text);
            Assert.StartsWith("cuont(", place.GetProperty("marked").GetString(), StringComparison.Ordinal);
            Assert.Equal(place.GetProperty("marked").GetString(), place.GetProperty("underlined").GetString());
            Assert.DoesNotContain('\ufffd', text);
        }

        string[] texts = [.. result.EnumerateArray().Select(p => p.GetProperty("text").GetString()!)];
        Assert.StartsWith("BEGIN { @x = cuont(); @a", texts[0], StringComparison.Ordinal);
        Assert.EndsWith(" …", texts[0], StringComparison.Ordinal);
        Assert.Matches("^… .*count.* …$", texts[1]);
        Assert.Matches("^… .*@x = cuont\\(\\); }$", texts[2]);
        Assert.Matches("^… .{12}cuont\\(\"y+ …$", texts[3]);
        Assert.Equal("script:1:16", result[0].GetProperty("name").GetString()); // in the whole line
    }

    [PwshFact]
    public void Unsafe_functions_are_refused_without_the_switch()
    {
        JsonElement result = Pwsh.RunJson("""
            try { Start-BpfTrace 'BEGIN { system("id"); exit(); }' } catch { $e = $_ }
            [pscustomobject]@{ category = "$($e.CategoryInfo.Category)"; running = @(Get-BpfTrace).Count }
            """);
        Assert.Equal("PermissionDenied", result[0].GetProperty("category").GetString());
        Assert.Equal(0, result[0].GetProperty("running").GetInt32());
    }

    [PwshFact]
    public void A_file_that_is_not_there_is_named()
    {
        JsonElement result = Pwsh.RunJson("""
            try { Start-BpfTrace -LiteralPath /nonexistent/x.bt } catch { $e = $_ }
            [pscustomobject]@{ id = $e.FullyQualifiedErrorId; target = "$($e.TargetObject)" }
            """);
        Assert.StartsWith("ScriptFileUnreadable", result[0].GetProperty("id").GetString(), StringComparison.Ordinal);
        Assert.Equal("/nonexistent/x.bt", result[0].GetProperty("target").GetString());
    }

    [PwshFact(needsKernel: true)]
    public void Every_failure_has_an_id_a_category_and_a_target()
    {
        JsonElement result = Pwsh.RunJson("""
            $ErrorActionPreference = 'Continue'
            $failures = [ordered]@{
                'ProbeNotFound ObjectNotFound script:1:1' = { Start-BpfTrace 'tracepoint:nosuch:x { @ = 1; }' }
                'SyntaxError ParserError script:1:9' = { Start-BpfTrace 'BEGIN { ' }
                'NoSuchProcess ObjectNotFound 999999999' = { Start-BpfTrace 'uprobe:libc:malloc { @ = 1; }' -ProcessId 999999999 }
                'CommandFailed OpenError /nosuch/command' = { Start-BpfTrace 'BEGIN { }' -Command /nosuch/command }
                'InvalidProbeFilter InvalidArgument (' = { Start-BpfTrace 'BEGIN { exit(); }' -ProbeFilter '(' }
                'InvalidConfig InvalidArgument System.Collections.Hashtable' = { Start-BpfTrace 'BEGIN { exit(); }' -Config @{ nosuch = 1 } }
                'RecordingFailed WriteError /nosuch/x.bpfrec' = { Start-BpfTrace 'BEGIN { exit(); }' -RecordPath /nosuch/x.bpfrec }
                'PathNotFound ObjectNotFound /nosuch.bt' = { Start-BpfTrace -Path /nosuch.bt }
                'ScriptFileNotFound ObjectNotFound /nosuch.bt' = { Test-BpfScript -Path /nosuch.bt }
                'TraceNotFound ObjectNotFound nosuch' = { Get-BpfTrace nosuch }
                'TraceNotFound ObjectNotFound 99' = { Stop-BpfTrace -Id 99 }
                'MapNotFound ObjectNotFound nosuch' = { Get-BpfMap nosuch }
                'ToolNotFound ObjectNotFound nosuch' = { Invoke-BpfTool nosuch }
                'NoSuchProcess ObjectNotFound 999999998' = { Get-BpfProbe -ProcessId 999999998 }
                'ProbeNotFound ObjectNotFound tracepoint:nosuch:x' = { Get-BpfProbe tracepoint:nosuch:x }
                'CapabilityNotFound ObjectNotFound nosuch' = { Get-BpfCapability nosuch }
                'FileNotFound ObjectNotFound /nosuch/app' = { Get-BpfProbe 'uprobe:/nosuch/app:*' }
                'RecordingNotFound ObjectNotFound /nosuch.bpfrec' = { Import-BpfTrace /nosuch.bpfrec }
                'InvalidDelimiter InvalidArgument "' = { 1 | Export-BpfEvent -Path /nosuch/x.csv -Delimiter '"' }
                'NoColumns InvalidData Int32' = { 1 | Export-BpfEvent -Path /nosuch/x.csv }
            }
            foreach ($expected in $failures.Keys) {
                $record = try { @(& $failures[$expected] 2>&1)[0] } catch { $_ }
                $id = $record.FullyQualifiedErrorId -replace ',.*'
                [pscustomobject]@{ expected = $expected; actual = "$id $($record.CategoryInfo.Category) $($record.CategoryInfo.TargetName)"; step = $record.ErrorDetails.RecommendedAction }
            }
            """);
        Assert.Equal(20, result.GetArrayLength());
        foreach (JsonElement failure in result.EnumerateArray())
        {
            Assert.Equal(failure.GetProperty("expected").GetString(), failure.GetProperty("actual").GetString());
            Assert.False(string.IsNullOrEmpty(failure.GetProperty("step").GetString()), failure.ToString());
        }
    }

    [PwshFact]
    public void What_is_not_there_comes_with_a_next_step_and_can_be_silenced()
    {
        JsonElement result = Pwsh.RunJson("""
            Get-BpfTrace nosuch -ErrorAction SilentlyContinue -ErrorVariable quiet
            Get-BpfTrace nosuch* -ErrorVariable pattern
            $stopped = try { Get-BpfMap nosuch -ErrorAction Stop; 'went on' } catch { $_.Exception.Message }
            [pscustomobject]@{ quiet = $quiet.Count; action = $quiet[0].ErrorDetails.RecommendedAction; pattern = $pattern.Count; stopped = $stopped }
            """)[0];
        Assert.Equal(1, result.GetProperty("quiet").GetInt32());
        Assert.Contains("Get-BpfTrace", result.GetProperty("action").GetString(), StringComparison.Ordinal);
        Assert.Equal(0, result.GetProperty("pattern").GetInt32());
        Assert.Equal("No map '@nosuch' in a running trace or the last one. Get-BpfTrace lists the traces and their maps.", result.GetProperty("stopped").GetString());
    }

    /// <summary>What is typed by those who are new to it, with what the error says to do.</summary>
    [PwshFact(needsKernel: true)]
    public void A_newcomers_mistakes_come_with_the_next_step()
    {
        JsonElement result = Pwsh.RunJson("""
            $ErrorActionPreference = 'Continue'
            $directory = New-Item -ItemType Directory (Join-Path ([IO.Path]::GetTempPath()) "bpf-first-$PID")
            Set-Location $directory
            'BEGIN { exit(); }' | Set-Content one.bt, two.bt
            Start-BpfTrace 'BEGIN { @syscalls = 1; exit(); }' -Name mine | Out-Null
            $undefined = ''
            $mistakes = [ordered]@{
                'single quotes' = { Start-BpfTrace "BEGIN { $undefined = 1; exit(); }" }
                '-Path one.bt' = { Start-BpfTrace one.bt }
                '-Path ./none.bt' = { Test-BpfScript ./none.bt }
                'a second file' = { Get-Item one.bt, two.bt | Start-BpfTrace }
                'is a directory' = { Start-BpfTrace -Path . }
                'is a directory.' = { Import-BpfTrace . }
                'It has: __syscall_nr, dfd, filename, flags, mode.' = { Start-BpfTrace 'tracepoint:syscalls:sys_enter_openat { print(args.nosuch); }' }
                'interval:s:1' = { Start-BpfTrace 'interval:5:s { exit(); }' }
                '@ = count(' = { Start-BpfTrace 'BEGIN { count(); exit(); }' }
                'string is in double quotes' = { Start-BpfTrace 'BEGIN /comm == nginx/ { exit(); }' }
                "'max_map_keys'" = { Start-BpfTrace 'BEGIN { exit(); }' -Config @{ max_map_key = 5 } }
                "'@syscalls'" = { Get-BpfMap sycalls mine }
                "'opensnoop'" = { Invoke-BpfTool opensnop }
                "'soon' is no duration" = { Start-BpfTrace 'BEGIN { exit(); }' -Duration soon }
            }
            foreach ($step in $mistakes.Keys) {
                $record = try { @(& $mistakes[$step] 2>&1)[0] } catch { $_ }
                [pscustomobject]@{ step = $step; shown = "$record $($record.ErrorDetails.RecommendedAction)" }
            }
            Set-Location /
            Remove-Item -Recurse $directory
            """);
        Assert.Equal(14, result.GetArrayLength());
        foreach (JsonElement mistake in result.EnumerateArray())
            Assert.Contains(mistake.GetProperty("step").GetString()!, mistake.GetProperty("shown").GetString(), StringComparison.Ordinal);
    }

    /// <summary>The letters of bpftrace's own options.</summary>
    [PwshFact(needsKernel: true)]
    public void Letters_of_bpftraces_command_line_are_understood()
    {
        string program = "'tracepoint:sched:sched_process_exit /pid == cpid/ { print(comm); exit(); }'";
        Assert.Equal("true", Pwsh.Run($"(Start-BpfTrace -e {program} -c true).comm").Trim());
        Assert.Equal("1", Pwsh.Run("(Start-BpfTrace -p $PID -e 'BEGIN { print(1); exit(); }').Value").Trim());
    }

    [PwshFact(needsKernel: true)]
    public void Verbose_tells_ways_and_times_and_debug_the_probes_and_programs()
    {
        JsonElement result = Pwsh.RunJson("""
            $script = 'BEGIN { @n = 1; exit(); } tracepoint:syscalls:sys_enter_getp*id /pid == $1/ { @a = count(); }'
            $all = @(Start-BpfTrace $script -ArgumentList $PID -Verbose -Debug -Confirm:$false *>&1)
            $plain = @(Start-BpfTrace $script -ArgumentList $PID *>&1)
            [pscustomobject]@{
                verbose = @($all | Where-Object { $_ -is [System.Management.Automation.VerboseRecord] } | ForEach-Object Message)
                debug = @($all | Where-Object { $_ -is [System.Management.Automation.DebugRecord] } | ForEach-Object Message)
                plain = @($plain | Where-Object { $_ -is [System.Management.Automation.InformationalRecord] }).Count
            }
            """)[0];
        string[] verbose = [.. result.GetProperty("verbose").EnumerateArray().Select(m => m.GetString()!)];
        string[] debug = [.. result.GetProperty("debug").EnumerateArray().Select(m => m.GetString()!)];
        Assert.Contains(verbose, m => m.StartsWith("Compiled in ", StringComparison.Ordinal) && m.Contains("2 programs, 2 maps", StringComparison.Ordinal));
        Assert.Contains(verbose, m => m.StartsWith("tracepoint: ", StringComparison.Ordinal) && m.Contains("link", StringComparison.Ordinal));
        Assert.Contains(verbose, m => m.Contains("loaded and attached in", StringComparison.Ordinal));
        Assert.Contains("Probe tracepoint:syscalls:sys_enter_getppid", debug);
        Assert.Contains(debug, m => m.StartsWith("Program begin_1: ", StringComparison.Ordinal) && m.Contains(" instructions, for 1 probe.", StringComparison.Ordinal));
        Assert.Equal(0, result.GetProperty("plain").GetInt32());
    }

    [PwshFact]
    public void Every_error_id_has_a_next_step()
    {
        JsonElement result = Pwsh.RunJson("""
            $steps = [BpfTrace.Commands.StartBpfTraceCommand].Assembly.GetType('BpfTrace.Commands.Errors.NextSteps')
            $known = $steps.GetMethod('Known', [System.Reflection.BindingFlags]'NonPublic,Static')
            $language = [BpfTrace.CompiledTrace].Assembly.GetReferencedAssemblies() | Where-Object Name -eq BpfTrace.Language
            $types = [System.Reflection.Assembly]::Load($language).GetType('BpfTrace.Language.Diagnostics.DiagnosticIds'), [BpfTrace.SessionDiagnosticIds]
            [string[]] $ids = $types | ForEach-Object GetFields | Where-Object IsLiteral | ForEach-Object Name
            [pscustomobject]@{ count = $ids.Count; without = @(foreach ($id in $ids) { if (-not $known.Invoke($null, [object[]]@($id))) { $id } }) }
            """)[0];
        Assert.InRange(result.GetProperty("count").GetInt32(), 100, int.MaxValue);
        Assert.Empty(result.GetProperty("without").EnumerateArray().Select(static id => id.GetString()));
    }

    [Fact]
    public void Every_id_that_a_cmdlet_gives_its_error_has_a_next_step()
    {
        string commands = Path.Combine(Pwsh.Root, "src", "BpfTrace.Commands");
        string steps = File.ReadAllText(Path.Combine(commands, "Errors", "NextSteps.cs"));
        string[] ids = [.. Directory.GetFiles(commands, "*.cs", SearchOption.AllDirectories)
            .Where(static f => !f.Contains("/obj/", StringComparison.Ordinal) && !f.Contains("/bin/", StringComparison.Ordinal))
            .Select(File.ReadAllText)
            .SelectMany(static text => System.Text.RegularExpressions.Regex.Matches(text, "\\b(?:Failure\\.(?:Record|NoFile)|new System\\.Management\\.Automation\\.ErrorRecord)\\((?<rest>.*?)\\);\\s*\\n", System.Text.RegularExpressions.RegexOptions.Singleline))
            .SelectMany(static call => System.Text.RegularExpressions.Regex.Matches(call.Groups["rest"].Value, "[ (]\"(?<id>[A-Z][A-Za-z]+)\"(?=[, )])"))
            .Select(static match => match.Groups["id"].Value)
            .Distinct()];
        Assert.Contains("NoClobber", ids);
        Assert.Contains("RecordingTruncated", ids);
        Assert.DoesNotContain(ids, id => !steps.Contains($"\"{id}\"", StringComparison.Ordinal) && !steps.Contains($"DiagnosticIds.{id} ", StringComparison.Ordinal));
    }
}
