using System.Text.Json;
using BpfTrace.PowerShellTests.Support;

namespace BpfTrace.PowerShellTests;

/// <summary>Get-BpfTool and Invoke-BpfTool: scripts by their names, with their parameters.</summary>
public sealed class ToolTests
{
    // A script with both kinds of parameters, one of them called like a parameter of the cmdlet.
    private const string OwnTool = """
        $folder = New-Item -ItemType Directory (Join-Path ([IO.Path]::GetTempPath()) "bpf-tools-$PID")
        @'
        /*
         * own: says what it was given.
         *
         * $1 count: how many
         * $2 who: whose
         *
         *   Invoke-BpfTool own 3 me
         */
        begin { printf("%s\n", "TITLE"); }
        interval:ms:10 {
          printf("count=%d who=%s top=%d loud=%d name=%s\n", $1, str($2), getopt("top-most", 10, "the most"), getopt("loud"), getopt("name", "nobody"));
          exit();
        }
        '@ | Set-Content $folder/own.bt
        'macro seven() { 7 }' | Set-Content $folder/library.bt
        'begin { @ = cuont( }' | Set-Content $folder/wrong.bt

        """;

    private static string[] Texts(JsonElement element) => [.. element.EnumerateArray().Select(static e => e.GetString()!)];

    [PwshFact]
    public void The_modules_tools_are_listed_with_synopsis_and_parameters()
    {
        JsonElement result = Pwsh.RunJson("""
            $tools = Get-BpfTool
            $syscount = Get-BpfTool SYSCOUNT
            Get-BpfTool nonesuch -ErrorAction SilentlyContinue -ErrorVariable missing
            [pscustomobject]@{
                names = @($tools.Name)
                silent = @($tools | Where-Object { -not $_.Synopsis -or -not $_.Examples -or -not $_.Probes }).Count
                parameters = @($syscount.Parameters | ForEach-Object { "$($_.Name) $($_.ScriptName) $($_.TypeName) $($_.DefaultValue)" })
                path = Test-Path $syscount.Path
                tcp = @((Get-BpfTool tcp*).Name)
                error = $missing[0].FullyQualifiedErrorId
            }
            """)[0];
        string[] named =
        [
            "bashreadline", "biosnoop", "cpuwalk", "dcsnoop", "execsnoop", "gethostlatency", "naptime", "opensnoop", "pidpersec", "statsnoop",
            "syscount", "tcpaccept", "tcpconnect", "tcplife",
        ];
        Assert.Superset(named.ToHashSet(), Texts(result.GetProperty("names")).ToHashSet());
        Assert.Equal(0, result.GetProperty("silent").GetInt32());
        Assert.Equal(["Sysname --sysname System.Boolean False", "Top --top System.UInt64 10"], Texts(result.GetProperty("parameters")));
        Assert.True(result.GetProperty("path").GetBoolean());
        Assert.Equal(["tcpaccept", "tcpconnect", "tcplife"], Texts(result.GetProperty("tcp")));
        Assert.StartsWith("ToolNotFound,", result.GetProperty("error").GetString(), StringComparison.Ordinal);
    }

    [PwshFact]
    public void Own_scripts_are_tools_in_the_search_path_and_wrong_ones_are_errors_at_their_place()
    {
        JsonElement result = Pwsh.RunJson(OwnTool + """
            try {
                Push-Location $folder
                $relative = Get-BpfTool -Path . -ErrorAction SilentlyContinue -ErrorVariable wrong
                Pop-Location
                $env:BPFTRACE_TOOLS = "/no/such:$folder"
                'begin { print(1); } // my own' | Set-Content $folder/syscount.bt
                [pscustomobject]@{
                    names = @($relative.Name)
                    parameters = "$($relative.Parameters)"
                    wrong = @($wrong.CategoryInfo.TargetName)
                    first = (Get-BpfTool syscount).Path -eq "$folder/syscount.bt"
                    both = @((Get-BpfTool own, opensnoop).Name)
                }
            } finally { Remove-Item -Recurse $folder }
            """)[0];
        Assert.Equal(["own"], Texts(result.GetProperty("names")));
        Assert.Equal("[[-Count] <int64>] [[-Who] <string>] [-Loud] [-ToolName <string>] [-TopMost <uint64>]", result.GetProperty("parameters").GetString());
        Assert.EndsWith("wrong.bt:1:20", Assert.Single(Texts(result.GetProperty("wrong"))), StringComparison.Ordinal);
        Assert.True(result.GetProperty("first").GetBoolean());
        Assert.Equal(["opensnoop", "own"], Texts(result.GetProperty("both")));
    }

