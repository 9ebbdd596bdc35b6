using System.Text.Json;
using BpfTrace.PowerShellTests.Support;

namespace BpfTrace.PowerShellTests;

/// <summary>Test-BpfScript, as it is used.</summary>
public sealed class TestScriptTests
{
    [PwshFact]
    public void A_good_program_is_true_and_a_bad_one_false_with_an_error_for_each_mistake()
    {
        JsonElement result = Pwsh.RunJson("""
            $good = Test-BpfScript 'BEGIN { exit(); }'
            $bad = Test-BpfScript 'BEGIN { exti(); @x = cuont(); }' -ErrorVariable problems -ErrorAction SilentlyContinue
            [pscustomobject]@{ good = $good; bad = $bad; ids = @($problems | ForEach-Object FullyQualifiedErrorId); columns = @($problems | ForEach-Object { $_.TargetObject.StartColumn }); traces = @(Get-BpfTrace).Count }
            """);
        Assert.True(result[0].GetProperty("good").GetBoolean());
        Assert.False(result[0].GetProperty("bad").GetBoolean());
        Assert.Equal(["UnknownFunction,BpfTrace.Commands.TestBpfScriptCommand", "UnknownFunction,BpfTrace.Commands.TestBpfScriptCommand"], result[0].GetProperty("ids").EnumerateArray().Select(e => e.GetString()));
        Assert.Equal([9, 22], result[0].GetProperty("columns").EnumerateArray().Select(e => e.GetInt32()));
        Assert.Equal(0, result[0].GetProperty("traces").GetInt32());
    }

    [PwshFact]
    public void Headers_and_macros_come_from_parameters_and_paths_are_the_shells()
    {
        JsonElement result = Pwsh.RunJson("""
            $directory = New-Item -ItemType Directory -Path ([System.IO.Path]::GetTempPath()) -Name ([guid]::NewGuid())
            try {
                Set-Content "$directory/own.h" "#if LEVEL > 2`n#define OWN 42`n#endif"
                Set-Location $directory
                $program = 'BEGIN { printf("%d", OWN + N); }'
                $given = Test-BpfScript $program -Include own.h -Define @{ LEVEL = 3; N = 1 }
                $found = Test-BpfScript "#include `"own.h`"`n$program" -IncludePath . -Define @{ LEVEL = 3; N = 1 }
                $low = Test-BpfScript $program -Include own.h -Define @{ LEVEL = 2; N = 1 } -ErrorAction SilentlyContinue
                [pscustomobject]@{ given = $given; found = $found; low = $low }
            } finally { Set-Location /; Remove-Item -Recurse $directory }
            """);
        Assert.True(result[0].GetProperty("given").GetBoolean());
        Assert.True(result[0].GetProperty("found").GetBoolean());
        Assert.False(result[0].GetProperty("low").GetBoolean());
    }

    [PwshFact]
    public void The_report_has_probes_events_maps_and_programs()
    {
        JsonElement result = Pwsh.RunJson("""
            Test-BpfScript 'interval:s:1 { printf("pid=%d %s", pid, comm); @[comm] = count(); }' -Detailed
            """);
        JsonElement report = result[0];
        Assert.True(report.GetProperty("IsValid").GetBoolean());
        Assert.Equal("interval:s:1", report.GetProperty("Probes")[0].GetString());
        JsonElement property = report.GetProperty("EventTypes")[0].GetProperty("Properties")[0];
        Assert.Equal(("pid", "System.UInt32", "uint32"), (property.GetProperty("Name").GetString(), property.GetProperty("TypeName").GetString(), property.GetProperty("ScriptType").GetString()));
        Assert.Equal(("@", "string[16]", "count_t"), (report.GetProperty("Maps")[0].GetProperty("Name").GetString(), report.GetProperty("Maps")[0].GetProperty("KeyType").GetString(), report.GetProperty("Maps")[0].GetProperty("ValueType").GetString()));
        Assert.True(report.GetProperty("Programs")[0].GetProperty("InstructionCount").GetInt32() > 10);
    }

