using BpfTrace.PowerShellTests.Support;
using BpfTrace.Recording;

namespace BpfTrace.PowerShellTests;

/// <summary>A recording can come from anybody: whatever names it brings, they are shown and never run, and name no other file.</summary>
public sealed class HostileRecordingTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("bpftrace-test-").FullName;

    [PwshFact]
    public void The_name_of_a_property_is_no_script()
    {
        string proof = Path.Combine(_folder, "proof");
        string property = $"a'); Set-Content -LiteralPath '{proof}' -Value x; ('b";
        ReplayType type = new ReplayTypes().Define("Evil", typeof(TypedEvent), [property, "\u2019); exit 7; (\u2019", "plain\u001b7"], [typeof(string), typeof(string), typeof(string)]);
        var made = (TypedEvent)type.Create(["shown", "shown too", "and this"]);
        made.SetText("text");
        string file = Record(new EventRecord(made));
        (_, string shown, string error) = Pwsh.TryRun($"Import-BpfTrace '{file}' | Out-String -Width 400; Import-BpfTrace '{file}' | Format-List | Out-String -Width 400");
        Assert.Equal("", error);
        Assert.Contains("shown too", shown, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', shown);
        Assert.False(File.Exists(proof));
    }

    [PwshFact]
    public void The_name_of_a_map_stays_in_the_directory_of_an_export()
    {
        string inner = Directory.CreateDirectory(Path.Combine(_folder, "inner")).FullName;
        string file = Record(new MapRecord([new MapEntry("@/../../out", 1L, 2L), new MapEntry("@" + new string('x', 5000), 1L, 2L)]));
        Pwsh.Run($"Import-BpfTrace '{file}' | Export-BpfEvent '{inner}/x.csv'");
        Assert.Equal(2, Directory.GetFiles(inner).Length);
        Assert.Single(Directory.GetFiles(_folder)); // the recording
    }

    [PwshFact]
    public void A_recording_that_is_not_there_does_not_hide_the_next()
    {
        string file = Record(new MapRecord([new MapEntry("@m", 1L, 2L)]));
        (_, string output, string error) = Pwsh.TryRun($"Import-BpfTrace '{_folder}/none.bpfrec', '{file}'");
        Assert.Contains("@m", output, StringComparison.Ordinal);
        Assert.Contains("none.bpfrec", error, StringComparison.Ordinal);
    }

    [PwshFact]
    public void Paths_and_files_come_down_the_pipeline_and_one_that_is_not_there_is_named()
    {
        string file = Record(new MapRecord([new MapEntry("@m", 1L, 2L)]));
        File.Copy(file, Path.Combine(_folder, "b[1].bpfrec"));
        string output = Pwsh.Run($$"""
            Set-Location '{{_folder}}'
            ('{{Path.GetFileName(file)}}', '*[[]1].bpfrec' | Import-BpfTrace).Value
            (Get-ChildItem -Filter *.bpfrec | Import-BpfTrace).Count
            Import-BpfTrace -LiteralPath none.bpfrec, none/x.bpfrec -ErrorVariable failed -ErrorAction SilentlyContinue
            $failed.ForEach({ "$($_.FullyQualifiedErrorId) $($_.CategoryInfo.Category)" })
            """);
        string missing = "RecordingNotFound,BpfTrace.Commands.ImportBpfTraceCommand ObjectNotFound\n";
        Assert.Equal($"2\n2\n2\n{missing}{missing}", output);
    }

    [PwshFact]
    public void A_recording_is_read_shown_drawn_and_exported_without_a_native_library()
    {
        string file = Record(
            new MapRecord([new MapEntry("@t", null, new TimeSeries([new TimeSeriesPoint(1_000_000_000_123, 3L), new TimeSeriesPoint(1_001_000_000_123, 5L)]))]),
            new MapRecord([new MapEntry("@k", new StackTrace([new StackFrame(0, "f", 0)], isUser: true), 7L)]));
        string script = $$"""
            Import-BpfTrace '{{file}}' | Out-String
            Import-BpfTrace '{{file}}' | ForEach-Object { "$_" }
            Import-BpfTrace '{{file}}' | ConvertTo-BpfChart
            Import-BpfTrace '{{file}}' | ConvertTo-BpfFlameGraph
            Import-BpfTrace '{{file}}' | Export-BpfEvent '{{_folder}}/x.csv'
            """;
        // As on a system that has none of the libraries: none is found for an assembly of the module, also not for one that is loaded later.
        string without = """
            $asked = [Collections.Generic.List[string]]::new()
            # An expression: what a script block throws would be wrapped.
            $arguments = [string], [Reflection.Assembly], [Nullable[Runtime.InteropServices.DllImportSearchPath]] | ForEach-Object { [Linq.Expressions.Expression]::Parameter($_) }
            $add = [Linq.Expressions.Expression]::Call([Linq.Expressions.Expression]::Constant($asked), $asked.GetType().GetMethod('Add'), $arguments[0])
            $throw = [Linq.Expressions.Expression]::Throw([Linq.Expressions.Expression]::Constant([DllNotFoundException]::new('there is none')), [IntPtr])
            $none = [Linq.Expressions.Expression]::Lambda([Runtime.InteropServices.DllImportResolver], [Linq.Expressions.Expression]::Block($add, $throw), [Linq.Expressions.ParameterExpression[]]$arguments).Compile()
            $refuse = { param($assembly) if ($assembly.GetName().Name -like 'BpfTrace.*' -and -not $assembly.IsDynamic) { [Runtime.InteropServices.NativeLibrary]::SetDllImportResolver($assembly, $none) } }
            [AppDomain]::CurrentDomain.GetAssemblies().ForEach({ & $refuse $_ })
            [AppDomain]::CurrentDomain.add_AssemblyLoad({ param($from, $loaded) & $refuse $loaded.LoadedAssembly })

            """;
        string expected = Pwsh.Run(script);
        Assert.Contains("00:16:40", expected, StringComparison.Ordinal);
        Assert.Contains("</svg>", expected, StringComparison.Ordinal);
        Assert.Equal(expected + "libc\n", Pwsh.Run(without + script + "\n$asked | Sort-Object -Unique")); // asked for, and done without
    }

    [PwshFact]
    public void A_picture_that_cannot_be_written_is_told_before_its_input_is_read()
    {
        string output = Pwsh.Run($"try {{ 1..3 | ForEach-Object {{ 'read'; \"main;f 1\" }} | ConvertTo-BpfFlameGraph -OutFile '{_folder}/none/x.svg' }} catch {{ $_.FullyQualifiedErrorId }}");
        Assert.StartsWith("FileNotWritten", output, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string Record(params TraceRecord[] records)
    {
        string file = Path.Combine(_folder, "x.bpfrec");
        using var recorder = new TraceRecorder(File.Create(file), new RecordingInfo { EventSiteCount = 1 });
        foreach (TraceRecord record in records)
            recorder.Write(record);
        recorder.Write(new EndRecord(0, new TraceCounters(0, 0, 0, 0)));
        recorder.Finish();
        return file;
    }
}