    [PwshFact]
    public void Names_and_parameters_complete()
    {
        JsonElement result = Pwsh.RunJson(OwnTool + """
            try {
                $name = (TabExpansion2 'Invoke-BpfTool tcpc').CompletionMatches
                $own = (TabExpansion2 "Invoke-BpfTool -Path $folder o").CompletionMatches
                $path = (TabExpansion2 "Invoke-BpfTool $folder/own.bt -To").CompletionMatches
                [pscustomobject]@{
                    name = @($name.CompletionText)
                    tip = $name[0].ToolTip
                    parameters = @((TabExpansion2 'Invoke-BpfTool opensnoop -Fa').CompletionMatches.CompletionText)
                    own = @($own.CompletionText)
                    path = @($path.CompletionText)
                    compiler = Select-String -Path /proc/self/maps -Pattern 'libLLVM' -Quiet
                }
            } finally { Remove-Item -Recurse $folder }
            """)[0];
        Assert.Equal(["tcpconnect"], Texts(result.GetProperty("name")));
        Assert.Equal("which TCP connections are opened from here, by whom.", result.GetProperty("tip").GetString());
        Assert.Equal(["-Failed"], Texts(result.GetProperty("parameters")));
        Assert.Equal(["own"], Texts(result.GetProperty("own")));
        Assert.Equal(["-ToolName", "-TopMost"], Texts(result.GetProperty("path")).Order());
        Assert.NotEqual(JsonValueKind.True, result.GetProperty("compiler").ValueKind);
    }

    [PwshFact(needsKernel: true)]
    public void The_tools_own_parameters_reach_the_script_typed()
    {
        JsonElement result = Pwsh.RunJson(OwnTool + """
            $WarningPreference = 'SilentlyContinue' # $1 is empty where it is not given
            try {
                $given = Invoke-BpfTool own 3 me -TopMost 5 -Loud -ToolName 'it''s' -Path $folder
                $named = Invoke-BpfTool "$folder/own.bt" -Who you
                $list = Invoke-BpfTool own -Path $folder -ArgumentList 7, them -NamedArgument @{ 'top-most' = 6; loud = $true }
                $piped = Get-BpfTool own -Path $folder | Invoke-BpfTool -InformationAction Continue -InformationVariable titles 6> $null
                try { Invoke-BpfTool own many -Path $folder } catch { $wrong = $_.FullyQualifiedErrorId }
                try { Invoke-BpfTool own 1 -ArgumentList 2 -Path $folder } catch { $twice = $_.FullyQualifiedErrorId }
                try { Invoke-BpfTool nonesuch } catch { $missing = $_.FullyQualifiedErrorId }
                [pscustomobject]@{
                    given = $given.Text; named = $named.Text; list = $list.Text; piped = $piped.Text
                    count = @($given).Count; top = $given.top.GetType().Name; titles = @($titles | ForEach-Object { "$_" })
                    text = @(Invoke-BpfTool own -Path $folder -AsText); errors = @($wrong, $twice, $missing)
                }
            } finally { Remove-Item -Recurse $folder }
            """)[0];
        Assert.Equal("count=3 who=me top=5 loud=1 name=it's\n", result.GetProperty("given").GetString());
        Assert.Equal("count=0 who=you top=10 loud=0 name=nobody\n", result.GetProperty("named").GetString());
        Assert.Equal("count=7 who=them top=6 loud=1 name=nobody\n", result.GetProperty("list").GetString());
        Assert.Equal("count=0 who= top=10 loud=0 name=nobody\n", result.GetProperty("piped").GetString());
        Assert.Equal(1, result.GetProperty("count").GetInt32());
        Assert.Equal("UInt64", result.GetProperty("top").GetString());
        Assert.Equal(["TITLE"], Texts(result.GetProperty("titles")));
        Assert.Equal("TITLE", Texts(result.GetProperty("text"))[0]);
        Assert.Equal(
            ["CannotConvertArgumentNoMessage", "ArgumentsTwice", "ToolNotFound"],
            Texts(result.GetProperty("errors")).Select(e => e.Split(',')[0]));
    }

