using System.Text.Json;
using BpfTrace.PowerShellTests.Support;

namespace BpfTrace.PowerShellTests;

/// <summary>Export-BpfEvent.</summary>
public sealed class ExportTests
{
    private const string Begin = """
        $folder = New-Item -ItemType Directory (Join-Path ([IO.Path]::GetTempPath()) "bpf-exp-$([guid]::NewGuid())")
        $script = 'BEGIN { @m[1, "=1+1"] = count(); @h = hist(100); printf("file=%s n=%d\n", "=cmd()", -5); printf("file=%s n=%d\n", "a,\"b\"\nc", 7); print((pid=pid, x="-3")); exit(); }'
        try {
        """;

    private const string End = "\n} finally { Set-Location /; Remove-Item -Recurse $folder }";

    [PwshFact(needsKernel: true)]
    public void What_was_serialised_makes_the_files_that_it_would_have_made_before()
    {
        JsonElement result = Pwsh.RunJson("""
            $live = Start-BpfTrace 'struct S { int m[2]; };
                BEGIN { $s = (struct S*)0; print((n=1, t=(1, "x"), k=kstack(2), b=buf("ab", 2), m=$s->m, i=ntop(0x100007f), e="\033[31m"));
                    @m[1, "k"] = 3; @j = (1, "x"); @h["\033[31m"] = hist(1); @s = stats(2); @t = tseries(4, 1s, 2); exit(); }' -WarningAction Ignore
            $restored = [System.Management.Automation.PSSerializer]::Deserialize([System.Management.Automation.PSSerializer]::Serialize($live))
            $directory = (New-Item -ItemType Directory (Join-Path ([System.IO.Path]::GetTempPath()) "bpftrace-test-$PID")).FullName
            foreach ($kind in 'csv', 'ndjson') {
                $null = New-Item -ItemType Directory "$directory/live", "$directory/restored" -Force
                $live | Export-BpfEvent "$directory/live/x.$kind"
                $restored | Export-BpfEvent "$directory/restored/x.$kind"
            }
            [pscustomobject]@{
                names = (Get-ChildItem "$directory/restored").Name
                differences = @(foreach ($file in Get-ChildItem "$directory/live") {
                    if ((Get-Content $file -Raw) -cne (Get-Content "$directory/restored/$($file.Name)" -Raw)) { $file.Name }
                })
                printed = Get-Content "$directory/restored/x.map_j.csv" -Tail 1
            }
            Remove-Item $directory -Recurse
            """)[0];
        Assert.Equal(
            ["x.Print_L2C32.csv", "x.map_h.csv", "x.map_j.csv", "x.map_m.csv", "x.map_s.csv", "x.map_t.csv", "x.ndjson"],
            result.GetProperty("names").EnumerateArray().Select(static n => n.GetString()).Order(StringComparer.Ordinal));
        Assert.Equal([], result.GetProperty("differences").EnumerateArray().Select(static n => n.GetString()));
        Assert.Equal("'@j,,\"(1, x)\"", result.GetProperty("printed").GetString());
    }

