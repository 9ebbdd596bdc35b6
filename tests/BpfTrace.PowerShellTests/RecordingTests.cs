using System.Text.Json;
using BpfTrace.PowerShellTests.Support;

namespace BpfTrace.PowerShellTests;

/// <summary>Start-BpfTrace -RecordPath and Import-BpfTrace.</summary>
public sealed class RecordingTests
{
    private const string Folder = """
        $folder = New-Item -ItemType Directory (Join-Path ([IO.Path]::GetTempPath()) "bpf-rec-$([guid]::NewGuid())")
        $file = "$folder/x.bpfrec"
        """;

    private const string Script = """
        $script = 'BEGIN { @h = hist(100); @s = stats(5); @k[kstack, "x"] = count(); $i = 0; unroll(3) { $i++; printf("%d %s %p\n", $i, comm, 16); }
            print((pid=pid, text="y\xff")); print(@h); printf("%s %r\n", ksym(0), buf("ab", 2)); warnf("watch out %d", 3); time("%H:%M\n"); exit(); }'
        """;

    [PwshFact(needsKernel: true)]
    public void A_recording_gives_the_objects_of_the_trace_again()
    {
        JsonElement result = Pwsh.RunJson(Folder + "\n" + Script + """

            try {
                $live = @(Start-BpfTrace $script -RecordPath $file -WarningVariable warned -WarningAction SilentlyContinue)
                $back = @(Import-BpfTrace $file -WarningVariable again -WarningAction SilentlyContinue)
                $differ = @(for ($i = 0; $i -lt $live.Count; $i++) {
                    $a = $live[$i]; $b = $back[$i]
                    if ($a.GetType().FullName -ne $b.GetType().FullName -or "$a" -cne "$b" -or
                        ($a | ConvertTo-Json -Depth 6) -cne ($b | ConvertTo-Json -Depth 6) -or
                        (@($a.psobject.TypeNames) -join ' ') -ne (@($b.psobject.TypeNames) -join ' ') -or
                        ($a | Out-String) -cne ($b | Out-String)) { "$i $a" }
                })
                [pscustomobject]@{ live = $live.Count; back = $back.Count; differ = $differ; warned = "$warned"; again = "$again"
                    stack = ($back | Where-Object { $_.Map -eq '@k' }).Key1.GetType().FullName }
            } finally { Remove-Item -Recurse $folder }
            """);
        JsonElement all = result[0];
        Assert.Equal(10, all.GetProperty("live").GetInt32());
        Assert.Equal(10, all.GetProperty("back").GetInt32());
        Assert.Empty(all.GetProperty("differ").EnumerateArray());
        Assert.Contains("watch out 3", all.GetProperty("warned").GetString(), StringComparison.Ordinal);
        Assert.Equal(all.GetProperty("warned").GetString(), all.GetProperty("again").GetString());
        Assert.Equal("BpfTrace.StackTrace", all.GetProperty("stack").GetString());
    }

    /// <summary>The titles of a tool are no events: in a recording, too, they are on the information stream.</summary>
    [PwshFact(needsKernel: true)]
    public void A_tool_is_recorded_with_its_titles()
    {
        JsonElement result = Pwsh.RunJson(Folder + """

            try {
                Set-Content $folder/titled.bt 'BEGIN { printf("VALUE\n"); } interval:ms:10 { printf("%d\n", 42); exit(); } END { printf("done\n"); }'
                $live = @(Invoke-BpfTool $folder/titled.bt -RecordPath $file -InformationVariable titles)
                $back = @(Import-BpfTrace $file -InformationVariable again)
                $text = @(Invoke-BpfTool $folder/titled.bt -RecordPath $file -Force -AsText)
                [pscustomobject]@{ live = $live.arg0; back = $back.arg0; titles = "$titles"; again = "$again"; text = $text; events = @(Import-BpfTrace $file).Count }
            } finally { Remove-Item -Recurse $folder }
            """);
        JsonElement all = result[0];
        Assert.Equal(42, all.GetProperty("live").GetInt32());
        Assert.Equal(42, all.GetProperty("back").GetInt32());
        Assert.Equal("VALUE done", all.GetProperty("titles").GetString());
        Assert.Equal("VALUE done", all.GetProperty("again").GetString());
        Assert.Equal(["VALUE", "42", "done"], all.GetProperty("text").EnumerateArray().Select(static t => t.GetString()!).Where(static t => t.Length > 0));
        Assert.Equal(1, all.GetProperty("events").GetInt32());
    }

