@{
    RootModule           = 'module/BpfTrace.psm1'
    ModuleVersion        = '0.1.0'
    GUID                 = '7c2f6d1e-52a4-4d0b-9f0e-3b8a6a1c94d7'
    Author               = 'BpfTrace contributors'
    CompanyName          = 'BpfTrace contributors'
    Copyright            = '(c) BpfTrace contributors. MIT licence.'
    Description          = 'Runs bpftrace programs on the live Linux kernel and puts typed objects on the pipeline.'
    PowerShellVersion    = '7.6'
    CompatiblePSEditions = @('Core')

    CmdletsToExport      = @('Start-BpfTrace', 'Stop-BpfTrace', 'Get-BpfTrace', 'Get-BpfProbe', 'Get-BpfMap', 'Clear-BpfMap', 'Watch-BpfMap', 'Get-BpfCapability', 'Test-BpfScript', 'Format-BpfScript', 'Import-BpfTrace', 'Export-BpfEvent', 'Get-BpfTool', 'Invoke-BpfTool', 'ConvertTo-BpfFlameGraph', 'ConvertTo-BpfChart')
    FunctionsToExport    = @()
    AliasesToExport      = @()
    VariablesToExport    = @()

    FormatsToProcess     = @('module/BpfTrace.Format.ps1xml')
    TypesToProcess       = @('module/BpfTrace.Types.ps1xml', 'module/BpfTrace.Restored.Types.ps1xml')

    FileList             = @(
        'BpfTrace.psd1'
        'CHANGELOG.md'
        'LICENSE'
        'README.md'
        'THIRD-PARTY-NOTICES.md'
        'examples/bashreadline.bt'
        'examples/biosnoop.bt'
        'examples/cpuwalk.bt'
        'examples/dcsnoop.bt'
        'examples/execsnoop.bt'
        'examples/gethostlatency.bt'
        'examples/naptime.bt'
        'examples/opensnoop.bt'
        'examples/pidpersec.bt'
        'examples/statsnoop.bt'
        'examples/syscount.bt'
        'examples/tcpaccept.bt'
        'examples/tcpconnect.bt'
        'examples/tcplife.bt'
        'examples/vfscount.bt'
        'module/BpfTrace.psm1'
        'module/BpfTrace.Format.ps1xml'
        'module/BpfTrace.Restored.Types.ps1xml'
        'module/BpfTrace.Types.ps1xml'
        'module/bin/BpfTrace.Bpf.dll'
        'module/bin/BpfTrace.Commands.dll'
        'module/bin/BpfTrace.Compiler.dll'
        'module/bin/BpfTrace.Runtime.dll'
        'module/bin/en-US/BpfTrace.Commands.dll-Help.xml'
        'module/bin/en-US/about_BpfTrace.help.txt'
        'module/bin/en-US/about_BpfTrace_Language.help.txt'
        'module/bin/en-US/about_BpfTrace_Output.help.txt'
        'module/bin/en-US/about_BpfTrace_Troubleshooting.help.txt'
        'module/bin/dependencies/BpfTrace.Export.dll'
        'module/bin/dependencies/BpfTrace.Language.dll'
        'module/bin/dependencies/CsvHelper.dll'
        'module/bin/dependencies/Sprache.dll'
    )

    PrivateData          = @{
        PSData = @{
            Tags                       = @('Linux', 'PSEdition_Core', 'eBPF', 'BPF', 'bpftrace', 'tracing', 'kernel', 'observability')
            LicenseUri                 = 'https://opensource.org/license/mit'
            ReleaseNotes               = 'See CHANGELOG.md.'
            RequireLicenseAcceptance   = $false
            ExternalModuleDependencies = @()
        }
    }
}