    [PwshFact]
    public void A_detailed_test_writes_no_errors_and_has_typed_diagnostics()
    {
        JsonElement result = Pwsh.RunJson("""
            $d = (Test-BpfScript "BEGIN {`n  let `$x = 1; let `$x = 2; }" -Detailed).Diagnostics | Where-Object Severity -eq Error
            [pscustomobject]@{ id = $d.Id; line = $d.Line; column = $d.Column; span = $d.Span; note = $d.Notes[0].Message; noteLine = $d.Notes[0].Line; text = "$d" }
            """);
        Assert.Equal("AlreadyDeclared", result[0].GetProperty("id").GetString());
        Assert.Equal((2, 15), (result[0].GetProperty("line").GetInt32(), result[0].GetProperty("column").GetInt32()));
        Assert.Equal("let $x", result[0].GetProperty("span").GetString());
        Assert.Equal(("This is the initial declaration.", 2), (result[0].GetProperty("note").GetString(), result[0].GetProperty("noteLine").GetInt32()));
        Assert.Contains("~~~~~~", result[0].GetProperty("text").GetString(), StringComparison.Ordinal);
    }

    [PwshFact]
    public void Files_come_from_the_pipeline_and_by_wildcard()
    {
        JsonElement result = Pwsh.RunJson("""
            $folder = New-Item -ItemType Directory (Join-Path ([IO.Path]::GetTempPath()) "bpf-$PID")
            try {
                'BEGIN { exit(); }' | Set-Content $folder/a.bt
                'BEGIN { nope(); }' | Set-Content $folder/b.bt
                $piped = @(Get-ChildItem $folder/*.bt | Sort-Object Name | Test-BpfScript -ErrorAction SilentlyContinue)
                $named = @(Test-BpfScript -Path $folder/*.bt -Detailed | Sort-Object Name | ForEach-Object IsValid)
                Test-BpfScript -LiteralPath $folder/c.bt -ErrorAction SilentlyContinue -ErrorVariable missing
            } finally { Remove-Item -Recurse $folder }
            [pscustomobject]@{ piped = $piped; named = $named; missing = "$($missing.FullyQualifiedErrorId)" }
            """);
        Assert.Equal([true, false], result[0].GetProperty("piped").EnumerateArray().Select(e => e.GetBoolean()));
        Assert.Equal([true, false], result[0].GetProperty("named").EnumerateArray().Select(e => e.GetBoolean()));
        Assert.StartsWith("ScriptFileUnreadable", result[0].GetProperty("missing").GetString(), StringComparison.Ordinal);
    }

    [PwshFact]
    public void The_view_shows_the_messages_with_their_source()
    {
        string shown = Pwsh.Run("Test-BpfScript 'BEGIN { @x = cuont(); }' -Detailed");
        Assert.Contains("script: not valid", shown, StringComparison.Ordinal);
        Assert.Contains("script:1:14-21: ERROR: Unknown function: 'cuont'", shown, StringComparison.Ordinal);
        Assert.Contains("HINT: Did you mean 'count'?", shown, StringComparison.Ordinal);
    }

