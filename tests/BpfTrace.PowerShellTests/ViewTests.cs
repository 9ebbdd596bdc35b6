using System.Text.Json;
using BpfTrace.PowerShellTests.Support;

namespace BpfTrace.PowerShellTests;

/// <summary>How events and maps are shown, and what is left of them elsewhere.</summary>
public sealed class ViewTests
{
    [PwshFact(needsKernel: true)]
    public void Columns_have_widths_of_their_types_and_lists_show_no_escapes()
    {
        string shown = Pwsh.Run("""
            $event = Start-BpfTrace 'BEGIN { printf("%s %d %s\n", comm, pid, "x\033[31my"); exit(); }'
            $event | Format-Table | Out-String -Width 100
            $event | Format-List | Out-String
            $event | Format-Wide | Out-String
            $event | Format-Custom -View Text | Out-String
            """);
        string[] lines = shown.Split('\n');
        Assert.Contains("Time            comm                   pid arg2", lines.Select(l => l.TrimEnd()));
        Assert.Equal(4, shown.Split("x\\x1b[31my").Length - 1);
        Assert.DoesNotContain("\u001b", shown, StringComparison.Ordinal);
        Assert.Contains(lines, l => l.StartsWith("ProbeName : begin", StringComparison.Ordinal));
        Assert.DoesNotContain(lines, l => l.StartsWith("Text ", StringComparison.Ordinal));
    }

    [PwshFact(needsKernel: true)]
    public void Numbers_have_the_width_of_the_largest_and_no_column_is_left_out()
    {
        string shown = Pwsh.Run("""
            Start-BpfTrace 'BEGIN { printf("n=%d %s\n", nsecs, comm); exit(); }' | Out-String -Width 100
            # As wide as PowerShell draws what is redirected: 14 columns fit when the time has no parts of seconds.
            Start-BpfTrace ('BEGIN { printf("' + (-join (1..14 | ForEach-Object { "c$_=%d " })) + '\n", ' + ((1..14) -join ',') + '); exit(); }') | Out-String -Width 80
            """);
        string[] lines = [.. shown.Split('\n').Select(static l => l.TrimEnd())];
        Assert.Contains("Time                               n comm", lines);
        Assert.Contains("Time       c1   c2   c3   c4   c5   c6   c7   c8   c9  c10  c11  c12  c13  c14", lines);
    }

    [PwshFact(needsKernel: true)]
    public void Probes_tools_and_capabilities_have_custom_views_and_recordings_a_table()
    {
        string shown = Pwsh.Run("""
            $file = Join-Path ([IO.Path]::GetTempPath()) "bpf-$([guid]::NewGuid()).bpfrec"
            Get-BpfProbe tracepoint:syscalls:sys_enter_close -IncludeParameter | Format-Custom | Out-String
            Get-BpfTool opensnoop | Format-Custom | Out-String
            Get-BpfCapability architecture | Format-Custom | Out-String
            Start-BpfTrace 'BEGIN { exit(); }' -RecordPath $file
            Import-BpfTrace $file -Information | Format-Table | Out-String
            Import-BpfTrace $file -Information | Out-String
            Remove-Item $file
            """);
        string[] lines = [.. shown.Split('\n').Select(static l => l.TrimEnd())];
        Assert.Contains("tracepoint:syscalls:sys_enter_close\n    int __syscall_nr\n    unsigned int fd\n", shown, StringComparison.Ordinal);
        Assert.Contains("opensnoop [-Failed]\n    which files are opened", shown, StringComparison.Ordinal);
        Assert.Contains("yes architecture\n    the processor's instruction set", shown, StringComparison.Ordinal);
        Assert.Contains("Started             Machine      Name         Script", lines);
        Assert.Contains("FormatVersion  : 1", lines); // one alone is a list
        Assert.DoesNotContain("(escaped)", shown, StringComparison.Ordinal);
    }