    [PwshFact(needsKernel: true)]
    public void Text_is_recorded_as_objects_and_a_recording_knows_its_script()
    {
        JsonElement result = Pwsh.RunJson(Folder + """

            try {
                $text = @(Start-BpfTrace 'BEGIN { @x = 3; printf("%d\n", 42); exit(); }' -AsText -RecordPath $file)
                $back = @(Import-BpfTrace $file)
                $info = Get-Item $file | Import-BpfTrace -Information
                [pscustomobject]@{ text = $text[0]; value = $back[0].arg0; map = $back[1].Value; script = $info.Script; maps = $info.Maps; noMaps = @(Import-BpfTrace $file -NoMaps).Count }
            } finally { Remove-Item -Recurse $folder }
            """);
        JsonElement all = result[0];
        Assert.Equal("42", all.GetProperty("text").GetString());
        Assert.Equal(42, all.GetProperty("value").GetInt32());
        Assert.Equal(3, all.GetProperty("map").GetInt32());
        Assert.StartsWith("BEGIN { @x = 3;", all.GetProperty("script").GetString(), StringComparison.Ordinal);
        Assert.Equal("@x", all.GetProperty("maps")[0].GetString());
        Assert.Equal(1, all.GetProperty("noMaps").GetInt32());
    }

    [PwshFact(needsKernel: true)]
    public void Files_are_kept_by_NoClobber_and_WhatIf_and_failures_to_write_are_errors()
    {
        JsonElement result = Pwsh.RunJson(Folder + """

            try {
                'mine' | Set-Content $file
                $script = 'BEGIN { printf("%d\n", 1); exit(); }'
                $events = @(Start-BpfTrace $script -RecordPath $file -NoClobber -ErrorVariable clobber -ErrorAction SilentlyContinue).Count
                [powershell]::Create().AddScript("Import-Module '$((Get-Module BpfTrace).Path)'; Start-BpfTrace '$script' -RecordPath '$file' -WhatIf").Invoke() | Out-Null
                $kept = Get-Content $file
                try { Start-BpfTrace $script -RecordPath "$folder/none/x.bpfrec" } catch { $missing = $_.FullyQualifiedErrorId }
                try { Start-BpfTrace $script -RecordPath 'env:x' } catch { $provider = $_.FullyQualifiedErrorId }
                try { Start-BpfTrace $script -RecordPath /dev/full } catch { $full = $_.FullyQualifiedErrorId }
                [pscustomobject]@{ events = $events; clobber = $clobber[0].FullyQualifiedErrorId; kept = $kept; missing = $missing; provider = $provider; full = $full }
            } finally { Remove-Item -Recurse $folder }
            """);
        JsonElement all = result[0];
        Assert.Equal(0, all.GetProperty("events").GetInt32());
        Assert.StartsWith("NoClobber,", all.GetProperty("clobber").GetString(), StringComparison.Ordinal);
        Assert.Equal("mine", all.GetProperty("kept").GetString());
        Assert.StartsWith("RecordingFailed,", all.GetProperty("missing").GetString(), StringComparison.Ordinal);
        Assert.StartsWith("PathNotInFileSystem,", all.GetProperty("provider").GetString(), StringComparison.Ordinal);
        Assert.StartsWith("RecordingFailed,", all.GetProperty("full").GetString(), StringComparison.Ordinal);
    }

    [PwshFact(needsKernel: true)]
    public void A_file_that_a_running_trace_records_to_is_left_to_it()
    {
        JsonElement result = Pwsh.RunJson(Folder + """

            try {
                $job = Start-BpfTrace 'BEGIN { printf("%d\n", 7); } interval:s:3600 { }' -RecordPath $file -AsJob
                $null = New-Item -ItemType SymbolicLink -Path "$folder/link.bpfrec" -Target $file
                foreach ($path in $file, "$folder/link.bpfrec") {
                    try { Start-BpfTrace 'BEGIN { exit(); }' -RecordPath $path } catch { $refused += , $_.FullyQualifiedErrorId }
                }
                $job | Stop-Job -PassThru | Wait-Job | Remove-Job
                $kept = @(Import-BpfTrace $file).arg0
                $null = Start-BpfTrace 'BEGIN { printf("%d\n", 8); exit(); }' -RecordPath $file
                [pscustomobject]@{ refused = $refused; kept = $kept; again = @(Import-BpfTrace $file).arg0 }
            } finally { Remove-Item -Recurse $folder }
            """)[0];
        Assert.Equal(2, result.GetProperty("refused").GetArrayLength());
        Assert.All(result.GetProperty("refused").EnumerateArray(), static r => Assert.StartsWith("RecordingFailed,", r.GetString(), StringComparison.Ordinal));
        Assert.Equal(7, result.GetProperty("kept").GetInt32());
        Assert.Equal(8, result.GetProperty("again").GetInt32());
    }