    [PwshFact]
    public void The_report_says_what_the_script_costs_and_where_its_events_are_from()
    {
        JsonElement report = Pwsh.RunJson("""
            Test-BpfScript "interval:s:1 {`n  printf(`"%d %s`", pid, comm); @[comm] = count(); @n = 1; }`nBEGIN { @n = 2 }" -Detailed
            """)[0];
        JsonElement type = report.GetProperty("EventTypes")[0];
        Assert.Equal(("printf(\"%d %s\", pid, comm)", 2, 3), (type.GetProperty("Source").GetString(), type.GetProperty("Line").GetInt32(), type.GetProperty("Column").GetInt32()));
        JsonElement map = report.GetProperty("Maps")[0];
        Assert.Equal(("@", "System.String", "System.UInt64"), (map.GetProperty("Name").GetString(), map.GetProperty("KeyTypeName").GetString(), map.GetProperty("ValueTypeName").GetString()));
        Assert.True(map.GetProperty("MemoryBytes").GetInt64() > 4096 * (16 + 8), "room for 4096 keys and values");
        JsonElement interval = report.GetProperty("Attachments")[0];
        Assert.Equal(("interval", "perf_event", 1, 1.0, "timer"), (interval.GetProperty("ProbeType").GetString(), interval.GetProperty("Mechanism").GetString(),
            interval.GetProperty("Links").GetInt32(), interval.GetProperty("EventRate").GetDouble(), interval.GetProperty("EventRateSource").GetString()));
        Assert.Equal("run once", report.GetProperty("Attachments")[1].GetProperty("Mechanism").GetString());
        JsonElement cost = report.GetProperty("Cost");
        Assert.Equal((2, 1, 2), (cost.GetProperty("AttachPoints").GetInt32(), cost.GetProperty("Links").GetInt32(), cost.GetProperty("Programs").GetInt32()));
        Assert.Equal(cost.GetProperty("InstructionCount").GetInt32(), report.GetProperty("Programs").EnumerateArray().Sum(static p => p.GetProperty("InstructionCount").GetInt32()));
        Assert.True(cost.GetProperty("BufferBytes").GetInt64() > 8 << 20, "the ring buffer");
        Assert.Equal(cost.GetProperty("MapBytes").GetInt64(), report.GetProperty("Maps").EnumerateArray().Sum(static m => m.GetProperty("MemoryBytes").GetInt64()));
    }

    [PwshFact]
    public void The_views_show_cost_and_types_of_properties()
    {
        string shown = Pwsh.Run("$r = Test-BpfScript 'interval:s:1 { printf(\"%d %s\", pid, comm); }' -Detailed; $r; $r.EventTypes | Format-Table");
        Assert.Contains("interval: 1 attach point by 1 perf_event link, 1 program of ", shown, StringComparison.Ordinal);
        Assert.Contains("line 1: printf { pid : UInt32; comm : String }", shown, StringComparison.Ordinal);
        Assert.Matches("(?m)^ +1 printf[(]\"%d %s\", pid, comm[)] +pid : UInt32", shown);
    }

    [PwshFact]
    public void Tests_and_benchmarks_of_a_script_are_objects()
    {
        JsonElement result = Pwsh.RunJson("""
            $script = 'begin { @n = 3; } test:good { return @n != 3; } test:bad { printf("n is %d\n", @n); return 1; } bench:adds { @a += 1; } bench:wrong { errorf("no"); } end { printf("the end"); clear(@n); clear(@a); }'
            $tests = @(Test-BpfScript $script -RunTests -InformationVariable said)
            $benches = @(Test-BpfScript $script -RunBenchmarks)
            $none = @(Test-BpfScript 'bench:b { @ = 1; }' -RunTests -ErrorAction SilentlyContinue -ErrorVariable problem)
            $bad = @(Test-BpfScript 'test:t { nope(); }' -RunTests -ErrorAction SilentlyContinue -ErrorVariable wrong)
            [pscustomobject]@{
                tests = @($tests | ForEach-Object { "$($_.GetType().FullName) $($_.Name) $($_.Passed) $($_.Script) $($_.Output)" }); times = @($tests.Nanoseconds)
                said = "$said"; benches = @($benches | ForEach-Object { "$($_.GetType().FullName) $($_.Name) $($_.Passed)" }); average = $benches[0].AverageNanoseconds; runs = $benches[0].Iterations
                none = $none.Count; problem = "$problem"; bad = $bad.Count; wrong = $wrong[0].FullyQualifiedErrorId
            }
            """)[0];
        Assert.Equal(["BpfTrace.TestResult good True script ", "BpfTrace.TestResult bad False script n is 3\n"], result.GetProperty("tests").EnumerateArray().Select(static e => e.GetString()));
        Assert.All(result.GetProperty("times").EnumerateArray(), static t => Assert.True(t.GetInt64() > 0));
        Assert.Equal("the end", result.GetProperty("said").GetString());
        Assert.Equal(["BpfTrace.BenchmarkResult adds True", "BpfTrace.BenchmarkResult wrong False"], result.GetProperty("benches").EnumerateArray().Select(static e => e.GetString()));
        Assert.True(result.GetProperty("average").GetInt64() > 0 && result.GetProperty("runs").GetInt64() > 0);
        Assert.Equal((0, 0), (result.GetProperty("none").GetInt32(), result.GetProperty("bad").GetInt32()));
        Assert.Contains("No probes attached", result.GetProperty("problem").GetString(), StringComparison.Ordinal);
        Assert.StartsWith("UnknownFunction,", result.GetProperty("wrong").GetString(), StringComparison.Ordinal);
    }

