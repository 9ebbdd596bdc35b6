# The demo through the module: typed rows, which is what the module is for.
$ErrorActionPreference = 'Stop'
$root = Split-Path (Split-Path $PSScriptRoot)
Import-Module (Join-Path $root 'BpfTrace.psd1')

$output = Start-BpfTrace -Path (Join-Path $PSScriptRoot 'opens.bt') -Command "sh $PSScriptRoot/child.sh" -Duration 10s |
    ForEach-Object { $_ } -OutVariable all |
    Where-Object { $_.PSObject.Properties['filename'] } |
    Select-Object Timestamp, comm, pid, filename

$output | Format-Table
'The type of a row is of this trace alone, each value with its own type:'
$all | Where-Object { $_.PSObject.Properties['filename'] } | Select-Object -First 1 | Get-Member -MemberType Property | Format-Table Name, Definition
'The map the script kept, sorted by PowerShell:'
$all | Where-Object { $_.PSObject.Properties['Map'] } | Sort-Object Value -Descending | Select-Object Map, Key, Value | Format-Table
