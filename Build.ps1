#!/usr/bin/env pwsh
<#
.SYNOPSIS
    The tasks of this project: the same as build.sh, by the same dotnet commands.
.DESCRIPTION
    Build    the module into module/bin, the command line into output/cli/bpft
    Test     build, then all tests: pure, ABI, kernel (root), VM (root, QEMU), PowerShell
    Demo     trace the live kernel for some seconds: the files opened by a child started for it (root)
    Package  the importable module into output/BpfTrace/<version>/
    Clean    remove what the other tasks made

    What is missing is installed by package name on Debian and Ubuntu; elsewhere it is named, and the task stops.
#>
[CmdletBinding()]
[Diagnostics.CodeAnalysis.SuppressMessage('PSAvoidUsingWriteHost', '', Justification = 'What it says is for the person who builds, not for a pipeline.')]
[Diagnostics.CodeAnalysis.SuppressMessage('PSReviewUnusedParameter', 'Configuration', Justification = 'Its functions use it.')]
param(
    [ValidateSet('Build', 'Test', 'Demo', 'Package', 'Clean')]
    [string] $Task = 'Build',

    [ValidateSet('Release', 'Debug')]
    [string] $Configuration = 'Release'
)

Set-StrictMode -Version 3
$ErrorActionPreference = 'Stop'
Set-Location $PSScriptRoot
$env:DOTNET_CLI_TELEMETRY_OPTOUT = $env:DOTNET_NOLOGO = $env:DOTNET_SKIP_FIRST_TIME_EXPERIENCE = '1'
$env:DOTNET_SYSTEM_GLOBALIZATION_INVARIANT = '1'
$env:BPFTRACE_PWSH = [Environment]::ProcessPath   # the tests of the module run in this very PowerShell
$results = 'output/test-results'
$counts = @{ Passed = 0; Failed = 0; Skipped = 0 }

function Say([string] $Text) { Write-Host "==> $Text" }

function Invoke-Dotnet {
    Write-Host "  $ dotnet $args"
    & dotnet @args -v quiet -nologo | Out-Host
    if ($LASTEXITCODE -ne 0) { throw "dotnet $($args[0]) failed with exit status $LASTEXITCODE" }
}

# The knowledge about the machine (what is missing, how it is installed) is in one place: build/lib.sh.
function Invoke-Library([string] $Function) {
    & bash -c "set -euo pipefail; . build/lib.sh; $Function" | Out-Host
    if ($LASTEXITCODE -ne 0) { exit $LASTEXITCODE }
}

function Build {
    Invoke-Library need_dotnet
    Invoke-Library need_libllvm
    Invoke-Library want_libclang
    Invoke-Library want_libdw
    Say 'building the module into module/bin'
    if (Test-Path module/bin) { Remove-Item -Recurse -Force module/bin }
    Invoke-Dotnet publish src/BpfTrace.Commands -c $Configuration -o module/bin
    Say 'building the command line into output/cli'
    if (Test-Path output/cli) { Remove-Item -Recurse -Force output/cli }
    Invoke-Dotnet publish src/BpfTrace.Cli -c $Configuration -o output/cli
    Say 'built: Import-Module ./BpfTrace.psd1, or output/cli/bpft'
}

function Add-Count([int] $Passed, [int] $Failed, [int] $Skipped) {
    $counts.Passed += $Passed
    $counts.Failed += $Failed
    $counts.Skipped += $Skipped
}

function Test-Project([IO.FileInfo] $Project) {
    $name = $Project.BaseName
    Say "testing $name"
    $trx = "$results/$name.trx"
    Write-Host "  $ dotnet test $($Project.FullName) -c $Configuration"
    & dotnet test $Project.FullName -c $Configuration -v quiet -nologo --results-directory $results --logger "trx;LogFileName=$name.trx" | Out-Host
    $status = $LASTEXITCODE
    $counters = if (Test-Path $trx) { ([xml](Get-Content -Raw $trx)).TestRun.ResultSummary.Counters }
    if (-not $counters) {
        Write-Host "  $name gave no results (exit status $status): counted as one failure"
        Add-Count -Passed 0 -Failed 1 -Skipped 0
        return
    }
    $bad = [int]$counters.executed - [int]$counters.passed
    # A crash of the test host after some tests leaves a result file without a failed test.
    if ($status -ne 0 -and $bad -eq 0) { $bad = 1 }
    $skipped = [int]$counters.total - [int]$counters.executed
    Add-Count -Passed $counters.passed -Failed $bad -Skipped $skipped
    Write-Host "  ${name}: $($counters.passed) passed, $bad failed, $skipped skipped"
}

function Test-Counted {
    $totals = & bash tests/vm/test.sh 2>&1 | ForEach-Object { Write-Host $_; "$_" } | Where-Object { $_ -match '^\d+ passed, \d+ failed, \d+ skipped$' }
    $status = $LASTEXITCODE
    if (-not $totals) {
        Write-Host "  the tests in virtual machines gave no counts (exit status $status): counted as one failure"
        Add-Count -Passed 0 -Failed 1 -Skipped 0
        return
    }
    $passed, $failed, $skipped = [int[]](@($totals)[-1] -split '\D+' -ne '')
    if ($status -ne 0 -and $failed -eq 0) { $failed = 1 }
    Add-Count -Passed $passed -Failed $failed -Skipped $skipped
}

function Test {
    Build
    Invoke-Library need_test_packages
    Invoke-Library want_chromium
    if (Test-Path $results) { Remove-Item -Recurse -Force $results }
    $null = New-Item -ItemType Directory -Force $results
    Get-ChildItem tests/*Tests/*.csproj | Where-Object { Select-String -Quiet -SimpleMatch 'Microsoft.NET.Test.Sdk' $_ } |
        ForEach-Object { Test-Project $_ }
    Say 'testing in virtual machines with stock kernels'
    Test-Counted
    Write-Host ''
    Write-Host "$($counts.Passed) passed, $($counts.Failed) failed, $($counts.Skipped) skipped"
    if ($counts.Failed -gt 0) { exit 1 }
}

function Demo {
    Invoke-Library need_live_kernel
    Build
    Say "demo: the module in $env:BPFTRACE_PWSH traces what a child of its own opens"
    & $env:BPFTRACE_PWSH -NoProfile -NonInteractive -File build/demo/demo.ps1 | Out-Host
    if ($LASTEXITCODE -ne 0) { exit $LASTEXITCODE }
}

function Package {
    Build
    $version = (Import-PowerShellDataFile BpfTrace.psd1).ModuleVersion
    $target = "output/BpfTrace/$version"
    Say "packaging into $target"
    if (Test-Path $target) { Remove-Item -Recurse -Force $target }
    $null = New-Item -ItemType Directory -Force "$target/examples"
    Copy-Item -Recurse BpfTrace.psd1, CHANGELOG.md, LICENSE, README.md, THIRD-PARTY-NOTICES.md, module $target
    Copy-Item examples/*.bt "$target/examples"
    Remove-Item -Recurse "$target/module/en-US"   # the help lies beside the assembly
    Get-ChildItem -Recurse -Filter *.pdb $target | Remove-Item
    Say "packaged: Import-Module ./$target/BpfTrace.psd1"
}

function Clean {
    Say 'removing module/bin, output, and every bin and obj'
    'module/bin', 'output' | Where-Object { Test-Path $_ } | Remove-Item -Recurse -Force
    Get-ChildItem src, tests -Recurse -Directory -Include bin, obj | Remove-Item -Recurse -Force
}

& $Task
