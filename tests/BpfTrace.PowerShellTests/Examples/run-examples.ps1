<#
.SYNOPSIS
    Runs examples, each in a runspace of its own, and writes what became of each as a line of JSON.
.DESCRIPTION
    The lines of an example are run as they stand. What keeps them short and among the processes of the test is around them: defaults of
    parameters ($PSDefaultParameterValues) give traces a child of this script as the only process they see, traces that would go on for
    ever are stopped as Stop-BpfTrace does once they have shown something, and the current directory is one made for the purpose.
#>
[CmdletBinding()]
[Diagnostics.CodeAnalysis.SuppressMessage('PSAvoidUsingWriteHost', '', Justification = 'The marker belongs where the examples print on the host.')]
param(
    [Parameter(Mandatory)]
    [string] $PlanPath,        # JSON: [{ "Id": "...", "Code": "...", "IsShell": false }]

    [Parameter(Mandatory)]
    [string] $ResultPath,      # JSON lines, one an example

    [Parameter(Mandatory)]
    [string] $Root,            # the checkout

    [Parameter(Mandatory)]
    [string] $StagePath,       # a directory that is made

    [int] $LimitSeconds = 120   # when an example is taken for hung
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$module = Join-Path $Root 'BpfTrace.psd1'
Import-Module $module
. (Join-Path $PSScriptRoot 'stage.ps1')

# How long a trace shows what it has before it is stopped, and how long one that runs may have nothing.
$enough = [timespan]::FromMilliseconds(700)
$patience = [timespan]::FromSeconds(15)
$jobTime = [timespan]::FromSeconds(20)
$limit = [timespan]::FromSeconds($LimitSeconds)

# What an example ends in where it shows nothing.
$quiet = @(
    'Add-Content', 'Clear-BpfMap', 'Export-Clixml', 'Export-Csv', 'Import-Module', 'Out-Null', 'Remove-Job', 'Set-Content', 'Start-Sleep', 'Stop-BpfTrace', 'Stop-Job', 'Wait-Job'
)

# Whether an example has nothing to show: its statements are assignments, or end in what writes a file or changes something.
function Test-Quiet([string] $Code) {
    $syntax = [System.Management.Automation.Language.Parser]::ParseInput($Code, [ref]$null, [ref]$null)
    foreach ($statement in $syntax.EndBlock.Statements) {
        if ($statement -is [System.Management.Automation.Language.AssignmentStatementAst]) { continue }
        if ($statement -isnot [System.Management.Automation.Language.PipelineAst]) { return $false }
        $last = $statement.PipelineElements[-1]
        if ($last -isnot [System.Management.Automation.Language.CommandAst]) { return $false }
        if ($last.GetCommandName() -in $quiet) { continue }
        $options = @($last.CommandElements | Where-Object { $_ -is [System.Management.Automation.Language.CommandParameterAst] } | ForEach-Object ParameterName)
        if ($options -contains 'PassThru') { return $false }
        if ($last.GetCommandName() -eq 'Export-BpfEvent' -or $options -contains 'OutFile' -or $options -contains 'InPlace') { continue }
        return $false
    }
    $true
}

function Test-Shown([BpfTrace.TraceSession] $Trace) {
    $Trace.Counters.Delivered -gt 0 -or @($Trace.Maps | Where-Object Count -gt 0).Count -gt 0
}

function Wait-Example([powershell] $Shell, [IAsyncResult] $Pending, [string] $Code) {
    # An example with a job ends it itself, if it does. One that starts no trace looks at those it found.
    $ends = $Code -match '-AsJob'
    $starts = $Code -match 'Start-BpfTrace|Invoke-BpfTool'
    # Each turn counts a second at the most: a virtual machine that stands still for minutes does not wait meanwhile.
    $clock = [Diagnostics.Stopwatch]::StartNew()
    $waited = $ran = $seen = [timespan]::Zero
    $isSeen = $stopped = $false
    while (-not $Pending.AsyncWaitHandle.WaitOne(30)) {
        $turn = [timespan]::FromSeconds([math]::Min(1.0, $clock.Elapsed.TotalSeconds))
        $clock.Restart()
        $waited += $turn
        if ($waited -gt $limit) {
            $null = $Shell.BeginStop($null, $null)
            $null = $Pending.AsyncWaitHandle.WaitOne(5000)
            return 'hung'
        }
        $running = @(Get-BpfTrace | Where-Object { $_.State -eq 'Running' -and -not ($starts -and $_.Name -in $stageTraces) })
        if ($running.Count -eq 0) { continue }
        $ran += $turn
        if ($ends -and $ran -lt $jobTime) { continue }
        if ($isSeen) { $seen += $turn }
        elseif (@($running | Where-Object { Test-Shown $_ }).Count -gt 0) { $isSeen = $true }
        if ($seen -gt $enough -or $ran -gt $patience) {
            $running | Stop-BpfTrace
            $stopped = $true
        }
    }
    if ($stopped) { 'stopped' } else { 'itself' }
}

function Invoke-Example([pscustomobject] $Example, [System.Diagnostics.Process] $Child) {
    $state = [initialsessionstate]::CreateDefault()
    $state.ImportPSModule($module)
    $runspace = [runspacefactory]::CreateRunspace($Host, $state)
    $runspace.Open()
    $shell = [powershell]::Create()
    $shell.Runspace = $runspace
    $errors = [System.Collections.Generic.List[object]]::new()
    $output = [System.Management.Automation.PSDataCollection[psobject]]::new()
    $end = 'itself'
    # The time of a file is that of the kernel's last tick: it can lie before what the clock said earlier.
    $before = @{}
    foreach ($file in Get-ChildItem -File) { $before[$file.Name] = $file.LastWriteTime }
    try {
        $runspace.SessionStateProxy.SetVariable('PSDefaultParameterValues', (Get-ExampleDefault $Example.Code $Child.Id))
        $runspace.SessionStateProxy.SetVariable('ErrorView', 'NormalView')
        Initialize-Example $runspace $Example.Code
        $code = $Example.Code
        if ($Example.IsShell) {
            $code = 'Invoke-ShellLine ' + "'" + $code.Replace("'", "''") + "'"
            $null = $shell.AddScript(${function:Invoke-ShellLine}.Ast.Extent.Text).Invoke()
            $shell.Commands.Clear()
        }
        $null = $shell.AddScript($code)
        try {
            $pending = $shell.BeginInvoke([System.Management.Automation.PSDataCollection[psobject]]::new(), $output)
            $end = Wait-Example -Shell $shell -Pending $pending -Code $Example.Code
            if ($end -ne 'hung') { $null = $shell.EndInvoke($pending) }
        } catch {
            # What EndInvoke throws wraps the example's own error.
            $record = $_
            if ($_.Exception.InnerException -is [System.Management.Automation.IContainsErrorRecord]) { $record = $_.Exception.InnerException.ErrorRecord }
            $errors.Add($record)
        }
        $errors.AddRange(@($shell.Streams.Error))
        $warnings = @($shell.Streams.Warning | ForEach-Object Message)

        # Shown in its own runspace: that knows the views of its trace.
        $shell.Commands.Clear()
        $shell.Streams.ClearStreams()
        $shown = ''
        if ($output.Count -gt 0 -and $end -ne 'hung') {
            $shown = $shell.AddCommand('Out-String').AddParameter('Width', 140).Invoke(@($output)) -join "`n"
            $errors.AddRange(@($shell.Streams.Error))
        }
        [pscustomobject]@{
            Id       = $Example.Id
            End      = $end
            Errors   = @($errors | ForEach-Object { [pscustomobject]@{ Id = ($_.FullyQualifiedErrorId -split ',')[0]; Text = "$_" } })
            Warnings = $warnings
            Count    = $output.Count
            Types    = @($output | Where-Object { $null -ne $_ } | ForEach-Object { $_.PSObject.TypeNames[0] } | Select-Object -Unique)
            Shown    = $shown
            IsQuiet  = -not $Example.IsShell -and (Test-Quiet $Example.Code)
            Files    = @(Get-ChildItem -File | Where-Object { $_.Length -gt 0 -and $_.LastWriteTime -ne $before[$_.Name] } | ForEach-Object Name)
        }
    } finally {
        $shell.Dispose()
        $runspace.Dispose()
        Get-BpfTrace | Where-Object { $_.State -eq 'Running' -and $_.Name -notin $stageTraces } | Stop-BpfTrace
    }
}

$child = $null
try {
    $null = New-Item -ItemType Directory -Force $StagePath
    Set-Location $StagePath
    [Environment]::CurrentDirectory = $StagePath
    $child = Initialize-Stage $Root
    foreach ($example in Get-Content -Raw $PlanPath | ConvertFrom-Json) {
        Write-Host "@@@ $($example.Id)"   # what the example prints on the host follows: -WhatIf
        $result = Invoke-Example $example $child
        ConvertTo-Json $result -Depth 4 -Compress | Add-Content $ResultPath
    }
} finally {
    Get-Job | Remove-Job -Force
    if ($child) { $child.Kill($true) }
}