    [PwshFact(needsKernel: true)]
    public void A_job_whose_recording_cannot_be_written_to_its_end_has_failed_and_says_why()
    {
        JsonElement result = Pwsh.RunJson(Folder + """

            try {
                mkfifo "$folder/pipe"
                $reader = [IO.File]::Open("$folder/pipe", 'Open', 'ReadWrite', 'ReadWrite')
                $job = Start-BpfTrace 'interval:ms:20 { print((nsecs, rand)); } END { print("the end"); }' -RecordPath "$folder/pipe" -AsJob
                $reader.Dispose() # nobody reads any more
                $null = Wait-Job $job
                $events = @(Receive-Job $job -ErrorVariable failed -ErrorAction SilentlyContinue)
                [pscustomobject]@{ job = "$($job.State)"; trace = "$($job.Trace.State)"; reason = $job.JobStateInfo.Reason.Message; failed = "$failed"; last = "$($events[-1])".Trim() }
                Remove-Job $job
            } finally { Remove-Item -Recurse $folder }
            """)[0];
        Assert.Equal("Failed", result.GetProperty("job").GetString());
        Assert.Equal("Failed", result.GetProperty("trace").GetString());
        Assert.StartsWith("The recording cannot be written: ", result.GetProperty("reason").GetString(), StringComparison.Ordinal);
        Assert.StartsWith("The recording cannot be written: ", result.GetProperty("failed").GetString(), StringComparison.Ordinal);
        Assert.Equal("the end", result.GetProperty("last").GetString());
    }

