using System.Management.Automation;
using BpfTrace.Commands.Errors;
using BpfTrace.Commands.Output;

namespace BpfTrace.Commands;

/// <summary>The format of an export.</summary>
public enum BpfExportFormat
{
    /// <summary>Comma-separated values, a file for each type of event.</summary>
    Csv,

    /// <summary>A JSON object a line, one file.</summary>
    Ndjson,
}

/// <summary>Writes events and map entries to files while they come: CSV, a file for each type, or NDJSON.</summary>
[Cmdlet(VerbsData.Export, "BpfEvent", DefaultParameterSetName = PathSet, SupportsShouldProcess = true)]
[OutputType(typeof(FileInfo))]
public sealed class ExportBpfEventCommand : BpfCommandBase
{
    private const string PathSet = "Path";
    private const string LiteralPathSet = "LiteralPath";

    private EventExporter? _exporter;

    /// <summary>The objects: events, map entries, or what another command made of them.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true)]
    public PSObject InputObject { get; set; } = null!;

    /// <summary>The file. For CSV each type's name comes before the extension: <c>opens.csv</c> stands for <c>opens.Printf_L1C40.csv</c> and so on.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = PathSet)]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = "";

    /// <summary>The file, taken as it is.</summary>
    [Parameter(Mandatory = true, ParameterSetName = LiteralPathSet)]
    [Alias("PSPath", "LP")]
    [ValidateNotNullOrEmpty]
    public string LiteralPath { get; set; } = "";

    /// <summary>The format; by default what the file's extension says, and CSV for others.</summary>
    [Parameter]
    public BpfExportFormat As { get; set; }

    /// <summary>What separates values of CSV.</summary>
    [Parameter]
    public char Delimiter { get; set; } = ',';

    /// <summary>Leave texts that a spreadsheet would take for formulas as they are.</summary>
    [Parameter]
    public SwitchParameter AllowFormula { get; set; }

    /// <summary>Add to existing files.</summary>
    [Parameter]
    public SwitchParameter Append { get; set; }

    /// <summary>Do not overwrite existing files.</summary>
    [Parameter]
    [Alias("NoOverwrite")]
    public SwitchParameter NoClobber { get; set; }

    /// <summary>Overwrite read-only files; with <see cref="Append"/>, keep the columns of the file where they differ.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Write the files that were made as objects.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        if (!char.IsAscii(Delimiter) || Delimiter is '"' or '\n' or '\r' or '\0')
        {
            ThrowTerminatingError(Failure.Record(
                new ArgumentException("-Delimiter takes an ASCII character other than a quotation mark and a line end."), "InvalidDelimiter", ErrorCategory.InvalidArgument, Delimiter));
        }

        string file = OutputFile.Resolve(this, ParameterSetName == PathSet ? Path : LiteralPath);
        OutputFile.RefuseDirectory(this, file);
        bool isNdjson = MyInvocation.BoundParameters.ContainsKey(nameof(As))
            ? As == BpfExportFormat.Ndjson
            : System.IO.Path.GetExtension(file).ToUpperInvariant() is ".NDJSON" or ".JSONL" or ".JSON";
        _exporter = new EventExporter(this, file, new ExportSettings(isNdjson, Delimiter, !AllowFormula, Append, NoClobber, Force));
    }

    /// <inheritdoc/>
    protected override void ProcessRecord() => _exporter!.Write(InputObject);

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        IReadOnlyList<string> files = _exporter!.Files;
        _exporter.Dispose();
        foreach (string file in PassThru ? files : [])
        {
            OutputFile.WriteItem(this, file);
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _exporter?.Dispose();
        }

        base.Dispose(disposing);
    }
}
