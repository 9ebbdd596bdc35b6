using System.Text.RegularExpressions;
using BpfTrace.PowerShellTests.Support;

namespace BpfTrace.PowerShellTests;

/// <summary>The module in a session in ConstrainedLanguage mode, where no view may call a method of ours, and in strict mode.</summary>
public sealed class LanguageModeTests : IDisposable
{
    private const string Constrain = "$ExecutionContext.SessionState.LanguageMode = 'ConstrainedLanguage'\n";

    // Every view of what a recording holds, of a running trace and of what is listed, with what a job or a file makes of them.
    private const string Views = """
        $out = Import-BpfTrace $recording
        $xml = Import-Clixml "$recording.xml"
        foreach ($objects in $out, $xml) {
            $maps = $objects | Where-Object { $_.psobject.TypeNames -match 'BpfTrace.MapEntry$' }
            $events = $objects | Where-Object { $_.psobject.TypeNames -match 'BpfTrace.TraceEvent$' }
            '#### default'; $objects | Out-String -Width 100
            '#### table'; $events | Format-Table | Out-String -Width 100
            '#### list'; $objects | Format-List | Out-String -Width 100
            '#### wide'; $objects | Format-Wide | Out-String -Width 100
            '#### text'; $events | Format-Custom -View Text | Out-String -Width 100
            '#### tables'; foreach ($map in $maps) { $map | Format-Table -Force | Out-String -Width 100; $map | Format-List -Force | Out-String -Width 100; $map | Format-Wide -Force | Out-String -Width 100 }
            '#### graph'; $maps | Format-Custom -View Graph -Force | Out-String -Width 100
            '#### values'; $maps.Value | Out-String -Width 100
            $stack = ($maps | Where-Object Map -eq '@k').Key
            '#### stack'; $stack | Out-String -Width 100; $stack.Folded; $stack | Format-Custom -View Folded | Out-String -Width 100; $stack.Frames | Out-String -Width 100
        }
        '#### probes'; $probe = Get-BpfProbe tracepoint:sched:sched_process_exit -IncludeParameter
        $probe | Out-String -Width 100; $probe | Format-List | Out-String; $probe | Format-Wide | Out-String
        '#### report'; Test-BpfScript 'BEGIN { printf("%s\n", comm); @m[pid] = count(); }' -Detailed -CompileOnly | Out-String -Width 100
        Test-BpfScript 'BEGIN { cuont() }' -Detailed -CompileOnly | ForEach-Object Diagnostics | Out-String -Width 100
        '#### tool'; Get-BpfTool opensnoop | Out-String -Width 100; (Get-BpfTool opensnoop).Parameters | Out-String -Width 100
        '#### capability'; Get-BpfCapability | Out-String -Width 100
        '#### trace'
        $null = Start-BpfTrace 'BEGIN { @m[1] = 2; exit(); }' -Name seen
        (Get-BpfTrace seen | Out-String -Width 100) -replace '\d\d:\d\d:\d\d'; Get-BpfTrace | Format-Wide | Out-String; Get-BpfTrace | Format-Custom | Out-String; (Get-BpfTrace).Maps | Out-String
        """;

    private readonly string _directory = Directory.CreateTempSubdirectory("bpftrace-test-").FullName;

    [PwshFact(needsKernel: true)]
    public void Every_view_shows_the_same_in_constrained_language_and_in_strict_mode()
    {
        string recording = Path.Combine(_directory, "all.bpfrec");
        Pwsh.Run($$"""
            $out = Start-BpfTrace 'BEGIN { @a[1, "x"] = 5; @h["r"] = hist(3); @s["s"] = stats(3); @t["t"] = tseries(4, 1s, 10); @k[kstack(2)] = count(); printf("%s %d %s %s\n", comm, pid, "q\033[31mz", kstack(1)); print((x=1, y="w")); exit(); }' -RecordPath '{{recording}}' -WarningAction Ignore
            $out | Export-Clixml '{{recording}}.xml'
            """);
        string free = Show("", "", recording);
        Assert.Contains("q\\x1b[31mz", free, StringComparison.Ordinal);
        Assert.DoesNotContain("\u001b", free, StringComparison.Ordinal);
        Assert.Equal(free, Show("", Constrain, recording)); // imported, then constrained
        Assert.Equal(free, Show(Constrain, "", recording)); // constrained, then imported
        Assert.Equal(free, Show("", "Set-StrictMode -Version Latest\n$ErrorActionPreference = 'Stop'\n", recording));

        // Nothing was left out in any of them: each part says something.
        foreach (string part in free.Split("#### ").Skip(1))
        {
            Assert.True(part.Trim().Contains('\n', StringComparison.Ordinal), part);
        }
    }

    [Fact]
    public void No_view_calls_a_method()
    {
        string file = Path.Combine(Pwsh.Root, "module", "BpfTrace.Format.ps1xml");
        IEnumerable<string> calls = File.ReadLines(file).Where(static l => Regex.IsMatch(l, @"(\.|::)\w+\(") || l.Contains("ForEach-Object ToString", StringComparison.Ordinal));
        Assert.Empty(calls);
    }

    [PwshFact(needsKernel: true)]
    public void A_trace_a_job_and_its_maps_work_in_constrained_language()
    {
        string shown = Pwsh.Run(Constrain + """
            $job = Start-BpfTrace 'interval:ms:10 { @n = count(); printf("%s %d\n", "a\033b", 7); } END { printf("%s %d\n", "end", 9); }' -AsJob -Name there
            while ((Get-BpfTrace there).Counters.Events -lt 3) { Start-Sleep -Milliseconds 20 }
            "live: $((Get-BpfMap n -Reset).Value -gt 0)"
            Stop-BpfTrace -Name there
            $all = $job | Wait-Job | Receive-Job
            $all | Select-Object -First 1 | Out-String
            "end: $(@($all | Where-Object arg0 -eq end).Count)"
            Remove-Job $job
            """);
        Assert.Contains("live: True", shown, StringComparison.Ordinal);
        Assert.Contains("a\\x1bb", shown, StringComparison.Ordinal);
        Assert.Contains("end: 1", shown, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private static string Show(string beforeImport, string afterImport, string recording) => Pwsh.Run(
        $"$recording = '{recording}'\n{beforeImport}Import-Module '{Pwsh.Root}/BpfTrace.psd1'\n{afterImport}{Views}", importsModule: false);
}
