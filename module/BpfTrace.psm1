# The module is the assembly; this file is the root so that help is found in bin/en-US from a checkout too. No Join-Path: it would load a module.
Import-Module "$PSScriptRoot/bin/BpfTrace.Commands.dll"

# Start-BpfTrace 'PROGRAM' | Where-Object <Tab>: the properties of the program's own events. Where there is no such program these complete nothing, and the
# engine completes as it does without them.
$completer = { [BpfTrace.Commands.Completion.PipelineCompletion]::Complete($args[2], $args[3]) }
Register-ArgumentCompleter -CommandName Where-Object, Sort-Object, Select-Object, Group-Object, Measure-Object, Format-Table, Format-List -ParameterName Property -ScriptBlock $completer
Register-ArgumentCompleter -CommandName Select-Object -ParameterName ExpandProperty -ScriptBlock $completer
Register-ArgumentCompleter -CommandName ForEach-Object -ParameterName MemberName -ScriptBlock $completer
