using System.Text.Json;
using BpfTrace.PowerShellTests.Support;

namespace BpfTrace.PowerShellTests;

/// <summary>What goes wrong while a program runs: warnings with their place, not a flood of them.</summary>
public sealed class RuntimeWarningTests
{
    [PwshFact]
    public void Errors_are_warned_of_once_for_each_place_and_counted()
    {
        string[] warnings = Warnings("config = { max_map_keys = 1 } BEGIN { $z = 0; for ($i : 0..20) { $q = 5 / $z; print(*(uint64 *)16); @[$i] = $q; } }");
        Assert.Equal(6, warnings.Length);
        Assert.StartsWith("script:1:71-77: Divide or modulo by 0 detected.", warnings[0], StringComparison.Ordinal);
        Assert.EndsWith(" 1 is being used as the result. Ask before: $n != 0 ? $x / $n : 0.", warnings[0], StringComparison.Ordinal);
        Assert.StartsWith("script:1:85-98: Bad address\nAdditional Info - helper: probe_read, retcode: -14\nCheck the type of the pointer,", warnings[1], StringComparison.Ordinal);
        Assert.StartsWith("script:1:101-111: Map full; can't update element.", warnings[2], StringComparison.Ordinal);
        string[] counts = [.. warnings[3..].Select(static w => w[w.LastIndexOf('(')..])];
        Assert.Equal(["(this happened 20 times)", "(this happened 20 times)", "(this happened 19 times)"], counts);
    }

    [PwshFact]
    public void A_missing_key_is_no_error_unless_asked_for()
    {
        Assert.Empty(Warnings("BEGIN { @[1] = 1; print(@[2]); }"));
        Assert.StartsWith("script:1:25-29: Can't lookup map element because it does not exist.", Assert.Single(Warnings("BEGIN { @[1] = 1; print(@[2]); }", "-AllWarnings")), StringComparison.Ordinal);
    }

    [PwshFact]
    public void Lost_events_are_warned_of_once_and_summed()
    {
        string[] warnings = Warnings("config = { perf_rb_pages = 1 } BEGIN { for ($i : 0..2000) { printf(\"%d xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\\n\", $i); } }");
        Assert.Equal(2, warnings.Length);
        Assert.Matches("^Lost [1-9][0-9]+ events$", warnings[0]);
        Assert.Matches("^Total lost event count: [1-9][0-9]+$", warnings[1]);
    }

    [PwshFact]
    public void Files_and_commands_are_events_with_what_they_are_of()
    {
        JsonElement result = Pwsh.RunJson("""
            Set-Location ([IO.Path]::GetTempPath()); Set-Content bpftrace-note-$PID 'one'
            $e = @(Start-BpfTrace "BEGIN { cat(`"bpftrace-note-$PID`"); system(`"echo hi; exit 3`"); }" -Unsafe -ErrorAction SilentlyContinue)
            Remove-Item bpftrace-note-$PID
            [pscustomobject]@{ file = $e[0].Path -replace '\d+'; text = $e[0].Text; command = $e[1].Command; code = $e[1].ExitCode; output = $e[1].Text; count = $e.Count }
            """);
        JsonElement made = result[0];
        Assert.Equal(("bpftrace-note-", "one\n"), (made.GetProperty("file").GetString(), made.GetProperty("text").GetString()));
        Assert.Equal(("echo hi; exit 3", 3, "hi\n\n", 2), (made.GetProperty("command").GetString(), made.GetProperty("code").GetInt32(), made.GetProperty("output").GetString(), made.GetProperty("count").GetInt32()));
    }

    private static string[] Warnings(string script, string options = "")
    {
        JsonElement result = Pwsh.RunJson($$"""
            $null = Start-BpfTrace '{{script.Replace("'", "''", StringComparison.Ordinal)}}' {{options}} -WarningVariable w -WarningAction SilentlyContinue
            [pscustomobject]@{ warnings = @($w | ForEach-Object { "$_" }) }
            """);
        return [.. result[0].GetProperty("warnings").EnumerateArray().Select(static w => w.GetString()!)];
    }
}