    [PwshFact(needsKernel: true)]
    public void Each_type_has_a_file_with_the_columns_of_Export_Csv_and_its_values()
    {
        JsonElement result = Pwsh.RunJson(Begin + """

            $all = @(Start-BpfTrace $script)
            $files = @($all | Export-BpfEvent $folder/out.csv -PassThru)
            $columns = @(foreach ($file in $files) {
                $name = $file.BaseName -replace '^out\.'
                $same = @($all | Where-Object { $_.GetType().Name -eq $name -or "map_$("$($_.Map)".TrimStart('@'))" -eq $name })
                $same | Export-Csv "$folder/reference.csv"
                $a = Import-Csv $file; $b = Import-Csv "$folder/reference.csv"
                [pscustomobject]@{ name = $name; same = (($a[0].psobject.Properties.Name -join ' ') -ceq ($b[0].psobject.Properties.Name -join ' ')); rows = @($a).Count }
            })
            $first = Import-Csv ($files | Where-Object Name -like 'out.Printf*')[0]
            $second = Import-Csv ($files | Where-Object Name -like 'out.Printf*')[1]
            $print = Import-Csv ($files | Where-Object Name -like 'out.Print_*')
            $map = Import-Csv "$folder/out.map_m.csv"
            $time = [datetime]::Parse($first.Timestamp, [cultureinfo]::InvariantCulture, 'RoundtripKind')
            [pscustomobject]@{ columns = $columns; file = $first.file; n = $first.n; text = $first.Text; quoted = $second.file; x = $print.x; key2 = $map.Key2; map = $map.Map; exact = $time -eq $all[0].Timestamp }
            """ + End);
        JsonElement all = result[0];
        JsonElement[] columns = [.. all.GetProperty("columns").EnumerateArray()];
        Assert.Equal(5, columns.Length);
        Assert.All(columns, c => Assert.True(c.GetProperty("same").GetBoolean(), c.ToString()));
        Assert.All(columns, c => Assert.Equal(1, c.GetProperty("rows").GetInt32()));
        Assert.Contains("map_h", columns.Select(c => c.GetProperty("name").GetString()));
        Assert.Equal("'=cmd()", all.GetProperty("file").GetString());
        Assert.Equal("-5", all.GetProperty("n").GetString());
        Assert.Equal("file==cmd() n=-5", all.GetProperty("text").GetString());
        Assert.Equal("a,\"b\"\nc", all.GetProperty("quoted").GetString());
        Assert.Equal("-3", all.GetProperty("x").GetString());
        Assert.Equal("'=1+1", all.GetProperty("key2").GetString());
        Assert.Equal("'@m", all.GetProperty("map").GetString());
        Assert.True(all.GetProperty("exact").GetBoolean());
    }

    [PwshFact(needsKernel: true)]
    public void Ndjson_is_one_file_of_typed_values()
    {
        JsonElement result = Pwsh.RunJson(Begin + """

            Start-BpfTrace $script | Export-BpfEvent $folder/out.ndjson
            Get-ChildItem $folder | ForEach-Object Name
            Get-Content $folder/out.ndjson
            """ + End);
        string[] lines = [.. result.EnumerateArray().Select(e => e.GetString()!)];
        Assert.Equal("out.ndjson", lines[0]);
        JsonElement[] objects = [.. lines[1..].Select(l => JsonDocument.Parse(l).RootElement)];
        Assert.Equal(5, objects.Length);
        Assert.StartsWith("Printf_L1C", objects[0].GetProperty("$type").GetString(), StringComparison.Ordinal);
        Assert.Equal(-5, objects[0].GetProperty("n").GetInt32());
        Assert.Equal("=cmd()", objects[0].GetProperty("file").GetString());
        Assert.Equal("a,\"b\"\nc", objects[1].GetProperty("file").GetString());
        JsonElement bucket = objects.Single(o => o.GetProperty("$type").GetString() == "map_h").GetProperty("Value")[0];
        Assert.Equal(64, bucket.GetProperty("lower").GetInt64());
        Assert.Equal("[64, 128)", bucket.GetProperty("label").GetString());
        Assert.Equal(1, objects.Single(o => o.GetProperty("$type").GetString() == "map_m").GetProperty("Key1").GetInt32());
    }