    [PwshFact(needsKernel: true)]
    public void Entries_show_their_values_however_long_their_keys_are()
    {
        string[] lines = [.. Pwsh.Run("""
            $map = Start-BpfTrace 'BEGIN { @[kstack(3), "part"] = count(); exit(); }'
            $map | Out-String -Width 80
            $map.Key1.Frames | ForEach-Object { "frame $_" }
            Start-BpfTrace ('BEGIN { @[str("/begin' + '/of/it' * 20 + '/end")] = sum(4711); @[str("' + '日' * 60 + '")] = sum(4712); exit(); }') | Out-String -Width 80
            Start-BpfTrace 'BEGIN { @[kstack(3)] = stats(4713); exit(); }' | Out-String -Width 80
            Start-BpfTrace ('BEGIN { @[str("/begin' + '/of/it' * 20 + '/end")] = stats(4714); exit(); }') | Out-String -Width 80
            """).Split('\n').Select(static l => l.TrimEnd())];
        string[] frames = [.. lines.Where(static l => l.StartsWith("frame ", StringComparison.Ordinal)).Select(static l => l[6..])];
        int value = Array.FindIndex(lines, static l => l.StartsWith("Value Key", StringComparison.Ordinal)) + 2;
        Assert.Equal(["    1 " + frames[0], "      " + frames[1], "      " + frames[2] + ",", "      part"], lines[value..(value + 4)]);
        Assert.Contains(lines, static l => l.StartsWith("/begin/of/", StringComparison.Ordinal) && l.Contains('…') && l.Contains("/of/it/end ", StringComparison.Ordinal) && l.EndsWith(" 4711", StringComparison.Ordinal));
        Assert.Contains(lines, static l => l.Contains("日…日", StringComparison.Ordinal) && l.EndsWith(" 4712", StringComparison.Ordinal));
        Assert.Contains(lines, static l => l.StartsWith("    1    4713  4713 bpf_prog_", StringComparison.Ordinal));
        Assert.Contains(lines, static l => l.StartsWith("/begin/of/", StringComparison.Ordinal) && l.EndsWith("/it/end     1    4714  4714", StringComparison.Ordinal));
    }

    [PwshFact(needsKernel: true)]
    public void A_stack_in_a_table_has_all_its_frames()
    {
        string[] lines = Pwsh.Run("""
            $event = Start-BpfTrace 'BEGIN { printf("%d %s\n", pid, kstack(3)); exit(); }'
            $event | Out-String -Width 200
            $event.kstack.Frames.Symbol
            """).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        string[] frames = lines[^3..];
        int first = Array.FindIndex(lines, static l => l.StartsWith("----", StringComparison.Ordinal)) + 1;
        Assert.All(frames.Index(), f => Assert.Contains(" " + f.Item + "+", lines[first + f.Index], StringComparison.Ordinal));
    }

    [PwshFact(needsKernel: true)]
    public void Histograms_in_tables_and_lists_have_bars_that_fit()
    {
        string shown = Pwsh.Run("""
            $entries = Start-BpfTrace 'BEGIN { @h["a key"] = hist(5); @h["a key"] = hist(100); exit(); }'
            $entries | Format-Table -Force | Out-String -Width 80
            $entries | Format-List -Force | Out-String -Width 80
            """);
        string[] lines = [.. shown.Split('\n').Select(static l => l.TrimEnd())];
        string bar = "1 |" + new string('@', 38);
        int key = Array.FindIndex(lines, static l => l.StartsWith("a key ", StringComparison.Ordinal));
        Assert.EndsWith(" [4, 8)     " + bar, lines[key], StringComparison.Ordinal);
        Assert.EndsWith(" [64, 128)  " + bar, lines[key + 4], StringComparison.Ordinal);
        Assert.Equal(5, lines[key..(key + 5)].Count(l => l.IndexOf('|', StringComparison.Ordinal) == lines[key].IndexOf('|', StringComparison.Ordinal)));
        Assert.Contains("Value : [4, 8)     " + bar, lines);
        Assert.Contains("        [64, 128)  " + bar, lines);
    }

    [PwshFact(needsKernel: true)]
    public void Views_are_kept_by_their_columns_and_the_oldest_of_many_go()
    {
        string[] lines = Pwsh.Run("""
            $formats = [runspace]::DefaultRunspace.InitialSessionState.Formats
            [void](Start-BpfTrace 'BEGIN { printf("%d\n", pid); exit(); }')
            $count = $formats.Count
            $later = Start-BpfTrace 'BEGIN { printf("%s\n", comm); exit(); }'
            $formats.Count - $count
            $later | Out-String
            foreach ($i in 1..5) { [void](Start-BpfTrace ('BEGIN {' + ' ' * $i + 'printf("%s\n", comm); exit(); }')) }
            $formats.Count - $count
            foreach ($i in 1..70) { [void](Start-BpfTrace ('BEGIN { printf("c' + $i + '=%d\n", pid); exit(); }')) }
            "few: $($formats.Count - $count -lt 66)"
            """).Split('\n');
        Assert.Equal("1", lines[0]);
        Assert.Contains("Time            comm", lines.Select(l => l.TrimEnd()));
        Assert.Equal(2, lines.Count(static l => l == "1"));
        Assert.Contains("few: True", lines);
    }

