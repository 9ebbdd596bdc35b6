# Runs each of the module's tools by name, beside what it is to see, and prints the name and the properties of every object. Events of all
# of the system come: who expects something looks for it.
Import-Module $PSScriptRoot/../../BpfTrace.psd1
$PSStyle.OutputRendering = 'PlainText'
$children = [ordered]@{
    biosnoop       = 'dd if=/dev/zero of=/dev/nullb0 bs=16k count=2 oflag=direct status=none'
    cpuwalk        = 'sh tests/vm/children/works.sh'
    dcsnoop        = 'cat /tmp/no_such_name'
    execsnoop      = '/bin/true one two'
    gethostlatency = 'getent ahosts localhost'
    naptime        = 'sh tests/vm/children/naps.sh'
    opensnoop      = 'cat /etc/hostname /no/such/file'
    pidpersec      = 'sh tests/vm/children/naps.sh'
    statsnoop      = 'stat /etc/passwd /no/such/name'
    syscount       = 'stat /etc/passwd'
    tcpaccept      = 'sh tests/vm/children/connects.sh'
    tcpconnect     = 'sh tests/vm/children/connects.sh'
    tcplife        = 'sh tests/vm/children/connects.sh'
}
$common = [BpfTrace.TraceEvent].GetProperties().Name

function Show([string] $Name) {
    process {
        $own = [ordered]@{}
        foreach ($property in $_.psobject.Properties | Where-Object Name -notin $common) {
            $value = $property.Value
            if ($value -is [ipaddress]) { $value = "$value" }
            elseif ($value -is [System.DateTimeOffset]) { $value = $value.ToString('HH:mm:ss.ffffff') }
            $own[$property.Name] = $value
        }
        "$Name $($own | ConvertTo-Json -Compress -Depth 4)"
    }
}

foreach ($name in $children.Keys) {
    Invoke-BpfTool $name -Command $children[$name] 6> $null | Show $name
}

# Probes of user code belong to the child of -Command, and here it is a shell's child that reads lines: a job sees every process.
$job = Invoke-BpfTool bashreadline -AsJob
sh tests/vm/children/types.sh
$job | Stop-BpfTrace
$job | Receive-Job -Wait 6> $null | Show bashreadline