    [PwshFact(needsKernel: true)]
    public void Of_several_tools_the_first_keeps_its_recording()
    {
        JsonElement result = Pwsh.RunJson("""
            $folder = New-Item -ItemType Directory (Join-Path ([IO.Path]::GetTempPath()) "bpf-recorded-$PID")
            try {
                'begin { @n = 9; printf("%d\n", @n); exit(); }' | Set-Content $folder/a.bt
                Copy-Item $folder/a.bt $folder/b.bt
                $both = @(Get-BpfTool -Path $folder | Invoke-BpfTool -RecordPath $folder/y.bpfrec -ErrorVariable second -ErrorAction SilentlyContinue)
                [pscustomobject]@{ both = @($both | ForEach-Object { "$_" }); second = $second[0].FullyQualifiedErrorId; name = (Import-BpfTrace $folder/y.bpfrec -Information).ScriptPath }
            } finally { Remove-Item -Recurse $folder }
            """);
        Assert.Equal(["9", "@n: 9"], Texts(result[0].GetProperty("both")));
        Assert.StartsWith("RecordingOfAnother,", result[0].GetProperty("second").GetString(), StringComparison.Ordinal);
        Assert.EndsWith("/a.bt", result[0].GetProperty("name").GetString(), StringComparison.Ordinal);
    }

    [PwshFact(needsKernel: true)]
    public void A_tools_titles_are_in_its_recording_and_are_no_events_also_as_text()
    {
        JsonElement result = Pwsh.RunJson("""
            $folder = New-Item -ItemType Directory (Join-Path ([IO.Path]::GetTempPath()) "bpf-titles-$PID")
            try {
                'begin { printf("%s\n", "TITLE"); } interval:ms:5 { @n++; if (@n < 4) { printf("%d\n", @n); } else { exit(); } } end { @n = 9; }' | Set-Content $folder/a.bt
                foreach ($text in $false, $true) {
                    $live = @(Invoke-BpfTool "$folder/a.bt" -MaxEvents 2 -AsText:$text -RecordPath $folder/x.bpfrec -InformationVariable titles 6> $null)
                    $back = @(Import-BpfTrace $folder/x.bpfrec -InformationVariable again 6> $null)
                    [pscustomobject]@{
                        live = @($live | ForEach-Object { "$_" }); titles = "$titles"; back = @($back | ForEach-Object { "$_" }); again = "$again"
                        counters = @((Get-BpfTrace)[-1].Counters.Events)
                    }
                }
            } finally { Remove-Item -Recurse $folder }
            """);
        string[] delivered = ["1", "2", "@n: 9"];
        Assert.Equal(delivered, Texts(result[0].GetProperty("live")));
        Assert.Equal("TITLE", result[0].GetProperty("titles").GetString());
        Assert.Equal(["TITLE", "1", "2", "", "", "@n: 9"], Texts(result[1].GetProperty("live")));
        Assert.Equal("", result[1].GetProperty("titles").GetString());
        foreach (JsonElement each in new[] { result[0], result[1] })
        {
            Assert.Equal(delivered, Texts(each.GetProperty("back")));
            Assert.Equal("TITLE", each.GetProperty("again").GetString());
            Assert.Equal(2, each.GetProperty("counters")[0].GetInt64());
        }
    }

    [PwshFact(needsKernel: true)]
    public void A_tool_writes_the_same_objects_as_its_script_and_takes_what_every_trace_takes()
    {
        JsonElement result = Pwsh.RunJson("""
            $command = 'cat /dev/null /no/such/file'
            $tool = @(Invoke-BpfTool opensnoop -Command $command -Failed | Where-Object path -eq /no/such/file)
            $script = @(Start-BpfTrace -Path (Get-BpfTool opensnoop).Path -Command $command -NamedArgument @{ failed = $true } | Where-Object path -eq /no/such/file)
            $names = { param($e) @($e.psobject.Properties.Name) -join ' ' }
            $maps = @(Invoke-BpfTool syscount -Top 2 -Sysname -ProcessId $PID -Duration 300ms)
            [pscustomobject]@{
                same = (& $names $tool[0]) -eq (& $names $script[0]); names = & $names $tool[0]
                comm = $tool[0].comm; err = $tool[0].err; type = $tool[0].pid.GetType().Name
                maps = @($maps.Map | Select-Object -Unique); entries = @($maps | Where-Object Map -eq '@syscallname').Count; text = $maps[0].Key.GetType().Name
                table = ($tool | Out-String).Trim().Split("`n")[0].Trim() -replace ' +', ' '; none = @(Get-BpfTrace | Where-Object State -eq Running).Count
            }
            """)[0];
        Assert.True(result.GetProperty("same").GetBoolean(), result.GetProperty("names").GetString());
        Assert.Equal("cat", result.GetProperty("comm").GetString());
        Assert.Equal(2, result.GetProperty("err").GetInt64());
        Assert.Equal("UInt32", result.GetProperty("type").GetString());
        Assert.Equal(["@syscallname", "@process"], Texts(result.GetProperty("maps")));
        Assert.InRange(result.GetProperty("entries").GetInt32(), 1, 2);
        Assert.Equal("String", result.GetProperty("text").GetString());
        Assert.Equal("Time pid comm fd err path", result.GetProperty("table").GetString());
    }
}
