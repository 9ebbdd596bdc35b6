# The module is the assembly; this file is the root so that help is found in bin/en-US from a checkout too.
Import-Module (Join-Path $PSScriptRoot 'bin/BpfTrace.Commands.dll')
