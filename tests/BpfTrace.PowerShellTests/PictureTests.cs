using System.Text.Json;
using System.Xml.Linq;
using BpfTrace.PowerShellTests.Support;

namespace BpfTrace.PowerShellTests;

/// <summary>ConvertTo-BpfFlameGraph and ConvertTo-BpfChart.</summary>
public sealed class PictureTests
{
    private const string Begin = """
        $folder = New-Item -ItemType Directory (Join-Path ([IO.Path]::GetTempPath()) "bpf-pic-$([guid]::NewGuid())")
        Set-Location $folder
        try {
        """;

    private const string End = "\n} finally { Set-Location /; Remove-Item -Recurse $folder }";

    [PwshFact(needsKernel: true)]
    public void Stacks_of_maps_events_recordings_and_clixml_fold_alike()
    {
        JsonElement result = Pwsh.RunJson(Begin + """

            $map = @(Start-BpfTrace 'BEGIN { @[kstack, "grp"] = count(); @other = 3; exit(); }' -RecordPath m.bpfrec)
            $live = $map | ConvertTo-BpfFlameGraph -As Folded
            $recorded = Import-BpfTrace m.bpfrec | ConvertTo-BpfFlameGraph -As Folded
            $map | Export-Clixml m.xml -Depth 5
            $xml = Import-Clixml m.xml | ConvertTo-BpfFlameGraph -As Folded
            $again = $live | ConvertTo-BpfFlameGraph -As Folded
            $event = Start-BpfTrace 'BEGIN { printf("%s %d %s\n", kstack, 7, comm); exit(); }'
            $weighted = $event | ConvertTo-BpfFlameGraph -As Folded -Weight arg1 -GroupBy comm, ProbeName
            [pscustomobject]@{ live = $live; recorded = $recorded; xml = $xml; again = $again; weighted = $weighted; comm = $event.comm }
            """ + End);
        JsonElement all = result[0];
        string live = all.GetProperty("live").GetString()!;
        Assert.StartsWith("grp;entry_SYSCALL_64", live, StringComparison.Ordinal);
        Assert.Contains(";__sys_bpf_[k];", live, StringComparison.Ordinal);
        Assert.EndsWith("_[k] 1", live, StringComparison.Ordinal);
        Assert.Equal(live, all.GetProperty("recorded").GetString());
        Assert.Equal(live, all.GetProperty("xml").GetString());
        Assert.Equal(live, all.GetProperty("again").GetString());
        string weighted = all.GetProperty("weighted").GetString()!;
        Assert.StartsWith($"{all.GetProperty("comm").GetString()};begin;entry_SYSCALL_64", weighted, StringComparison.Ordinal);
        Assert.EndsWith(" 7", weighted, StringComparison.Ordinal);
    }

    [PwshFact(needsKernel: true)]
    public void Stacks_in_the_fields_of_a_records_key_are_drawn_with_the_other_fields_below()
    {
        JsonElement result = Pwsh.RunJson(Begin + """

            $entries = @(Start-BpfTrace 'BEGIN { @r[(stack=kstack(3), name="g")] = sum(5); @t[kstack(3), "g"] = sum(5); exit(); }')
            $entries | Export-Clixml r.xml -Depth 5
            [pscustomobject]@{
                record = @($entries[0] | ConvertTo-BpfFlameGraph -As Folded); tuple = @($entries[1] | ConvertTo-BpfFlameGraph -As Folded)
                restored = @((Import-Clixml r.xml)[0] | ConvertTo-BpfFlameGraph -As Folded)
            }
            """ + End)[0];
        string?[] lines = [.. new[] { "record", "restored", "tuple" }.Select(name => result.GetProperty(name)[0].GetString())];
        Assert.Equal(lines[2], lines[0]);
        Assert.Equal(lines[2], lines[1]);
        Assert.StartsWith("g;", lines[2], StringComparison.Ordinal);
        Assert.EndsWith(" 5", lines[2], StringComparison.Ordinal);
    }

