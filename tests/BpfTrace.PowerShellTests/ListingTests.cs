using System.Text.Json;
using BpfTrace.PowerShellTests.Support;

namespace BpfTrace.PowerShellTests;

/// <summary><c>Get-BpfProbe</c> in a real pwsh: every source of probes, what is shown, and how fast.</summary>
public sealed class ListingTests
{
    private static string[] Texts(JsonElement element) => [.. element.EnumerateArray().Select(static e => e.GetString()!)];

    [PwshFact(needsKernel: true)]
    public void Parameters_that_were_asked_for_are_seen_in_a_table_and_in_a_list()
    {
        JsonElement result = Pwsh.RunJson("""
            [pscustomobject]@{
                table = Get-BpfProbe tracepoint:sched:sched_process_exit -IncludeParameter | Out-String -Width 160
                list = Get-BpfProbe tracepoint:sched:sched_process_exit -IncludeParameter | Format-List | Out-String -Width 160
                without = Get-BpfProbe tracepoint:sched:sched_process_exit | Format-List | Out-String -Width 160
            }
            """)[0];
        Assert.Matches(@"tracepoint:sched:sched_process_exit +char comm\[16\]\n +pid_t pid\n", result.GetProperty("table").GetString());
        Assert.Matches(@"Parameters : char comm\[16\]\n +pid_t pid\n", result.GetProperty("list").GetString());
        Assert.Matches(@"Target +: sched\n", result.GetProperty("without").GetString());
        Assert.DoesNotContain("Parameters", result.GetProperty("without").GetString(), StringComparison.Ordinal);
    }

    /// <summary>What the warning advises is done while the shell that was told goes on.</summary>
    [PwshFact(needsKernel: true)]
    public void Tracefs_that_is_mounted_meanwhile_is_found()
    {
        const string Lay = """
            mount -t tmpfs none /sys/kernel/tracing && mount -t tmpfs none /sys/kernel/debug || exit 9
            export SIGNS=$(mktemp -d)
            (until [ -e $SIGNS/told ]; do sleep 0.05; [ -d $SIGNS ] || exit; done; mount -t tracefs none /sys/kernel/tracing; touch $SIGNS/mounted) &
            setpriv --bounding-set -sys_admin --inh-caps -sys_admin "$@"
            status=$?; rm -r $SIGNS; exit $status
            """;
        JsonElement result = Pwsh.RunJson(
            """
            $before = @(Get-BpfProbe tracepoint:sched:sched_switch -WarningVariable told -WarningAction SilentlyContinue -ErrorAction Ignore).Count
            $null = New-Item $env:SIGNS/told
            while (-not (Test-Path $env:SIGNS/mounted)) { Start-Sleep -Milliseconds 20 }
            $after = @(Get-BpfProbe tracepoint:sched:sched_switch -WarningVariable again -WarningAction SilentlyContinue).Count
            [pscustomobject]@{ before = $before; told = "$told"; after = $after; again = "$again" }
            """,
            "unshare", "--mount", "/bin/sh", "-c", Lay, "sh")[0];
        Assert.Equal(0, result.GetProperty("before").GetInt32());
        Assert.Contains("tracefs is not mounted; as root: mount -t tracefs", result.GetProperty("told").GetString(), StringComparison.Ordinal);
        Assert.Equal(1, result.GetProperty("after").GetInt32());
        Assert.Equal("", result.GetProperty("again").GetString());
    }

    [PwshFact(needsKernel: true)]
    public void Files_scripts_types_and_processes_are_listed()
    {
        JsonElement result = Pwsh.RunJson("""
            $script = (New-TemporaryFile).FullName
            Set-Content $script 'tracepoint:sched:sched_process_ex* { @ = count(); } interval:s:$1 { exit(); }'
            [pscustomobject]@{
                script = @(Get-BpfProbe -Script 'tracepoint:sched:sched_process_ex*, BEGIN { }' | ForEach-Object FullName)
                file = @(Get-BpfProbe -Path $script -ArgumentList 7 | ForEach-Object FullName)
                binary = @(Get-BpfProbe -Path libc mallo[c] -ErrorAction SilentlyContinue) + @(Get-BpfProbe -Path libc 'mallo*' -Type uretprobe | ForEach-Object { "$($_.Type) $($_.Name)" })
                type = Get-BpfProbe 'struct path' | Select-Object Type, Module, Name, FullName, Size, @{ Name = 'Members'; Expression = { $_.Parameters.Name -join ' ' } }
                process = @(Get-BpfProbe -ProcessId $PID -Type uprobe -Filter 'mallo*' | ForEach-Object FullName)
                iterators = @(Get-BpfProbe iter:task* -WarningAction SilentlyContinue | ForEach-Object Name)
                timers = @(Get-BpfProbe -Type profile | ForEach-Object FullName)
            }
            Remove-Item $script
            """)[0];
        Assert.Equal(["tracepoint:sched:sched_process_exec", "tracepoint:sched:sched_process_exit"], Texts(result.GetProperty("script")));
        Assert.Equal(["tracepoint:sched:sched_process_exec", "tracepoint:sched:sched_process_exit", "interval:s:7"], Texts(result.GetProperty("file")));
        Assert.Contains("uretprobe malloc", Texts(result.GetProperty("binary")));
        JsonElement type = result.GetProperty("type");
        Assert.Equal(
            ("struct", "vmlinux", "path", "struct path", 16, "mnt dentry"),
            (type.GetProperty("Type").GetString(), type.GetProperty("Module").GetString(), type.GetProperty("Name").GetString(), type.GetProperty("FullName").GetString(),
                type.GetProperty("Size").GetInt32(), type.GetProperty("Members").GetString()));
        Assert.Contains(Texts(result.GetProperty("process")), static p => p.EndsWith("libc.so.6:malloc", StringComparison.Ordinal));
        Assert.Contains("task_file", Texts(result.GetProperty("iterators")));
        Assert.Equal(["profile:hz:", "profile:ms:", "profile:s:", "profile:us:"], Texts(result.GetProperty("timers")));
    }

