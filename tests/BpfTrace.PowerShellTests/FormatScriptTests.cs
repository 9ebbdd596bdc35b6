using System.Text.Json;
using BpfTrace.PowerShellTests.Support;

namespace BpfTrace.PowerShellTests;

/// <summary>Format-BpfScript, as it is used.</summary>
public sealed class FormatScriptTests
{
    [PwshFact]
    public void A_program_is_one_string_and_lines_of_the_pipeline_are_one_program()
    {
        JsonElement result = Pwsh.RunJson("""
            $one = Format-BpfScript 'begin{exit( )}// last'
            $lines = @('begin', '{ // here', '  exit( ) }') | Format-BpfScript
            [pscustomobject]@{ one = $one; lines = $lines }
            """);
        Assert.Equal("begin\n{\n  exit();\n} // last", result[0].GetProperty("one").GetString());
        Assert.Equal("begin\n{ // here\n  exit();\n}", result[0].GetProperty("lines").GetString());
    }

    [PwshFact]
    public void A_syntax_error_is_an_error_at_its_place_and_no_output()
    {
        JsonElement result = Pwsh.RunJson("""
            $text = Format-BpfScript 'begin { exit( }' -ErrorVariable problem -ErrorAction SilentlyContinue
            [pscustomobject]@{ text = $text; id = $problem[0].FullyQualifiedErrorId; column = $problem[0].TargetObject.StartColumn }
            """);
        Assert.Equal(JsonValueKind.Null, result[0].GetProperty("text").ValueKind);
        Assert.Equal("SyntaxError,BpfTrace.Commands.FormatBpfScriptCommand", result[0].GetProperty("id").GetString());
        Assert.Equal(15, result[0].GetProperty("column").GetInt32());
    }

    [PwshFact]
    public void Files_are_changed_in_place_once_and_only_when_asked()
    {
        JsonElement result = Pwsh.RunJson("""
            $folder = New-Item -ItemType Directory (Join-Path ([IO.Path]::GetTempPath()) "bpf-fmt-$PID")
            try {
                'begin{exit()}' | Set-Content $folder/a.bt
                "begin`n{`n  exit();`n}" | Set-Content $folder/b.bt
                'begin {' | Set-Content $folder/c.bt
                chmod 640 $folder/a.bt
                $text = @(Format-BpfScript -Path $folder/a.bt)
                $changed = @(Get-ChildItem $folder/*.bt | Format-BpfScript -InPlace -PassThru -ErrorAction SilentlyContinue -ErrorVariable problem)
                $again = @(Format-BpfScript -Path $folder/[ab].bt -InPlace -PassThru)
                [pscustomobject]@{
                    text = $text; changed = @($changed | ForEach-Object Name); again = $again.Count
                    after = Get-Content -Raw $folder/a.bt; mode = (Get-Item $folder/a.bt).UnixMode; broken = Get-Content -Raw $folder/c.bt; problems = $problem.Count
                }
            } finally { Remove-Item -Recurse $folder }
            """);
        JsonElement all = result[0];
        Assert.Equal("begin\n{\n  exit();\n}", all.GetProperty("text")[0].GetString());
        Assert.Equal(["a.bt"], all.GetProperty("changed").EnumerateArray().Select(static e => e.GetString()));
        Assert.Equal(0, all.GetProperty("again").GetInt32());
        Assert.Equal("begin\n{\n  exit();\n}\n", all.GetProperty("after").GetString());
        Assert.Equal("-rw-r-----", all.GetProperty("mode").GetString());
        Assert.Equal("begin {\n", all.GetProperty("broken").GetString());
        Assert.Equal(1, all.GetProperty("problems").GetInt32());
    }

    [PwshFact]
    public void WhatIf_names_the_files_that_would_change_and_changes_none()
    {
        string output = Pwsh.Run("""
            $file = Join-Path ([IO.Path]::GetTempPath()) "bpf-whatif-$PID.bt"
            'begin{exit()}' | Set-Content $file
            Format-BpfScript -LiteralPath $file -InPlace -WhatIf
            Get-Content $file
            Remove-Item $file
            """);
        Assert.Contains("\"Format\" on target", output, StringComparison.Ordinal);
        Assert.Contains("begin{exit()}", output, StringComparison.Ordinal);
    }
}
