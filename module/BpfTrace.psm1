# The module is the assembly; this file is the root so that help is found in bin/en-US from a checkout too. No Join-Path: it would load a module.
Import-Module "$PSScriptRoot/bin/BpfTrace.Commands.dll"

# Start-BpfTrace 'PROGRAM' | Where-Object <Tab>: the properties of the program's own events. Where there is no such program these complete nothing, and the
# engine completes as it does without them. Where somebody has registered a completer before, that one stays.
$completer = { [BpfTrace.Commands.Completion.PipelineCompletion]::Complete($args[2], $args[3]) }
$places = [ordered]@{
    Property       = 'Where-Object', 'Sort-Object', 'Select-Object', 'Group-Object', 'Measure-Object', 'Format-Table', 'Format-List'
    ExpandProperty = 'Select-Object'
    MemberName     = 'ForEach-Object'
}
foreach ($parameter in $places.Keys) {
    foreach ($command in $places[$parameter]) {
        if ([BpfTrace.Commands.Completion.PipelineCompletion]::Free[$command, $parameter]) {
            Register-ArgumentCompleter -CommandName $command -ParameterName $parameter -ScriptBlock $completer
        }
    }
}