    [PwshFact]
    public void Files_are_the_same_in_every_culture()
    {
        JsonElement result = Pwsh.RunJson(Begin + """

            $culture = [cultureinfo]::InvariantCulture.Clone()
            $culture.DateTimeFormat.ShortDatePattern = 'dd~MM~yyyy'; $culture.NumberFormat.NumberDecimalSeparator = ','; $culture.NumberFormat.NegativeSign = '~'
            [cultureinfo]::CurrentCulture = $culture
            [pscustomobject]@{ a = 1.5; b = -2; t = [datetime]::new(2026, 1, 2, 3, 4, 5, [DateTimeKind]::Utc) } | Export-BpfEvent $folder/c.csv
            Get-Content $folder/c.*.csv
            # German, where the machine knows it: 1,5 and 02.01.2026.
            [cultureinfo]::CurrentCulture = try { [cultureinfo]'de-DE' } catch { $culture }
            [pscustomobject]@{ a = 1.5; b = -2; t = [datetime]::new(2026, 1, 2, 3, 4, 5, [DateTimeKind]::Utc) } | Export-BpfEvent $folder/d.csv
            Get-Content $folder/d.*.csv
            """ + End);
        foreach (int start in new[] { 0, 2 })
        {
            Assert.Equal("a,b,t", result[start].GetString());
            Assert.Equal("1.5,-2,2026-01-02T03:04:05.0000000Z", result[start + 1].GetString());
        }
    }

    [PwshFact]
    public void A_full_disk_is_an_error_that_names_the_file()
    {
        JsonElement result = Pwsh.RunJson(Begin + """

            $null = New-Item -ItemType SymbolicLink -Path $folder/f.PSCustomObject.csv -Target /dev/full
            foreach ($count in 1, 100000) {
                $errors = @()
                try { 1..$count | ForEach-Object { [pscustomobject]@{ a = $_; b = 'some text' } } | Export-BpfEvent $folder/f.csv -ErrorVariable errors -ErrorAction SilentlyContinue } catch { $errors = @($_) }
                [pscustomobject]@{ id = $errors[0].FullyQualifiedErrorId; target = "$($errors[0].TargetObject)"; text = "$($errors[0])"; count = $errors.Count }
            }
            """ + End);
        Assert.Equal(2, result.GetArrayLength());
        foreach (JsonElement error in result.EnumerateArray())
        {
            Assert.StartsWith("FileNotWritten,", error.GetProperty("id").GetString(), StringComparison.Ordinal);
            Assert.EndsWith("/f.PSCustomObject.csv", error.GetProperty("target").GetString(), StringComparison.Ordinal);
            Assert.Contains("No space left", error.GetProperty("text").GetString(), StringComparison.Ordinal);
            Assert.Equal(1, error.GetProperty("count").GetInt32());
        }
    }

    [PwshFact]
    public void Existing_files_are_added_to_kept_or_overwritten_as_asked()
    {
        JsonElement result = Pwsh.RunJson(Begin + """

            $file = "$folder/o.PSCustomObject.csv"
            $one = [pscustomobject]@{ a = 1; b = 2 }
            $one | Export-BpfEvent $folder/o.csv
            $one | Export-BpfEvent $folder/o.csv -Append
            [pscustomobject]@{ b = 3; a = 4 } | Export-BpfEvent $folder/o.csv -Append
            [pscustomobject]@{ a = 5; c = 6 } | Export-BpfEvent $folder/o.csv -Append -ErrorVariable columns -ErrorAction SilentlyContinue
            [pscustomobject]@{ a = 5; c = 6 } | Export-BpfEvent $folder/o.csv -Append -Force
            $one | Export-BpfEvent $folder/o.csv -NoClobber -ErrorVariable clobber -ErrorAction SilentlyContinue
            [powershell]::Create().AddScript("Import-Module '$((Get-Module BpfTrace).Path)'; 1 | Select-Object a | Export-BpfEvent '$folder/o.csv' -WhatIf; 1 | Export-BpfEvent '$folder/w.csv' -WhatIf").Invoke() | Out-Null
            [pscustomobject]@{ lines = @(Get-Content $file); columns = $columns[0].FullyQualifiedErrorId; clobber = $clobber[0].FullyQualifiedErrorId; files = @(Get-ChildItem $folder).Count }
            $one | Export-BpfEvent $folder/o.csv
            @(Get-Content $file).Count
            Set-ItemProperty $file IsReadOnly $true
            try { $one | Export-BpfEvent $folder/none/o.csv } catch { $_.FullyQualifiedErrorId }
            $one | Export-BpfEvent $folder/o.csv -Force -Delimiter ';'
            Get-Content $file -TotalCount 1
            """ + End);
        JsonElement all = result[0];
        Assert.Equal(["a,b", "1,2", "1,2", "4,3", "5,"], all.GetProperty("lines").EnumerateArray().Select(l => l.GetString()));
        Assert.StartsWith("CannotAppendColumns,", all.GetProperty("columns").GetString(), StringComparison.Ordinal);
        Assert.StartsWith("NoClobber,", all.GetProperty("clobber").GetString(), StringComparison.Ordinal);
        Assert.Equal(1, all.GetProperty("files").GetInt32());
        Assert.Equal(2, result[1].GetInt32());
        Assert.StartsWith("FileNotWritten,", result[2].GetString(), StringComparison.Ordinal);
        Assert.Equal("a;b", result[3].GetString());
    }