    [PwshFact(needsKernel: true)]
    public void The_events_of_a_job_have_the_same_table()
    {
        string shown = Pwsh.Run("""
            Start-BpfTrace 'BEGIN { printf("%s %d\n", comm, pid); } interval:ms:300 { exit(); }' -AsJob | Receive-Job -Wait -AutoRemoveJob | Out-String -Width 100
            """);
        Assert.Contains("Time            comm                   pid", shown.Split('\n').Select(l => l.TrimEnd()));
    }

    [PwshFact(needsKernel: true)]
    public void A_stream_of_maps_of_all_kinds_is_drawn_without_lists()
    {
        string shown = Pwsh.Run("""
            Start-BpfTrace 'BEGIN { @a["k"] = 7; @h = hist(3); @st = stats(4); @t["x"] = tseries(4, 1s, 10); @z = 5; exit(); }' -WarningAction Ignore | Out-String -Width 100
            """);
        Assert.DoesNotContain("Value :", shown, StringComparison.Ordinal);
        Assert.Contains("Map: @a", shown, StringComparison.Ordinal);
        Assert.Contains("[2, 4)                 1 |@@@@", shown, StringComparison.Ordinal);
        Assert.Contains("@st: { .count = 1, .average = 4, .total = 4 }", shown, StringComparison.Ordinal);
        Assert.Contains("hh:mm:ss", shown, StringComparison.Ordinal);
    }

    [PwshFact(needsKernel: true)]
    public void Entries_read_again_after_the_end_are_a_table_of_their_own()
    {
        string shown = Pwsh.Run("""
            $streamed = Start-BpfTrace 'BEGIN { @a[1, "x"] = 5; printf("%d\n", pid); exit(); }' | Select-Object -Last 1
            Get-BpfMap a | Out-String
            $streamed | Out-String
            $streamed | Format-Table Key2, Value -Force | Out-String
            """);
        string[] lines = [.. shown.Split('\n').Select(static l => l.TrimEnd())];
        Assert.Contains("1, x     5", lines);
        Assert.Contains("@a[1, x]: 5", lines);
        Assert.Contains("x        5", lines);
    }

    [PwshFact(needsKernel: true)]
    public void Another_script_with_its_output_at_the_same_place_has_a_table_of_its_own()
    {
        string shown = Pwsh.Run("""
            $a = Start-BpfTrace 'BEGIN { printf("%s %d\n", comm, 7); exit(); }'
            $b = Start-BpfTrace 'BEGIN { printf("%d %s\n", 8, probe); exit(); }'
            $b | Out-String -Width 100
            $a | Out-String -Width 100
            $a.GetType().FullName -eq $b.GetType().FullName
            """);
        string[] lines = [.. shown.Split('\n').Select(static l => l.TrimEnd())];
        int first = Array.FindIndex(lines, static l => l.StartsWith("Time", StringComparison.Ordinal));
        int second = Array.FindLastIndex(lines, static l => l.StartsWith("Time", StringComparison.Ordinal));
        Assert.Equal(["Time", "arg0", "probe"], lines[first].Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.EndsWith(" begin", lines[first + 2], StringComparison.Ordinal);
        Assert.Equal(["Time", "comm", "arg1"], lines[second].Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.EndsWith(" 7", lines[second + 2], StringComparison.Ordinal);
        Assert.Contains("True", lines);
    }

    [PwshFact(needsKernel: true)]
    public void Time_series_are_the_rows_of_a_heat_map_on_one_scale()
    {
        string shown = Pwsh.Run("""
            $out = Start-BpfTrace 'BEGIN { @t["low"] = tseries(1, 1s, 10); @t["high"] = tseries(9, 1s, 10); exit(); }' -WarningAction Ignore
            $out | Out-String -Width 100
            $out[0] | Format-Custom -View Graph | Out-String
            """);
        string[] lines = shown.Split('\n');
        Assert.Contains(lines, l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries) is ["low", "1", "1", "1", "."]);
        Assert.Contains(lines, l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries) is ["high", "9", "9", "9", "@"]);
        Assert.Contains("hh:mm:ss", shown, StringComparison.Ordinal);
    }

