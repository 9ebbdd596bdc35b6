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
    public void A_picture_that_cannot_be_written_is_told_before_its_input_is_read()
    {
        string output = Pwsh.Run($"try {{ 1..3 | ForEach-Object {{ 'read'; \"main;f 1\" }} | ConvertTo-BpfFlameGraph -OutFile '{_folder}/none/x.svg' }} catch {{ $_.FullyQualifiedErrorId }}");
        Assert.StartsWith("FileNotWritten", output, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string Record(TraceRecord record)
    {
        string file = Path.Combine(_folder, "x.bpfrec");
        using var recorder = new TraceRecorder(File.Create(file), new RecordingInfo { EventSiteCount = 1 });
        recorder.Write(record);
        recorder.Write(new EndRecord(0, new TraceCounters(0, 0, 0, 0)));
        recorder.Finish();
        return file;
    }
}
