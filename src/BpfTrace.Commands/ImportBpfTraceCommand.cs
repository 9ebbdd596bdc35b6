using System.Management.Automation;
using BpfTrace.Commands.Errors;
using BpfTrace.Commands.Output;
using BpfTrace.Recording;

namespace BpfTrace.Commands;

/// <summary>Reads recordings of traces: the same objects, warnings and errors as when they were traced.</summary>
[Cmdlet(VerbsData.Import, "BpfTrace", DefaultParameterSetName = PathSet)]
[OutputType(typeof(TraceEvent), typeof(MapEntry))]
[OutputType(typeof(string))]
[OutputType(typeof(RecordingInfo))]
public sealed class ImportBpfTraceCommand : BpfCommandBase
{
    private const string PathSet = "Path";
    private const string LiteralPathSet = "LiteralPath";

    /// <summary>The recordings; wildcards are allowed.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ParameterSetName = PathSet)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[] Path { get; set; } = [];

    /// <summary>The recordings, taken as they are.</summary>
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = LiteralPathSet)]
    [Alias("PSPath", "LP")]
    [ValidateNotNullOrEmpty]
    public string[] LiteralPath { get; set; } = [];

    /// <summary>Do not write the maps that the trace ended with; what the script printed is written.</summary>
    [Parameter]
    public SwitchParameter NoMaps { get; set; }

    /// <summary>Write what each recording says of itself instead of what is in it.</summary>
    [Parameter]
    public SwitchParameter Information { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (ParameterSetName == LiteralPathSet)
        {
            foreach (string path in LiteralPath)
            {
                ReadAll(ScriptFiles.ResolveLiteral(this, path) is { } file ? [file] : null, path);
            }

            return;
        }

        foreach (string path in Path)
        {
            IReadOnlyList<string>? files;
            try
            {
                files = ScriptFiles.Resolve(this, path);
            }
            catch (ItemNotFoundException exception)
            {
                WriteError(Failure.NoFile(exception, "RecordingNotFound", path));
                continue;
            }

            ReadAll(files, path);
        }
    }

    private void ReadAll(IReadOnlyList<string>? files, string path)
    {
        if (files is null)
        {
            WriteError(OutputFile.NotInFileSystem(path));
            return;
        }

        foreach (string file in files)
        {
            Read(file);
        }
    }

    private void Read(string file)
    {
        try
        {
            using RecordingReader recording = RecordingReader.Open(file);
            if (Information)
            {
                WriteObject(recording.Info);
                return;
            }

            Read(recording);
        }
        catch (InvalidRecordingException exception)
        {
            // What stood before it is on the pipeline already.
            WriteError(Failure.Record(
                exception, exception.IsTruncated ? "RecordingTruncated" : "InvalidRecording", ErrorCategory.InvalidData, file, $"{file}: {exception.Message}."));
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            WriteError(Failure.NoFile(exception, "RecordingNotFound", file));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            ErrorCategory category = exception is UnauthorizedAccessException ? ErrorCategory.PermissionDenied : ErrorCategory.ReadError;
            WriteError(Failure.Record(exception, "RecordingNotRead", category, file, Directory.Exists(file) ? $"'{file}' is a directory." : null));
        }
    }

    private void Read(RecordingReader recording)
    {
        var writer = new RecordWriter(new CmdletStreams(this)) { EventTypeSeen = EventViews.ForSites(this, recording.Info.EventSiteCount) };
        try
        {
            foreach (TraceRecord record in recording.ReadRecords())
            {
                if (Stopping)
                {
                    return;
                }

                if (NoMaps && record is MapRecord { IsPrinted: false })
                {
                    continue;
                }

                writer.Write(record);
            }
        }
        catch (InvalidRecordingException)
        {
            writer.Flush(); // a text without its line end
            throw;
        }

        writer.Flush();
    }
}
