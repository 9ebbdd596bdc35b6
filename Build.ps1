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
.PARAMETER Task
    What to do.
.PARAMETER Configuration
    Release is looked at by the analyzers; Debug builds sooner.
.EXAMPLE
    ./Build.ps1
    Builds the module: Import-Module ./BpfTrace.psd1 takes it.
.EXAMPLE
    sudo pwsh Build.ps1 -Task Test
    Runs all tests.
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

# The order of the tiers, the guests beside them and the counting are in one place: build.sh.
function Test {
    $env:CONFIGURATION = $Configuration
    & bash build.sh test | Out-Host
    if ($LASTEXITCODE -ne 0) { exit $LASTEXITCODE }
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