    [PwshFact]
    public void What_cannot_separate_values_is_refused_before_a_file_is_touched()
    {
        JsonElement result = Pwsh.RunJson(Begin + """

            $one = [pscustomobject]@{ a = 1; b = 'x;y' }
            $one | Export-BpfEvent $folder/o.csv -Delimiter ';'
            foreach ($delimiter in [char[]](34, 10, 13, 0, 0x2019)) {
                try { $one | Export-BpfEvent $folder/o.csv -Delimiter $delimiter } catch { "$($_.FullyQualifiedErrorId) $($_.CategoryInfo.Category)" }
            }
            Get-Content $folder/o.PSCustomObject.csv -Raw
            """ + End);
        string[] lines = [.. result.EnumerateArray().Select(static l => l.GetString()!)];
        Assert.Equal(Enumerable.Repeat("InvalidDelimiter,BpfTrace.Commands.ExportBpfEventCommand InvalidArgument", 5), lines[..^1]);
        Assert.Equal("a;b\n1;\"x;y\"\n", lines[^1]);
    }

    [PwshFact]
    public void A_literal_path_is_taken_as_it_is()
    {
        JsonElement result = Pwsh.RunJson(Begin + """

            [pscustomobject]@{ a = 1 } | Export-BpfEvent -LiteralPath $folder/a[1].csv
            [pscustomobject]@{ a = 1 } | Export-BpfEvent -LiteralPath '$folder/b`[1`].ndjson'.Replace('$folder', $folder)
            (Get-ChildItem $folder).Name
            """ + End);
        Assert.Equal(["a[1].PSCustomObject.csv", "b`[1`].ndjson"], result.EnumerateArray().Select(static n => n.GetString()).Order(StringComparer.Ordinal));
    }

    [PwshFact]
    public void What_is_added_to_a_file_begins_a_line_of_its_own()
    {
        JsonElement result = Pwsh.RunJson(Begin + """

            $csv = "$folder/o.PSCustomObject.csv"
            $ndjson = "$folder/o.ndjson"
            [IO.File]::WriteAllText($csv, "a,b`n1,2")
            [IO.File]::WriteAllText($ndjson, '{"a":1}')
            foreach ($time in 1, 2) {
                [pscustomobject]@{ a = 3; b = 4 } | Export-BpfEvent $folder/o.csv -Append
                [pscustomobject]@{ a = 3; b = 4 } | Export-BpfEvent $ndjson -Append
            }
            [IO.File]::ReadAllText($csv)
            [IO.File]::ReadAllText($ndjson)
            """ + End);
        Assert.Equal("a,b\n1,2\n3,4\n3,4\n", result[0].GetString());
        string added = """{"$type":"PSCustomObject","a":3,"b":4}""" + "\n";
        Assert.Equal("{\"a\":1}\n" + added + added, result[1].GetString());
    }

