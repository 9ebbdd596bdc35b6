using BpfTrace.Commands;
using BpfTrace.PowerShellTests.Support;

namespace BpfTrace.PowerShellTests;

/// <summary>Every cmdlet and every view where PowerShell is at its strictest: undefined variables and properties are errors, and errors stop.</summary>
public sealed class StrictModeTests
{
    private const string Program = """
        begin {
          @number[1, "x"] = count(); @scalar = 5; @sizes = hist(3); @equal = lhist(3, 0, 10, 1); @stats = stats(2); @stacks[kstack(3)] = count(); @record = (a=1, b="x");
          printf("%d %s\n", 3, comm); print((x=1, y="s")); print((1, "two")); time("%H\n"); cat("/proc/%d/comm", pid); print(kstack(3));
          exit();
        }
        """;

    // What the cmdlets write, by what it is.
    private const string Objects = $$"""
        $program = @'
        {{Program}}
        '@
        $directory = New-Item -ItemType Directory (Join-Path ([IO.Path]::GetTempPath()) "bpf-strict-$PID")
        Set-Location $directory
        $objects = [ordered]@{}
        $objects.trace = Start-BpfTrace $program -RecordPath strict.bpfrec -Name strict
        $objects.series = Start-BpfTrace 'config = { unstable_tseries = enable } begin { @series = tseries(5, 1s, 3); exit(); }'
        $values = $objects.trace | Where-Object { $_ -is [BpfTrace.MapEntry] } | ForEach-Object Value
        $objects.histograms = $values | Where-Object { $_ -is [BpfTrace.Histogram] }
        $objects.stats = $values | Where-Object { $_ -is [BpfTrace.Stats] }
        $objects.record = $values | Where-Object { $_ -is [BpfTrace.BpfRecord] }
        $objects.tseries = $objects.series.Value
        $objects.stack = ($objects.trace | Where-Object { $_ -is [BpfTrace.MapEntry] -and $_.Map -eq '@stacks' }).Key
        $objects.frames = $objects.stack.Frames
        $objects.buckets = (Get-BpfMap sizes -Session strict).Value.Buckets
        $objects.maps = Get-BpfMap -Session strict
        $objects.replay = Import-BpfTrace strict.bpfrec
        $objects.recording = Import-BpfTrace strict.bpfrec -Information
        $objects.sessions = Get-BpfTrace
        $objects.counters = (Get-BpfTrace strict).Counters
        $objects.sizes = (Get-BpfTrace strict).Maps
        $objects.probes = Get-BpfProbe tracepoint:sched:sched_process_exit
        $objects.parameters = Get-BpfProbe tracepoint:sched:sched_process_exit -IncludeParameter
        $objects.types = Get-BpfProbe 'struct path' -IncludeParameter
        $objects.report = Test-BpfScript $program -Detailed
        $objects.wrong = Test-BpfScript 'begin { @ = cuont(); }' -Detailed
        $objects.diagnostics = $objects.wrong.Diagnostics
        $objects.events = $objects.report.EventTypes
        $objects.scriptmaps = $objects.report.Maps
        $objects.programs = $objects.report.Programs
        $objects.tools = Get-BpfTool
        $objects.toolparameters = (Get-BpfTool syscount).Parameters
        $objects.capabilities = Get-BpfCapability
        $objects.files = $objects.trace | Export-BpfEvent strict.csv -PassThru
        $objects.flames = $objects.trace | ConvertTo-BpfFlameGraph -As Folded
        $objects.chart = $objects.trace | ConvertTo-BpfChart -OutFile strict.svg -PassThru
        $objects.formatted = Format-BpfScript $program
        $job = Start-BpfTrace 'interval:ms:10 { @ticks = count(); printf("tick\n"); }' -AsJob -Name background -Statistics
        while ((Get-BpfTrace background).Counters.Delivered -lt 2) { Start-Sleep -Milliseconds 20 }
        $objects.job = $job
        $objects.runtimes = (Get-BpfTrace background).ProbeRunTimes
        $objects.watched = Watch-BpfMap ticks -Session background -Count 1
        Clear-BpfMap ticks -Session background
        Stop-BpfTrace -Name background
        $objects.received = $job | Wait-Job | Receive-Job
        $job | Remove-Job
        $objects.tool = Invoke-BpfTool syscount -ProcessId $PID -Duration 200ms

        """;

    [PwshFact(needsKernel: true)]
    public void Every_cmdlet_works_and_everything_it_writes_is_shown()
    {
        string shown = Pwsh.Run($$"""
            Set-StrictMode -Version Latest
            $ErrorActionPreference = 'Stop'
            {{Objects}}
            foreach ($name in $objects.Keys) {
                if ($null -eq $objects[$name]) { throw "no $name" }
                foreach ($way in { $input | Out-String }, { $input | Format-Table -DisplayError | Out-String }, { $input | Format-List -DisplayError | Out-String },
                    { $input | Format-List * -DisplayError | Out-String }, { $input | Format-Wide -DisplayError | Out-String }, { $input | Format-Custom -Depth 2 -DisplayError | Out-String }) {
                    $text = $objects[$name] | & $way
                    if ($text -match '#ERR' -or $text.Trim().Length -eq 0) { "$name is not shown by $way" }
                }
            }
            $objects.maps | Format-Custom -View Text -DisplayError | Out-Null
            $objects.trace | Where-Object { $_ -is [BpfTrace.TraceEvent] } | Format-Custom -View Text -DisplayError | Out-Null
            $objects.series | Format-Custom -View Graph -DisplayError | Out-Null
            $objects.stack | Format-Custom -View Folded -DisplayError | Out-Null
            "errors: $($Error.Count) $Error"
            Set-Location /
            Remove-Item -Recurse $directory
            """);
        Assert.Equal("errors: 0", shown.Trim());
    }

    [Fact]
    public void No_cmdlet_is_left_out() =>
        Assert.All(CmdletMetadata.Cmdlets(typeof(StartBpfTraceCommand).Assembly).Select(CmdletMetadata.NameOf), static name => Assert.Contains(name + " ", Objects.ReplaceLineEndings(" "), StringComparison.Ordinal));
}
