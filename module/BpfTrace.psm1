# The module is the assembly; this file is the root so that help is found in bin/en-US from a checkout too. No Join-Path: it would load a module.
Import-Module "$PSScriptRoot/bin/BpfTrace.Commands.dll"
