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
}
