# The module is the assembly; this file is the root so that help is found in bin/en-US from a checkout too. No Join-Path: it would load a module.
Import-Module "$PSScriptRoot/bin/BpfTrace.Commands.dll"

# Start-BpfTrace 'PROGRAM' | Where-Object <Tab>: the properties of the program's own events. Where there is no such program these complete nothing, and the
# engine completes as it does without them. Where somebody has registered a completer before, that one stays.
$completer = { [BpfTrace.Commands.Completion.PipelineCompletion]::Complete($args[2], $args[3]) }
foreach ($place in [BpfTrace.Commands.Completion.PipelineCompletion]::FreePlaces) {
    Register-ArgumentCompleter @place -ScriptBlock $completer
}