    [PwshFact(needsKernel: true)]
    public void What_jobs_Clixml_and_Json_have_made_of_objects_is_drawn_alike()
    {
        JsonElement result = Pwsh.RunJson(Begin + """

            $all = @(Start-BpfTrace 'BEGIN { @h["<k>"] = hist(100); @l = lhist(70, 0, 100, 10); @n["x"] = 3; @s = stats(5); @t = tseries(4, 1s, 10); @st[kstack(3), "g"] = count(); printf("%s\n", kstack(2)); exit(); }' -WarningAction Ignore)
            $all | Export-Clixml x.xml
            $ways = [ordered]@{
                xml = @(Import-Clixml x.xml)
                job = @(Start-Job { $using:all } | Receive-Job -Wait -AutoRemoveJob)
                json = @($all | ConvertTo-Json -Depth 6 | ConvertFrom-Json)
            }
            $chart = $all | ConvertTo-BpfChart; $folded = ($all | ConvertTo-BpfFlameGraph -As Folded) -join "`n"; $alone = $all[1].Value | ConvertTo-BpfChart
            foreach ($way in $ways.GetEnumerator()) {
                [pscustomobject]@{
                    way = $way.Key; chart = ($way.Value | ConvertTo-BpfChart) -ceq $chart; folded = (($way.Value | ConvertTo-BpfFlameGraph -As Folded) -join "`n") -ceq $folded
                    alone = ($way.Value[1].Value | ConvertTo-BpfChart) -ceq $alone; size = $chart.Length; lines = $folded.Split("`n").Count
                }
            }
            """ + End);
        Assert.Equal(3, result.GetArrayLength());
        foreach (JsonElement way in result.EnumerateArray())
        {
            Assert.All(new[] { "chart", "folded", "alone" }, name => Assert.True(way.GetProperty(name).GetBoolean(), $"{way.GetProperty("way")}: {name}"));
            Assert.Equal(2, way.GetProperty("lines").GetInt32());
            Assert.True(way.GetProperty("size").GetInt32() > 4000);
        }
    }

    [PwshFact]
    public void The_extension_says_the_format_and_files_are_kept_when_asked()
    {
        JsonElement result = Pwsh.RunJson(Begin + """

            $stacks = 'main;read 12', 'main;compute 30'
            $files = 'a.svg', 'a.folded', 'a.json', 'a.pb.gz' | ForEach-Object { $stacks | ConvertTo-BpfFlameGraph -OutFile $_ -PassThru }
            $clobber = @(try { $stacks | ConvertTo-BpfFlameGraph -OutFile a.svg -NoClobber } catch { $_ })
            [powershell]::Create().AddScript("Import-Module '$((Get-Module BpfTrace).Path)'; 'a 1' | ConvertTo-BpfFlameGraph -OutFile '$folder/w.svg' -WhatIf").Invoke() | Out-Null
            1, 'no stack' | ConvertTo-BpfFlameGraph -ErrorVariable nothing -ErrorAction SilentlyContinue
            1 | ConvertTo-BpfChart -ErrorVariable none -ErrorAction SilentlyContinue
            [pscustomobject]@{
                names = @($files.Name); svg = ($stacks | ConvertTo-BpfFlameGraph -Title 'a & b'); folded = Get-Content a.folded
                json = (Get-Content -Raw a.json | ConvertFrom-Json).profiles[0].endValue; gzip = [IO.File]::ReadAllBytes("$folder/a.pb.gz")[0..1]
                bytes = ($stacks | ConvertTo-BpfFlameGraph -As Pprof).GetType().Name; count = @(Get-ChildItem).Count
                ids = @($clobber[0].FullyQualifiedErrorId, $nothing[0].FullyQualifiedErrorId, $none[0].FullyQualifiedErrorId)
            }
            """ + End);
        JsonElement all = result[0];
        Assert.Equal(4, all.GetProperty("names").GetArrayLength());
        Assert.Equal(4, all.GetProperty("count").GetInt32());
        Assert.Equal("a & b", XDocument.Parse(all.GetProperty("svg").GetString()!).Root!.Elements().First().Value);
        Assert.Equal(["main;compute 30", "main;read 12"], all.GetProperty("folded").EnumerateArray().Select(l => l.GetString()));
        Assert.Equal(42, all.GetProperty("json").GetInt32());
        Assert.Equal([0x1f, 0x8b], all.GetProperty("gzip").EnumerateArray().Select(b => b.GetInt32()));
        Assert.Equal("Byte[]", all.GetProperty("bytes").GetString());
        Assert.Equal(["NoClobber", "NothingToDraw", "NothingToDraw"], all.GetProperty("ids").EnumerateArray().Select(i => i.GetString()!.Split(',')[0]));
    }

    [PwshFact(needsKernel: true)]
    public void Stacks_of_several_maps_are_added_and_that_is_told()
    {
        JsonElement all = Pwsh.RunJson("""
            $all = @(Start-BpfTrace 'BEGIN { @ns[kstack(2)] = sum(700); @n[kstack(2)] = count(); @other[1] = count(); exit(); }')
            $both = $all | ConvertTo-BpfFlameGraph -As Folded -WarningVariable told -WarningAction SilentlyContinue
            $one = $all | Where-Object Map -ne '@n' | ConvertTo-BpfFlameGraph -As Folded -WarningVariable quiet
            [pscustomobject]@{ both = ($both -split ' ')[-1]; told = "$told"; one = ($one -split ' ')[-1]; quiet = $quiet.Count }
            """)[0];
        Assert.Equal(("701", "700"), (all.GetProperty("both").GetString(), all.GetProperty("one").GetString()));
        Assert.StartsWith("The values of 2 maps are added: @n, @ns.", all.GetProperty("told").GetString(), StringComparison.Ordinal);
        Assert.Equal(0, all.GetProperty("quiet").GetInt32());
    }

