using BpfTrace.PowerShellTests.Examples;
using BpfTrace.PowerShellTests.Support;

namespace BpfTrace.PowerShellTests;

/// <summary>What the cmdlets' help says of their parameters, compared with what PowerShell knows of them.</summary>
public sealed class HelpTests
{
    /// <summary>Both sides as lines: a parameter's type, place, pipeline, wildcards, aliases and default, and the parameters of each set.</summary>
    [PwshFact]
    public void Help_says_of_parameters_what_they_are() => AssertNothing(Pwsh.Run($$"""
        $names = @{ c = 'http://schemas.microsoft.com/maml/dev/command/2004/10' }
        $help = [xml](Get-Content -Raw '{{ExampleSources.HelpDirectory}}/BpfTrace.Commands.dll-Help.xml')
        function Get-Said($p) {
            "-$($p.name) required=$($p.required) at=$($p.position) from=$($p.pipelineInput)"
        }
        function Get-Declared($name, $mandatory, $position, $byValue, $byName) {
            $ways = @(if ($byValue) { 'ByValue' }; if ($byName) { 'ByPropertyName' }) -join ', '
            "-$name required=$("$mandatory".ToLowerInvariant()) at=$($position -lt 0 ? 'named' : $position) from=$($ways ? "True ($ways)" : 'False')"
        }
        function Compare-Said($where, $said, $declared) {
            Compare-Object @($said) @($declared) | ForEach-Object { "$where $($_.SideIndicator -eq '<=' ? 'help says' : 'it is') $($_.InputObject)" }
        }
        foreach ($cmdlet in Get-Command -Module BpfTrace) {
            $node = (Select-Xml -Xml $help -Namespace $names "//c:command[c:details/c:name='$($cmdlet.Name)']").Node
            $common = [System.Management.Automation.PSCmdlet]::CommonParameters
            $made = [activator]::CreateInstance($cmdlet.ImplementingType)
            $parameters = @($cmdlet.Parameters.Values | Where-Object { $_.Name -notin $common -and -not $_.IsDynamic })
            $said = foreach ($p in $node.parameters.parameter) {
                "$(Get-Said $p) type=$($p.type.name) list=$($p.variableLength) wildcards=$($p.globbing) aliases=$($p.aliases)"
            }
            $declared = foreach ($p in $parameters) {
                $sets = @($p.ParameterSets.Values)
                $line = Get-Declared $p.Name ($sets.IsMandatory -notcontains $false) $sets[0].Position ($sets.ValueFromPipeline -contains $true) ($sets.ValueFromPipelineByPropertyName -contains $true)
                $wildcards = "$([bool]($p.Attributes | Where-Object { $_ -is [SupportsWildcards] }))".ToLowerInvariant()
                $aliases = $p.Aliases.Count -gt 0 ? $p.Aliases -join ', ' : 'none'
                "$line type=$($p.ParameterType.Name) list=$("$($p.ParameterType.IsArray)".ToLowerInvariant()) wildcards=$wildcards aliases=$aliases"
            }
            Compare-Said $cmdlet.Name $said $declared

            # A default that is written out is the property's; numbers, times and characters of the cmdlet are written out.
            foreach ($p in $parameters | Where-Object { $_.Name -notin 'WhatIf', 'Confirm' }) {
                $default = ($node.parameters.parameter | Where-Object name -eq $p.Name).defaultValue
                $value = $made.$($p.Name)
                $isUnlimited = $value -in 0, [int]::MaxValue, [long]::MaxValue, [timespan]::Zero
                $mustBeSaid = $value -is [ValueType] -and -not $isUnlimited -and $value -isnot [enum]
                if ($default -eq 'None' ? $mustBeSaid : ("$value" -ne $default)) { "$($cmdlet.Name) -$($p.Name): help has the default '$default', it is '$value'" }
            }

            # A syntax is a set; which of several is told by what distinguishes them, so they are compared as a whole.
            $said = foreach ($item in $node.syntax.syntaxItem) { @(foreach ($p in $item.parameter) { Get-Said $p }) | Sort-Object | Join-String -Separator ' ' }
            $declared = foreach ($set in $cmdlet.ParameterSets) {
                @(foreach ($p in $set.Parameters | Where-Object Name -notin $common) {
                    Get-Declared $p.Name $p.IsMandatory $p.Position $p.ValueFromPipeline $p.ValueFromPipelineByPropertyName
                }) | Sort-Object | Join-String -Separator ' '
            }
            Compare-Said "$($cmdlet.Name) (syntax)" $said $declared
            foreach ($p in $node.syntax.syntaxItem.parameter) {
                $full = $node.parameters.parameter | Where-Object name -eq $p.name
                if ($p.description.InnerText -ne $full.description.InnerText) { "$($cmdlet.Name) -$($p.name) is described in two ways" }
            }
        }
        """));

    /// <summary>A console that shows nothing but ASCII has the whole help, and at 80 columns no line is longer.</summary>
    [PwshFact]
    public void Help_is_plain_text_in_80_columns() => AssertNothing(Pwsh.Run("""
        foreach ($cmdlet in Get-Command -Module BpfTrace) {
            (Get-Help $cmdlet.Name -Full | Out-String -Width 80) -split "`r?`n" | Where-Object { $_.Length -gt 80 -or $_ -match '[^ -~]' } | ForEach-Object { "$($cmdlet.Name): $_" }
        }
        """));

    /// <summary>As in the help of PowerShell's own cmdlets: each example has a heading with an empty line before it, and no part is empty.</summary>
    [PwshFact]
    public void Help_has_the_form_of_that_of_other_cmdlets() => AssertNothing(Pwsh.Run("""
        foreach ($cmdlet in Get-Command -Module BpfTrace) {
            $help = Get-Help $cmdlet.Name -Full
            $lines = ($help | Out-String -Width 80) -split "`r?`n"
            $headings = @(for ($i = 1; $i -lt $lines.Count; $i++) { if (-not $lines[$i - 1].Trim() -and $lines[$i] -match '^ {4}-{2,} Example \d+: .+ -{2,}$') { $i } })
            $examples = @($help.examples.example)
            if ($examples.Count -lt 3 -or $headings.Count -ne $examples.Count) { "$($cmdlet.Name): $($examples.Count) examples, $($headings.Count) headings" }
            foreach ($part in 'inputTypes', 'returnValues', 'alertSet', 'relatedLinks') {
                if (-not ($help.$part | Out-String).Trim()) { "$($cmdlet.Name): nothing in $part" }
            }
        }
        """));

    [PwshFact]
    public void Build_has_help() => Assert.Equal("Task Configuration", Pwsh.Run($$"""
        (Get-Help '{{Pwsh.Root}}/Build.ps1').parameters.parameter | Where-Object { $_.description } | ForEach-Object name | Join-String -Separator ' '
        """).Trim());

    private static void AssertNothing(string findings) => Assert.True(string.IsNullOrWhiteSpace(findings), findings);
}
