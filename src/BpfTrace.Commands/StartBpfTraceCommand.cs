using System.Management.Automation;
using BpfTrace.Commands.Completion;
using BpfTrace.Commands.Errors;
using BpfTrace.Commands.Jobs;
using BpfTrace.Language.Text;

namespace BpfTrace.Commands;

/// <summary>Runs a bpftrace program on the live kernel and writes its events and maps as typed objects.</summary>
[Cmdlet(VerbsLifecycle.Start, "BpfTrace", DefaultParameterSetName = ScriptSet, SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Low)]
[OutputType(typeof(TraceEvent), typeof(MapEntry))]
[OutputType(typeof(string))]
[OutputType(typeof(BpfTraceJob))]
public sealed class StartBpfTraceCommand : TraceCommandBase
{
    private const string ScriptSet = "Script";
    private const string PathSet = "Path";
    private const string LiteralPathSet = "LiteralPath";
    private const string ProbeSet = "Probe";

    private readonly List<string> _scriptLines = [];
    private readonly List<string> _probeNames = [];
    private int _files;

    /// <summary>The program. Strings from the pipeline are its lines.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ParameterSetName = ScriptSet)]
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = ProbeSet)]
    [AllowEmptyString]
    [ArgumentCompleter(typeof(ScriptCompleter))]
    [Alias("E")]
    public string Script { get; set; } = "";

    /// <summary>Probes from <c>Get-BpfProbe</c>; the script is then the predicate and block they share.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = ProbeSet)]
    public ProbeInfo? Probe { get; set; }

    /// <summary>The script's file; wildcards that match one file are allowed.</summary>
    [Parameter(Mandatory = true, ParameterSetName = PathSet)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = "";

    /// <summary>The script's file, taken as it is.</summary>
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = LiteralPathSet)]
    [Alias("PSPath", "LP")]
    [ValidateNotNullOrEmpty]
    public string LiteralPath { get; set; } = "";

    /// <summary>A name for the session, to find it by.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Name { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (ParameterSetName == LiteralPathSet && ++_files > 1)
        {
            ThrowTerminatingError(ScriptFiles.NotAFile(ScriptFiles.ResolveLiteral(this, LiteralPath) ?? LiteralPath, "is a second file; a trace runs one script"));
        }

        if (Probe is not null)
        {
            _probeNames.Add(Probe.FullName);
        }
        else if (ParameterSetName == ScriptSet)
        {
            _scriptLines.Add(Script);
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (Stopping)
        {
            return;
        }

        SourceText? source = ReadSource();
        if (source is null)
        {
            return;
        }

        Trace(source, RunOptions() with { Name = Name });
    }

    private SourceText? ReadSource()
    {
        switch (ParameterSetName)
        {
            case ProbeSet when _probeNames.Count == 0:
                return null;
            case ProbeSet:
                return new SourceText(string.Join(",\n", _probeNames) + "\n" + Script, "script");
            case ScriptSet:
                return new SourceText(string.Join("\n", _scriptLines), "script");
        }

        SourceText? source = ScriptFiles.Read(ResolveFile(), out System.Management.Automation.ErrorRecord? error);
        if (error is not null)
        {
            ThrowTerminatingError(error);
        }

        return source;
    }

    private string ResolveFile()
    {
        if (ParameterSetName == LiteralPathSet)
        {
            return ScriptFiles.ResolveLiteral(this, LiteralPath) ?? NotOneFile(LiteralPath, ScriptFiles.NotInFileSystem);
        }

        try
        {
            return ScriptFiles.Resolve(this, Path) switch
            {
                null => NotOneFile(Path, ScriptFiles.NotInFileSystem),
                [string only] => only,
                { Count: int count } => NotOneFile(Path, $"matches {count} files; a trace runs one script"),
            };
        }
        catch (ItemNotFoundException exception)
        {
            ThrowTerminatingError(Failure.NoFile(exception, "PathNotFound", Path));
            throw;
        }
    }

    private string NotOneFile(string path, string why)
    {
        ThrowTerminatingError(ScriptFiles.NotAFile(path, why));
        return "";
    }
}