    /// <summary>Nothing is run by who asks not to.</summary>
    [PwshFact]
    public void A_program_is_either_looked_at_or_run()
    {
        JsonElement result = Pwsh.RunJson("""
            foreach ($options in @{ CompileOnly = $true; RunTests = $true }, @{ Detailed = $true; RunBenchmarks = $true }) {
                try { "ran $(Test-BpfScript 'test:a { return 0; } bench:b { @ = 1; }' @options)" } catch { "$($_.FullyQualifiedErrorId) $_" }
            }
            """);
        Assert.Equal("ParametersExclude,BpfTrace.Commands.TestBpfScriptCommand -CompileOnly says what the program is, -RunTests runs it: give one of them.", result[0].GetString());
        Assert.Equal("ParametersExclude,BpfTrace.Commands.TestBpfScriptCommand -Detailed says what the program is, -RunBenchmarks runs it: give one of them.", result[1].GetString());
    }

    [PwshFact]
    public void Results_of_tests_and_benchmarks_are_tables()
    {
        string shown = Pwsh.Run("Test-BpfScript 'test:a { return 0; } test:b { printf(\"4\\n\"); return 1; }' -RunTests");
        Assert.Matches("(?m)^True +[0-9]+ a *$", shown);
        Assert.Matches("(?m)^False +[0-9]+ b +4 *$", shown);
        Assert.Matches("(?m)^True +[0-9]+ +[0-9]+ c *$", Pwsh.Run("Test-BpfScript 'bench:c { @ = 1; }' -RunBenchmarks"));
    }

    [PwshFact(needsKernel: true)]
    public void The_types_that_are_told_are_those_that_come()
    {
        string[] wrong = [.. Pwsh.RunJson("""
            $program = @'
            BEGIN {
              printf("%s %d %s %s %s", comm, pid, ksym(kaddr("schedule")), kstack, ntop(0x0100007f));
              printf("%s %s %d %d %r", macaddr((uint8[6])0), strftime("%H", nsecs), (uint16)2, true, buf("abc", 3));
              print((a=1, b=comm, c=pid == 5)); print((1, comm)); print(5); time("%H");
              @i[pid] = 1; @s = comm; @t[comm, pid] = count(); @h = hist(5); @st = stats(3); @av = avg(3); @su = sum(2); @k[kstack] = count();
              @b = true; @n = nsecs; @r = (x=1, y=comm); @sym[ksym(kaddr("schedule"))] = 1; @ip[ntop(0x0100007f)] = 1;
              exit();
            }
            '@
            $report = Test-BpfScript $program -Detailed
            $seen = 0
            Start-BpfTrace $program -WarningAction SilentlyContinue | ForEach-Object {
                $object = $_
                if ($object -is [BpfTrace.MapEntry]) {
                    $map = $report.Maps | Where-Object Name -ceq $object.Map
                    if ($null -ne $object.Key -and $object.Key -isnot ($map.KeyTypeName -as [type])) { "key of $($object.Map): $($object.Key.GetType())" }
                    if ($object.Value -isnot ($map.ValueTypeName -as [type])) { "value of $($object.Map): $($object.Value.GetType())" }
                    $seen++
                } else {
                    $type = $report.EventTypes | Where-Object TypeName -ceq $object.GetType().FullName
                    foreach ($property in $type.Properties) {
                        $value = $object.($property.Name)
                        if ($value -isnot ($property.TypeName -as [type])) { "$($property.Name) of $($type.Source): $($value.GetType())" }
                        $seen++
                    }
                }
            }
            "seen $seen"
            """).EnumerateArray().Select(static e => e.GetString()!)];
        Assert.Equal(["seen 28"], wrong); // 15 properties, 13 entries of maps
    }
}