    [PwshFact(needsKernel: true)]
    public void Stacks_are_shown_full_and_folded()
    {
        JsonElement result = Pwsh.RunJson("""
            $map = Start-BpfTrace 'BEGIN { @[kstack(3)] = count(); exit(); }'
            [pscustomobject]@{
                folded = $map.Key.Folded
                shown = ($map.Key | Format-Custom -View Folded | Out-String -Width 400).Trim()
                full = @(($map.Key | Out-String).Trim() -split "`n").Count
                inner = $map.Key.Frames[0].Symbol
            }
            """)[0];
        string folded = result.GetProperty("folded").GetString()!;
        Assert.Equal(3, folded.Split(';').Length);
        Assert.EndsWith(";" + result.GetProperty("inner").GetString(), folded, StringComparison.Ordinal);
        Assert.Equal(folded, result.GetProperty("shown").GetString());
        Assert.Equal(3, result.GetProperty("full").GetInt32());
    }

    [PwshFact(needsKernel: true)]
    public void Everything_survives_serialisation_jobs_and_remoting()
    {
        JsonElement result = Pwsh.RunJson("""
            $script = 'BEGIN { @h = hist(3); @k[1, "a"] = 7; @t = tseries(4, 1s, 10); printf("%s %d %s\n", kstack(2), pid, ntop((uint32)0x0100007f)); print((a=1, b="x")); exit(); }'
            $there = Start-Job { Import-Module $using:module; Start-BpfTrace $using:script -WarningAction Ignore }
            """.Replace("$script = ", $"$module = '{Pwsh.Root}/BpfTrace.psd1'; $script = ", StringComparison.Ordinal) + """

            $job = @($there | Receive-Job -Wait -AutoRemoveJob)
            $here = @(Start-BpfTrace $script -WarningAction Ignore)
            # What remoting does: one level by default.
            $remote = @($here | ForEach-Object { [System.Management.Automation.PSSerializer]::Deserialize([System.Management.Automation.PSSerializer]::Serialize($_, 1)) })
            $file = [System.IO.Path]::GetTempFileName()
            $here | Export-Clixml $file
            $xml = @(Import-Clixml $file)
            Remove-Item $file
            $json = @($here | ConvertTo-Json -Depth 5 -WarningAction SilentlyContinue | ConvertFrom-Json)
            foreach ($way in @{ job = $job; remote = $remote; xml = $xml; json = $json }.GetEnumerator()) {
                $o = $way.Value
                [pscustomobject]@{
                    way = $way.Key
                    frames = @($o[0].kstack.Frames).Count; symbol = [bool]$o[0].kstack.Frames[0].Symbol
                    pid = $o[0].pid -gt 0; probe = $o[0].ProbeName; time = ([datetime]$o[0].Timestamp).Year -gt 2000
                    address = $way.Key -eq 'json' -or $o[0].ntop -eq [ipaddress]'127.0.0.1'
                    b = $o[1].b
                    lower = $o[2].Value.Buckets[0].Lower
                    key2 = $o[3].Key2; value = $o[3].Value
                    point = @($o[4].Value.Points | ForEach-Object Value) -contains 4
                    text = $way.Key -eq 'json' -or ($o[2] | Out-String).Contains('[2, 4)                 1 |@@@')
                }
            }
            """);
        Assert.Equal(4, result.GetArrayLength());
        foreach (JsonElement way in result.EnumerateArray())
        {
            string name = way.GetProperty("way").GetString()!;
            Assert.True(way.GetProperty("frames").GetInt32() == 2, name);
            foreach (string truth in new[] { "symbol", "pid", "time", "address", "point", "text" })
            {
                Assert.True(way.GetProperty(truth).GetBoolean(), $"{name}: {truth}");
            }

            Assert.Equal("begin", way.GetProperty("probe").GetString());
            Assert.Equal("x", way.GetProperty("b").GetString());
            Assert.Equal(2, way.GetProperty("lower").GetInt32());
            Assert.Equal("a", way.GetProperty("key2").GetString());
            Assert.Equal(7, way.GetProperty("value").GetInt32());
        }
    }