    [PwshFact(needsKernel: true)]
    public void A_recording_that_is_cut_off_gives_what_is_whole_and_an_error()
    {
        JsonElement result = Pwsh.RunJson(Folder + """

            try {
                Start-BpfTrace 'BEGIN { printf("%d\n", 42); exit(); }' -RecordPath $file | Out-Null
                $bytes = [IO.File]::ReadAllBytes($file)
                [IO.File]::WriteAllBytes("$folder/cut.bpfrec", $bytes[0..($bytes.Length - 2)])
                $bytes[60] = $bytes[60] -bxor 1
                [IO.File]::WriteAllBytes("$folder/bad.bpfrec", $bytes)
                'text' | Set-Content "$folder/other.bpfrec"
                $cut = @(Import-BpfTrace $folder/cut.bpfrec -ErrorVariable cutError -ErrorAction SilentlyContinue)
                $bad = @(Import-BpfTrace $folder/bad.bpfrec, $folder/other.bpfrec -ErrorVariable badError -ErrorAction SilentlyContinue)
                [pscustomobject]@{ cut = $cut[0].arg0; bad = $bad.Count; ids = @($cutError[0].FullyQualifiedErrorId) + @($badError | ForEach-Object FullyQualifiedErrorId); message = "$($cutError[0])" }
            } finally { Remove-Item -Recurse $folder }
            """);
        JsonElement all = result[0];
        Assert.Equal(42, all.GetProperty("cut").GetInt32());
        Assert.Equal(0, all.GetProperty("bad").GetInt32());
        Assert.Equal(
            ["RecordingTruncated", "InvalidRecording", "InvalidRecording"],
            all.GetProperty("ids").EnumerateArray().Select(e => e.GetString()!.Split(',')[0]));
        Assert.Contains("ends in the middle", all.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [PwshFact(needsKernel: true)]
    public void A_recording_is_read_and_exported_without_privilege_and_without_a_home()
    {
        JsonElement result = Pwsh.RunJson(Folder + "\n" + Script + $"\n$module = '{Pwsh.Root}/BpfTrace.psd1'\n" + """

            try {
                $script = $script.Replace('y\xff', 'y') # what is no UTF-8 does not survive a pipe
                $live = @(Start-BpfTrace $script -RecordPath $file -WarningAction Ignore)
                @"
                Import-Module '$module'
                `$back = @(Import-BpfTrace '$file' -WarningAction Ignore)
                `$null = New-Item -ItemType Directory '$folder/closed'; chmod 555 '$folder/closed'
                `$back | Export-BpfEvent '$folder/own.csv'
                try { `$back | Export-BpfEvent '$folder/closed/x.csv' -ErrorAction Stop } catch { `$denied = `$_ }
                try { Start-BpfTrace 'BEGIN { exit(); }' -ErrorAction Stop } catch { `$traced = `$_ }
                [pscustomobject]@{
                    texts = @(`$back | ForEach-Object { "`$_" }); home = "`$env:HOME"; files = @(Get-ChildItem '$folder/own.*.csv').Count; trace = "`$traced"
                    denied = @("`$(`$denied.FullyQualifiedErrorId)", "`$(`$denied.CategoryInfo.Category)"); chart = (`$back | ConvertTo-BpfChart).Length
                } | ConvertTo-Json -Compress
            "@ | Set-Content "$folder/there.ps1"
                # Root without its capabilities may do what any user may do with files of its own.
                $there = setpriv --inh-caps=-all --bounding-set=-all env -u HOME (Get-Process -Id $PID).Path -NoProfile -File "$folder/there.ps1" | ConvertFrom-Json
                [pscustomobject]@{ there = $there; same = (($live | ForEach-Object { "$_" }) -join "`n") -ceq ($there.texts -join "`n") }
            } finally { Remove-Item -Recurse -Force $folder }
            """);
        JsonElement there = result[0].GetProperty("there");
        Assert.True(result[0].GetProperty("same").GetBoolean(), there.ToString());
        Assert.Equal("", there.GetProperty("home").GetString());
        Assert.True(there.GetProperty("files").GetInt32() > 4);
        Assert.True(there.GetProperty("chart").GetInt32() > 1000);
        Assert.StartsWith("FileNotWritten,", there.GetProperty("denied")[0].GetString(), StringComparison.Ordinal);
        Assert.Equal("PermissionDenied", there.GetProperty("denied")[1].GetString());
        Assert.Contains("CAP_BPF", there.GetProperty("trace").GetString(), StringComparison.Ordinal);
    }

    [PwshFact]
    public void Importing_needs_a_file()
    {
        JsonElement result = Pwsh.RunJson("""
            try { Import-BpfTrace /tmp/there-is-no-such.bpfrec } catch { $_.CategoryInfo.Category; $_.FullyQualifiedErrorId }
            """);
        Assert.Equal("ObjectNotFound", result[0].GetString());
    }

    [PwshFact(needsKernel: true)]
    public void Without_its_maps_a_recording_has_those_that_the_script_printed()
    {
        JsonElement result = Pwsh.RunJson(Folder + """

            try {
                $script = 'BEGIN { @b[1] = 1; print(@b); @end = 3; exit(); }'
                $live = Start-BpfTrace $script -RecordPath $file -NoMaps
                $none = Import-BpfTrace $file
                $null = Start-BpfTrace $script -RecordPath $file
                $objects = Import-BpfTrace $file -NoMaps
                $all = Import-BpfTrace $file
                $null = Start-BpfTrace $script -RecordPath $file -AsText
                $text = Import-BpfTrace $file -NoMaps
                foreach ($e in $live, $none, $objects, $text, $all) { "$e" }
            } finally { Remove-Item -Recurse $folder }
            """);
        Assert.Equal(["@b[1]: 1", "@b[1]: 1", "@b[1]: 1", "@b[1]: 1", "@b[1]: 1 @b[1]: 1 @end: 3"], result.EnumerateArray().Select(static t => t.GetString()));
    }

    [PwshFact(needsKernel: true)]
    public void A_directory_is_no_file_to_write()
    {
        JsonElement result = Pwsh.RunJson(Folder + """

            try {
                $ids = @(
                    try { Start-BpfTrace 'BEGIN { exit(); }' -RecordPath $folder } catch { $_ }
                    try { [BpfTrace.MapEntry]::new('@n', $null, 1) | ConvertTo-BpfChart -OutFile $folder } catch { $_ }
                    try { [BpfTrace.MapEntry]::new('@n', $null, 1) | Export-BpfEvent -Path $folder } catch { $_ })
                [pscustomobject]@{ ids = @($ids.FullyQualifiedErrorId -replace ',.*'); step = $ids[0].ErrorDetails.RecommendedAction; beside = @(Get-Item "$folder*").Count }
            } finally { Remove-Item -Recurse $folder* }
            """)[0];
        Assert.Equal(["PathIsDirectory", "PathIsDirectory", "PathIsDirectory"], result.GetProperty("ids").EnumerateArray().Select(static i => i.GetString()));
        Assert.Equal("Give the name of a file in it.", result.GetProperty("step").GetString());
        Assert.Equal(1, result.GetProperty("beside").GetInt32());
    }

    [PwshFact(needsKernel: true)]
    public void What_is_about_the_file_of_a_recording_says_so_where_there_is_none()
    {
        JsonElement result = Pwsh.RunJson("""
            Start-BpfTrace 'BEGIN { exit(); }' -NoClobber -WarningVariable said -WarningAction SilentlyContinue
            Start-BpfTrace 'BEGIN { exit(); }' -Force:$false -WarningVariable unsaid -WarningAction SilentlyContinue
            [pscustomobject]@{ said = "$said"; unsaid = @($unsaid).Count }
            """)[0];
        Assert.Equal("-NoClobber and -Force are about the file of -RecordPath; without it nothing is recorded.", result.GetProperty("said").GetString());
        Assert.Equal(0, result.GetProperty("unsaid").GetInt32());
    }
}