    [PwshFact]
    public void Types_of_one_name_share_a_file_where_their_columns_are_the_same_and_have_their_own_where_not()
    {
        JsonElement result = Pwsh.RunJson(Begin + """

            Add-Type 'namespace A { public class T { public int a {get;set;} public int b {get;set;} } } namespace B { public class T { public int a {get;set;} public int b {get;set;} } } namespace C { public class T { public int c {get;set;} } } public class T_2 { public int d {get;set;} }'
            [IO.File]::WriteAllText("$folder/o.T.csv", "b,a`n1,2`n")
            $null = [A.T]::new(), [B.T]::new() | Export-BpfEvent $folder/o.csv -Append
            [T_2]::new(), [A.T]::new(), [C.T]::new() | Export-BpfEvent $folder/p.csv
            Get-ChildItem $folder | ForEach-Object { "$($_.Name): $((Get-Content $_) -join ' ')" }
            """ + End);
        Assert.Equal(
            ["o.T.csv: b,a 1,2 0,0 0,0", "p.T.csv: a,b 0,0", "p.T_2.csv: d 0", "p.T_3.csv: c 0"],
            result.EnumerateArray().Select(static n => n.GetString()).Order(StringComparer.Ordinal));
    }

    [PwshFact(needsKernel: true)]
    public void A_million_events_are_exported_live_and_from_a_recording_in_bounded_memory()
    {
        // Kept, a million of these events take a quarter of a gigabyte and more; what may wait for the pipeline are 64 MiB.
        const string Peak = """
            function Peak { [long][regex]::Match([IO.File]::ReadAllText("/proc/$PID/status"), 'VmHWM:\s+(\d+)').Groups[1].Value * 1KB }

            """;
        string folder = Directory.CreateTempSubdirectory("bpf-exp-").FullName;
        try
        {
            JsonElement live = Pwsh.RunJson(Peak + $$"""
                $script = 'tracepoint:raw_syscalls:sys_enter /pid == cpid/ { printf("pid=%d comm=%s id=%d n=%d\n", pid, comm, args.id, args.args[2]); }'
                foreach ($count in 100000, 1000000) {
                    Remove-Item {{folder}}/*
                    Start-BpfTrace $script -Command "dd if=/dev/zero of=/dev/null bs=1 count=$($count / 2) status=none" -RecordPath {{folder}}/r.bpfrec -WarningAction Ignore |
                        Export-BpfEvent {{folder}}/live.csv
                    $counters = @(Get-BpfTrace)[-1].Counters
                    [pscustomobject]@{ peak = Peak; events = $counters.Events; produced = $counters.Produced; balance = $counters.Delivered + $counters.Lost }
                }
                """);
            string csv = Assert.Single(Directory.GetFiles(folder, "live.*.csv"));
            long events = live[1].GetProperty("events").GetInt64();
            Assert.InRange(live[1].GetProperty("produced").GetInt64(), 1_000_000, long.MaxValue);
            Assert.Equal(live[1].GetProperty("produced").GetInt64(), live[1].GetProperty("balance").GetInt64());
            Assert.Equal(events + 1, File.ReadLines(csv).LongCount());
            Assert.InRange(live[1].GetProperty("peak").GetInt64() - live[0].GetProperty("peak").GetInt64(), 0, 160 << 20);

            JsonElement replayed = Pwsh.RunJson(Peak + $$"""
                Import-BpfTrace {{folder}}/r.bpfrec -WarningAction Ignore | Select-Object -First 100000 | Export-BpfEvent {{folder}}/replayed.ndjson
                Peak
                Import-BpfTrace {{folder}}/r.bpfrec -WarningAction Ignore | Export-BpfEvent {{folder}}/replayed.ndjson
                Peak
                """);
            Assert.Equal(events, File.ReadLines(Path.Combine(folder, "replayed.ndjson")).LongCount());
            Assert.InRange(replayed[1].GetInt64() - replayed[0].GetInt64(), 0, 96 << 20);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [PwshFact]
    public void Files_can_be_followed_while_objects_come()
    {
        JsonElement result = Pwsh.RunJson(Begin + """

            foreach ($file in "$folder/f.PSCustomObject.csv", "$folder/f.ndjson") {
                1..3 | ForEach-Object { if ($_ -eq 3) { $lines = @(Get-Content $file).Count }; Start-Sleep -Milliseconds 1100; [pscustomobject]@{ a = $_ } } |
                    Export-BpfEvent "$folder/f$([IO.Path]::GetExtension($file))"
                $lines
            }
            """ + End);
        Assert.Equal([3, 2], result.EnumerateArray().Select(static l => l.GetInt32()));
    }

    [PwshFact]
    public void An_object_soon_after_another_does_not_wait_for_a_third()
    {
        JsonElement result = Pwsh.RunJson(Begin + """

            foreach ($file in "$folder/f.PSCustomObject.csv", "$folder/f.ndjson") {
                1..3 | ForEach-Object {
                    if ($_ -eq 3) { for ($look = 0; $look -lt 100 -and @(Get-Content $file)[-1] -notlike '*second*'; $look++) { Start-Sleep -Milliseconds 100 }; $last = @(Get-Content $file)[-1] }
                    [pscustomobject]@{ a = ('first', 'second', 'third')[$_ - 1] }
                } | Export-BpfEvent "$folder/f$([IO.Path]::GetExtension($file))"
                $last
            }
            """ + End);
        Assert.Equal(["second", """{"$type":"PSCustomObject","a":"second"}"""], result.EnumerateArray().Select(static l => l.GetString()));
    }

    [PwshFact(needsKernel: true)]
    public void What_does_not_fit_when_it_is_written_late_is_an_error_of_the_next_object_or_the_end()
    {
        JsonElement result = Pwsh.RunJson(Begin + """

            $disk = (New-Item -ItemType Directory "$folder/disk").FullName
            mount -t tmpfs -o size=8k none $disk
            try {
                foreach ($file in "$disk/f.csv", "$disk/f.ndjson") {
                    foreach ($count in 2, 3) {
                        $errors = @()
                        try {
                            1..$count | ForEach-Object {
                                if ($_ -eq 3) { Start-Sleep -Milliseconds 2500 }
                                [pscustomobject]@{ a = 'x' * (1, 12000, 1)[$_ - 1] }
                                if ($_ -eq $count -and $count -eq 2) { Start-Sleep -Milliseconds 2500 }
                            } | Export-BpfEvent $file -ErrorVariable errors -ErrorAction SilentlyContinue
                        } catch { $errors = @($_) }
                        "$($errors.Count) $($errors[0].FullyQualifiedErrorId) $(Split-Path -Leaf $errors[0].TargetObject)"
                        Remove-Item $disk/*
                    }
                }
            } finally { umount $disk }
            """ + End);
        const string Id = "FileNotWritten,BpfTrace.Commands.ExportBpfEventCommand";
        Assert.Equal(
            [$"1 {Id} f.PSCustomObject.csv", $"1 {Id} f.PSCustomObject.csv", $"1 {Id} f.ndjson", $"1 {Id} f.ndjson"],
            result.EnumerateArray().Select(static l => l.GetString()));
    }

    [PwshFact]
    public void CsvHelper_is_loaded_by_the_first_export_into_a_context_of_its_own()
    {
        JsonElement result = Pwsh.RunJson(Begin + """

            $loaded = { @([AppDomain]::CurrentDomain.GetAssemblies() | Where-Object { $_.GetName().Name -eq 'CsvHelper' }) }
            (& $loaded).Count
            [pscustomobject]@{ a = 1 } | Export-BpfEvent $folder/x.ndjson
            (& $loaded).Count
            [pscustomobject]@{ a = 1 } | Export-BpfEvent $folder/x.csv
            [System.Runtime.Loader.AssemblyLoadContext]::GetLoadContext((& $loaded)[0]).Name
            """ + End);
        Assert.Equal(0, result[0].GetInt32());
        Assert.Equal(0, result[1].GetInt32());
        Assert.Equal("BpfTrace.Dependencies", result[2].GetString());
    }
}