    [PwshFact(needsKernel: true)]
    public void What_is_not_there_is_an_error_that_tells_how_to_look_for_it()
    {
        JsonElement result = Pwsh.RunJson("""
            $errors = @()
            Get-BpfProbe tracepoint:sched:nothing_of_it -ErrorAction SilentlyContinue -ErrorVariable +errors
            Get-BpfProbe -Path /nowhere/at/all -ErrorAction SilentlyContinue -ErrorVariable +errors
            Get-BpfProbe -Path nothing_of_it -ErrorAction SilentlyContinue -ErrorVariable +errors
            try { Get-BpfProbe -Script 'tracepoint:sched:nothing_of_it { }' -ErrorAction Stop } catch { $errors += $_ }
            Get-BpfProbe 'struct nothing_of_it' -ErrorAction SilentlyContinue -ErrorVariable +errors
            [pscustomobject]@{
                ids = @($errors | ForEach-Object { $_.FullyQualifiedErrorId.Split(',')[0] }); first = "$($errors[0])"
                type = "$($errors[4])"; next = $errors[4].ErrorDetails.RecommendedAction
            }
            """)[0];
        Assert.Equal("ProbeNotFound", Texts(result.GetProperty("ids"))[0]);
        Assert.Equal(["FileNotFound", "ProbeNotFound"], Texts(result.GetProperty("ids"))[1..3]);
        Assert.Equal("No probe 'tracepoint:sched:nothing_of_it'. Patterns take *: Get-BpfProbe 'tracepoint:sched:*nothing_of_it*'.", result.GetProperty("first").GetString());
        Assert.Equal(5, result.GetProperty("ids").GetArrayLength());
        Assert.Equal("UnknownType", Texts(result.GetProperty("ids"))[4]);
        Assert.Equal("No type 'struct nothing_of_it'. Patterns take *: Get-BpfProbe 'struct *nothing_of_it*'.", result.GetProperty("type").GetString());
        Assert.StartsWith("Get-BpfProbe 'struct *NAME*' lists the kernel's types", result.GetProperty("next").GetString(), StringComparison.Ordinal);
    }

    [PwshFact(needsKernel: true)]
    public void Probes_go_into_a_trace_by_their_names()
    {
        JsonElement result = Pwsh.RunJson("""
            $events = Get-BpfProbe tracepoint:syscalls:sys_enter_execve, tracepoint:syscalls:sys_enter_exit_group |
                Start-BpfTrace '/pid == cpid/ { printf("%s\n", probe); }' -Command /bin/true -Duration 2h
            [pscustomobject]@{ probes = @($events | ForEach-Object probe) }
            """)[0];
        Assert.Contains("tracepoint:syscalls:sys_enter_exit_group", Texts(result.GetProperty("probes")));
    }

    [PwshFact(needsKernel: true)]
    public void The_second_listing_takes_less_than_a_twentieth_of_a_second_and_the_first_probe_comes_at_once()
    {
        JsonElement result = Pwsh.RunJson("""
            $WarningPreference = 'SilentlyContinue'
            $count = @(Get-BpfProbe).Count
            # The fastest of some, of very many on a machine that does other things.
            function Fastest([scriptblock] $What, [double] $Limit) {
                $watch = [System.Diagnostics.Stopwatch]::StartNew()
                do { $times += @((Measure-Command $What).TotalMilliseconds); $fastest = ($times | Measure-Object -Minimum).Minimum }
                while ($times.Count -lt 9 -or ($fastest -ge $Limit -and $watch.Elapsed.TotalSeconds -lt 60))
                $fastest
            }
            [pscustomobject]@{ count = $count; all = Fastest { Get-BpfProbe } 50; one = Fastest { Get-BpfProbe | Select-Object -First 1 } 5 }
            """)[0];
        Assert.True(result.GetProperty("count").GetInt32() > 1000);
        Assert.InRange(result.GetProperty("all").GetDouble(), 0, 50);
        Assert.InRange(result.GetProperty("one").GetDouble(), 0, 5);
    }

    [PwshFact(needsKernel: true)]
    public void A_files_name_is_shown_without_its_escape_sequences()
    {
        string shown = Pwsh.Run("""
            $directory = [System.IO.Directory]::CreateTempSubdirectory("bpf`e[31mx").FullName
            $library = [System.IO.File]::ReadAllLines('/proc/self/maps').Where({ $_ -match '/libc[.-].*so' }, 'First')[0] -replace '^[^/]*'
            [System.IO.File]::Copy($library, "$directory/lib.so")
            try { Get-BpfProbe "uprobe:$directory/lib.so:getppi*" -WarningAction Ignore | Select-Object -First 1 | Out-String -Width 300 }
            finally { [System.IO.Directory]::Delete($directory, $true) }
            """);
        Assert.Contains("bpf\\x1b[31mx", shown, StringComparison.Ordinal);
        Assert.DoesNotContain("\u001b", shown, StringComparison.Ordinal);
    }
}