    [PwshFact(needsKernel: true)]
    public void An_array_as_the_argument_is_its_elements_and_stacks_without_a_weight_are_told()
    {
        JsonElement all = Pwsh.RunJson("""
            $all = @(Start-BpfTrace 'BEGIN { @n["x"] = 3; @n["y"] = 4; @k[kstack(2), 1] = 5; @k[kstack(2), 2] = -6; printf("%s %d\n", kstack(2), 7); exit(); }')
            $folded = $all | ConvertTo-BpfFlameGraph -As Folded -WarningVariable negative -WarningAction SilentlyContinue
            $nothing = $all | ConvertTo-BpfFlameGraph -As Folded -Weight none -WarningVariable none -WarningAction SilentlyContinue -ErrorAction Ignore
            $one = $all | ConvertTo-BpfFlameGraph -As Folded -Weight arg1 -WarningVariable maps -WarningAction SilentlyContinue
            [pscustomobject]@{
                chart = (ConvertTo-BpfChart $all) -ceq ($all | ConvertTo-BpfChart); length = (ConvertTo-BpfChart $all).Length
                same = "$(ConvertTo-BpfFlameGraph $all -As Folded -WarningAction Ignore)" -ceq "$folded"; weights = @($folded | ForEach-Object { ($_ -split ' ')[-1] })
                nothing = @($nothing).Count; one = ($one -split ' ')[-1]; warnings = @("$negative", "$none", "$maps")
            }
            """)[0];
        Assert.True(all.GetProperty("chart").GetBoolean());
        Assert.True(all.GetProperty("length").GetInt32() > 2000);
        Assert.True(all.GetProperty("same").GetBoolean());
        Assert.Equal(["1", "5"], all.GetProperty("weights").EnumerateArray().Select(w => w.GetString()).Order());
        Assert.Equal(0, all.GetProperty("nothing").GetInt32());
        Assert.Equal("7", all.GetProperty("one").GetString());
        Assert.Equal(
            [
                "Objects with stacks that are left out, because the value is no number or is below 0: 1.",
                "Objects with stacks that are left out, because the property 'none' is no number or is below 0: 3.",
                "Objects with stacks that are left out, because the property 'arg1' is no number or is below 0: 2.",
            ],
            all.GetProperty("warnings").EnumerateArray().Select(w => w.GetString()));
    }

    [PwshFact(needsKernel: true)]
    public void Maps_are_charted_and_histograms_by_themselves()
    {
        JsonElement result = Pwsh.RunJson(Begin + """

            $all = @(Start-BpfTrace 'BEGIN { @h["<k>"] = hist(100); @l = lhist(70, 0, 100, 10); @n["x"] = 3; @text = "t"; exit(); }')
            $all | ConvertTo-BpfChart -Title 'Maps' -OutFile m.svg
            [pscustomobject]@{ file = Get-Content -Raw m.svg; one = ($all[0].Value | ConvertTo-BpfChart); same = ($all | ConvertTo-BpfChart) -ceq ($all | ConvertTo-BpfChart) }
            """ + End);
        XNamespace svg = "http://www.w3.org/2000/svg";
        XDocument file = XDocument.Parse(result[0].GetProperty("file").GetString()!);
        string[] texts = [.. file.Descendants(svg + "text").Select(t => t.Value)];
        Assert.Contains("@h[<k>]", texts);
        Assert.Contains("[64, 128)", texts);
        Assert.Contains("[70, 80)", texts);
        Assert.Contains("@n", texts);
        Assert.DoesNotContain("@text", texts);
        Assert.Contains("[64, 128)", result[0].GetProperty("one").GetString(), StringComparison.Ordinal);
        Assert.True(result[0].GetProperty("same").GetBoolean());
    }

    [PwshFact(needsKernel: true)]
    public void Stacks_in_the_fields_of_a_key_are_a_line_of_their_frames()
    {
        JsonElement result = Pwsh.RunJson("""
            $all = @(Start-BpfTrace 'BEGIN { @n[(stack=kstack(2), text="a  b", other=kstack(1))] = 3; exit(); }')
            $frames = { param($stack) $stack.Frames -join ';' }
            [pscustomobject]@{ svg = $all | ConvertTo-BpfChart; key = '{ .stack = ' + (& $frames $all[0].Key.stack) + ', .text = a  b, .other = ' + (& $frames $all[0].Key.other) + ' }' }
            """)[0];
        XNamespace svg = "http://www.w3.org/2000/svg";
        Assert.Contains(";", result.GetProperty("key").GetString(), StringComparison.Ordinal);
        Assert.Contains(result.GetProperty("key").GetString() + ": 3", XDocument.Parse(result.GetProperty("svg").GetString()!).Descendants(svg + "title").Select(static t => t.Value));
    }
}
