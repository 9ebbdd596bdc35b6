<#
    What the examples find: files by the names they use, traces by the names they use, and the one process they may look at. It calls
    itself nginx, opens files that are there and one that is not, reads, and starts processes.
#>

$stageTraces = 'opens', 'latency', 'calls'

function Initialize-Stage([string] $Root) {
    Copy-Item (Get-Item /bin/sh).ResolvedTarget ./nginx
    Set-Content server.key 'secret'
    Set-Content loop.sh @"
        while kill -0 $PID 2>/dev/null; do
            read -r line < /etc/hostname
            read -r line < server.key
            read -r line 2>/dev/null < missing
            sleep 0.01
        done
"@
    Copy-Item -Recurse (Join-Path $Root 'examples') examples
    New-Item -ItemType Directory -Path traces, output/cli | Out-Null

    # On the command line nothing gives parameters a default: a stand-in adds the process to look at.
    $start = [System.Diagnostics.ProcessStartInfo]::new((Resolve-Path ./nginx).Path, [string[]]@('loop.sh'))
    $child = [System.Diagnostics.Process]::Start($start)
    Set-Content output/cli/bpft @"
#!/bin/sh
case " `$* " in
    *' -c '*|*' -l'*|*' --help '*|*' --version '*|*' --info '*|*' --dry-run '*|*' --mode '*) ;;
    *) set -- -p $($child.Id) "`$@" ;;
esac
exec '$Root/output/cli/bpft' "`$@"
"@
    chmod +x output/cli/bpft

    foreach ($script in 'mine.bt', 'tool.bt', 'traces/mine.bt') {
        Set-Content $script @'
/*
 * mine: files that are opened.
 */
tracepoint:syscalls:sys_enter_openat { printf("%s %s\n", comm, str(args.filename)); }
'@
    }
    foreach ($recording in 'opens.bpfrec', 'x.bpfrec') {
        Start-BpfTrace 'tracepoint:syscalls:sys_enter_openat /pid == cpid/ { printf("%s %s\n", comm, str(args.filename)); @[ustack] = count(); }' -Command 'cat /etc/hostname' -RecordPath $recording -WarningAction SilentlyContinue | Out-Null
    }
    $child
}

# The defaults that keep an example among our own processes. One with -Command looks at that command: it says so itself.
function Get-ExampleDefault([string] $Code, [int] $ProcessId) {
    $defaults = [System.Management.Automation.DefaultParameterDictionary]::new()
    if ($Code -match '\s-Command\b') {
        if ($Code -notmatch '\bcpid\b') { throw "An example with -Command compares pid with cpid, or else traces every process: $Code" }
    } elseif ($Code -notmatch '\s-ProcessId\b') {
        $defaults['Start-BpfTrace:ProcessId'] = $ProcessId
        $defaults['Invoke-BpfTool:ProcessId'] = $ProcessId
    }
    $defaults
}

# Traces and variables that an example takes for granted.
function Initialize-Example([runspace] $Runspace, [string] $Code) {
    if ($Code -match '^Import-Module \./') { $null = $Runspace.SessionStateProxy.Path.SetLocation($Root) }
    $program = 'tracepoint:syscalls:sys_enter_openat { printf("%s %s\n", comm, str(args.filename)); }'
    $Runspace.SessionStateProxy.SetVariable('program', $program)
    if ($Code -match 'Start-BpfTrace|Invoke-BpfTool' -or $Code -notmatch '-BpfMap|-BpfTrace\b') { return }
    $running = @(Get-BpfTrace | Where-Object State -EQ Running)
    $programs = @{
        opens   = 'tracepoint:syscalls:sys_enter_openat { @opens[comm] = count(); @seen[str(args.filename)] = count(); printf("%s\n", str(args.filename)); }'
        latency = 'tracepoint:raw_syscalls:sys_enter { @start[tid] = nsecs; @syscalls[comm] = count(); } tracepoint:raw_syscalls:sys_exit /@start[tid]/ { @latency = hist(nsecs - @start[tid]); @bytes = hist(args.ret); }'
        calls   = 'tracepoint:raw_syscalls:sys_enter { @calls[comm] = count(); }'
    }
    foreach ($name in $stageTraces) {
        $trace = $running | Where-Object Name -EQ $name
        if (-not $trace) {
            $trace = (Start-BpfTrace $programs[$name] -AsJob -Name $name -ProcessId $child.Id).Trace
        }
        if ($name -eq 'latency') { $Runspace.SessionStateProxy.SetVariable('trace', $trace) }
    }
    while (@(Get-BpfTrace | Where-Object State -EQ Running | Where-Object { -not (Test-Shown $_) }).Count -gt 0) { Start-Sleep -Milliseconds 20 }
}

# A line for a shell: started as root already, stopped by the signal Ctrl-C sends once it has printed something.
function Invoke-ShellLine([string] $Line) {
    $text = 'sudo() { "$@"; }; bpft() { output/cli/bpft "$@"; }; ' + $Line
    $start = [System.Diagnostics.ProcessStartInfo]::new('/bin/bash', [string[]]@('-c', $text))
    $start.WorkingDirectory = $PWD.Path
    $start.RedirectStandardOutput = $start.RedirectStandardError = $start.RedirectStandardInput = $true
    $process = [System.Diagnostics.Process]::Start($start)
    $process.StandardInput.Close()
    $errors = $process.StandardError.ReadToEndAsync()
    $lines = 0
    $turns = 0
    $next = $process.StandardOutput.ReadLineAsync()
    while ($true) {
        $turns++
        if ($next.Wait(50)) {
            if ($null -eq $next.Result) { break }
            $next.Result
            $lines++
            $next = $process.StandardOutput.ReadLineAsync()
        }
        if ($lines -ge 5 -or $turns -gt 500) {
            pkill -INT -P $process.Id
            $lines = $turns = 0
        }
    }
    $process.WaitForExit()
    if ($process.ExitCode -notin 0, 130, 2) { Write-Error -ErrorId "ExitCode$($process.ExitCode)" -Message $errors.Result }
}
