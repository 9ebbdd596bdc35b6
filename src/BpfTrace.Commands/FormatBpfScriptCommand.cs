using System.Management.Automation;
using BpfTrace.Commands.Completion;
using BpfTrace.Commands.Errors;
using BpfTrace.Commands.Output;
using BpfTrace.Language.Diagnostics;
using BpfTrace.Language.Text;

namespace BpfTrace.Commands;

/// <summary>Formats bpftrace programs: as text, or the files they are in.</summary>
[Cmdlet(VerbsCommon.Format, "BpfScript", DefaultParameterSetName = ScriptSet, SupportsShouldProcess = true)]
[OutputType(typeof(string))]
[OutputType(typeof(FileInfo))]
public sealed class FormatBpfScriptCommand : BpfCommandBase
{
    private const string ScriptSet = "Script";
    private const string PathSet = "Path";
    private const string LiteralPathSet = "LiteralPath";

    private readonly List<string> _scriptLines = [];

    /// <summary>The program. Strings from the pipeline are its lines.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ParameterSetName = ScriptSet)]
    [AllowEmptyString]
    [ArgumentCompleter(typeof(ScriptCompleter))]
    public string Script { get; set; } = "";

    /// <summary>The scripts' files; wildcards are allowed.</summary>
    [Parameter(Mandatory = true, ParameterSetName = PathSet)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[] Path { get; set; } = [];

    /// <summary>The scripts' files, taken as they are.</summary>
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = LiteralPathSet)]
    [Alias("PSPath", "LP")]
    [ValidateNotNullOrEmpty]
    public string[] LiteralPath { get; set; } = [];

    /// <summary>Write the formatted programs to their files instead of the pipeline.</summary>
    [Parameter(ParameterSetName = PathSet)]
    [Parameter(ParameterSetName = LiteralPathSet)]
    public SwitchParameter InPlace { get; set; }

    /// <summary>With <see cref="InPlace"/>: write the files that were changed as objects.</summary>
    [Parameter(ParameterSetName = PathSet)]
    [Parameter(ParameterSetName = LiteralPathSet)]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        switch (ParameterSetName)
        {
            case PathSet:
                ScriptFiles.ForEach(this, Path, FormatFile);
                break;
            case LiteralPathSet:
                ScriptFiles.ForLiteral(this, LiteralPath, FormatFile);
                break;
            default:
                _scriptLines.Add(Script);
                break;
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (_scriptLines.Count > 0 && Format(new SourceText(string.Join("\n", _scriptLines), "script")) is { } formatted)
        {
            WriteText(formatted);
        }
    }

    private void FormatFile(SourceText source)
    {
        if (Format(source) is not { } formatted)
        {
            return;
        }

        if (!InPlace)
        {
            WriteText(formatted);
        }
        else if (formatted.IsChanged && ShouldProcess(source.Name, "Format"))
        {
            Replace(source.Name, formatted.Text!);
        }
    }

    private void Replace(string file, string text)
    {
        try
        {
            ScriptFormatter.Write(file, text);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            ErrorCategory category = exception is UnauthorizedAccessException ? ErrorCategory.PermissionDenied : ErrorCategory.WriteError;
            WriteError(Failure.Record(exception, "ScriptFileNotWritten", category, file));
            return;
        }

        if (PassThru)
        {
            OutputFile.WriteItem(this, file);
        }
    }

    /// <summary>The script formatted; null after its syntax error was written.</summary>
    private FormattedScript? Format(SourceText source)
    {
        FormattedScript formatted = ScriptFormatter.Format(source);
        foreach (Diagnostic diagnostic in formatted.Diagnostics)
        {
            WriteError(DiagnosticErrorRecord.Create(diagnostic));
        }

        return formatted.Text is null ? null : formatted;
    }

    /// <summary>Cmdlets that take the text end it with a line break themselves.</summary>
    private void WriteText(FormattedScript formatted) => WriteObject(formatted.Text!.TrimEnd('\n'));
}