    [PwshFact]
    public void Properties_complete_behind_the_pipe_and_types_are_known_before_running()
    {
        JsonElement result = Pwsh.RunJson("""
            function Complete($line) { , @((TabExpansion2 $line).CompletionMatches.CompletionText) }
            $report = Test-BpfScript 'BEGIN { printf("%s %d\n", ntop((uint32)1), pid); @m[comm] = count(); }' -Detailed -CompileOnly
            [pscustomobject]@{
                event = Complete "Start-BpfTrace 'BEGIN { }' | Where-Object ProbeN"
                map = Complete 'Get-BpfMap | Sort-Object Va'
                watch = Complete 'Watch-BpfMap | Select-Object Ke'
                trace = Complete 'Get-BpfTrace | Select-Object Count'
                properties = @($report.EventTypes[0].Properties | ForEach-Object { "$($_.Name) $($_.TypeName)" })
                maps = @($report.Maps | ForEach-Object { "$_" })
            }
            """)[0];
        static string[] Texts(JsonElement e) => [.. e.EnumerateArray().Select(static t => t.GetString()!)];
        Assert.Equal(["ProbeName"], Texts(result.GetProperty("event")));
        Assert.Equal(["Value"], Texts(result.GetProperty("map")));
        Assert.Equal(["Key"], Texts(result.GetProperty("watch")));
        Assert.Equal(["Counters"], Texts(result.GetProperty("trace")));
        Assert.Equal(["ntop System.Net.IPAddress", "pid System.UInt32"], Texts(result.GetProperty("properties")));
        Assert.Equal(["@m[string[16]] : count_t"], Texts(result.GetProperty("maps")));
    }

    [PwshFact]
    public void Texts_in_a_list_that_was_serialised_are_shown_escaped_too()
    {
        string shown = Pwsh.Run("""
            $restored = [Management.Automation.PSSerializer]::Deserialize([Management.Automation.PSSerializer]::Serialize([pscustomobject]@{ argv = @('a', "b`e[31m") }))
            $restored.argv.GetType().Name
            [BpfTrace.Commands.Output.Views]::Escaped[$restored, 'argv'] -join ' '
            """);
        Assert.Equal("ArrayList\na b\\x1b[31m\n", shown);
    }

    [PwshFact(needsKernel: true)]
    public void Tuples_arrays_and_buffers_are_shown_as_printed_live_and_serialised()
    {
        string[] shown = Pwsh.Run("""
            $written = Start-BpfTrace 'struct S { int m[2][2]; };
                BEGIN { $s = (struct S*)0; @a[1] = $s->m[0]; @b = buf("a\x01b", 3); @t = (1, (2, "y")); print(buf("a\x01c", 3)); print((n=$s->m)); exit(); }' -WarningAction Ignore
            foreach ($objects in $written, [System.Management.Automation.PSSerializer]::Deserialize([System.Management.Automation.PSSerializer]::Serialize($written))) {
                $objects | Format-Custom -View Text | Out-String
                foreach ($object in $objects) { $object | Format-Table -Force | Out-String -Width 100; $object | Format-List -Force | Out-String -Width 100 }
                '#'
            }
            """).Split('#');
        string[] expected = ["@a[1]: [0,0]", "1 [0,0]", @"a\x01b", "(1, (2, y))", @"a\x01c", "[[0,0],[0,0]]", "n = [0,0], [0,0]"];
        foreach (string way in shown[..2])
        {
            Assert.All(expected, text => Assert.Contains(text.Replace(" ", "", StringComparison.Ordinal), way.Replace(" ", "", StringComparison.Ordinal), StringComparison.Ordinal));
            Assert.DoesNotContain("System.", way, StringComparison.Ordinal);
            Assert.DoesNotContain("{97", way, StringComparison.Ordinal);
        }
    }

    [PwshFact(needsKernel: true)]
    public void The_list_of_events_of_several_types_shows_their_values_and_nothing_raw()
    {
        string output = Pwsh.Run("""
            $PSStyle.OutputRendering = 'Ansi'
            $events = Start-BpfTrace 'BEGIN { printf("%s %d\n", str("red\x1b[31m"), 5); printf("%d\n", 7); print((1, "t\x1b]0;title", (2, 3))); exit(); }'
            [Console]::Out.Write(($events | Format-List | Out-String).Replace($PSStyle.Formatting.FormatAccent, '').Replace($PSStyle.Reset, ''))
            """);
        Assert.DoesNotContain('\x1b', output);
        Assert.Contains(@"Values    : str = red\x1b[31m", output, StringComparison.Ordinal);
        Assert.Contains("arg1 = 5", output, StringComparison.Ordinal);
        Assert.Contains(@"Value = 1, t\x1b]0;title, (2, 3)", output, StringComparison.Ordinal);
        Assert.Contains("ProbeName : begin", output, StringComparison.Ordinal);
    }
}
