using System.Management.Automation;
using BpfTrace.Commands.Completion;
using BpfTrace.Commands.Errors;
using BpfTrace.Commands.Jobs;
using BpfTrace.Commands.Tools;
using BpfTrace.Language.Text;

namespace BpfTrace.Commands;

/// <summary>Runs a tool by its name; what the script asks for with <c>getopt</c> and <c>$1</c> are parameters.</summary>
[Cmdlet(VerbsLifecycle.Invoke, "BpfTool", DefaultParameterSetName = NameSet, SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Low)]
[OutputType(typeof(TraceEvent), typeof(MapEntry))]
[OutputType(typeof(string))]
[OutputType(typeof(BpfTraceJob))]
public sealed class InvokeBpfToolCommand : TraceCommandBase, IDynamicParameters
{
    private const string NameSet = "Name";
    private const string ToolSet = "Tool";

    private ScriptTool? _tool;
    private RuntimeDefinedParameterDictionary _given = [];

    /// <summary>The tool's name; with a slash, a script's path.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = NameSet)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ToolNameCompleter))]
    public string Name { get; set; } = "";

    /// <summary>A tool from <c>Get-BpfTool</c>.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = ToolSet)]
    public ScriptTool? Tool { get; set; }

    /// <summary>Directories to look in, or scripts, instead of <c>$env:BPFTRACE_TOOLS</c> and the module's own.</summary>
    [Parameter(ParameterSetName = NameSet)]
    [ValidateNotNullOrEmpty]
    public string[] Path { get; set; } = [];

    /// <summary>Called by the engine, also while a command line is completed: the parameters of the tool that is named.</summary>
    public object? GetDynamicParameters()
    {
        try
        {
            string? file = Tool?.Path ?? (string.IsNullOrEmpty(Name) ? null : ToolPath.Find(SessionState.Path, Name, Path));
            if (file is null || ScriptTools.Read(file, out _) is not { } tool)
            {
                return null; // What is wrong is said when the tool is run.
            }

            _tool = ToolParameters.Name(tool);
            return _given = ToolParameters.Define(_tool);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (Stopping)
        {
            return;
        }

        string? file = Tool?.Path ?? ToolPath.Find(SessionState.Path, Name, Path);
        if (file is null)
        {
            ThrowTerminatingError(ToolPath.NotFound(Name, ToolPath.Files(SessionState.Path, Path).Keys));
        }

        SourceText? source = ScriptFiles.Read(file!, out System.Management.Automation.ErrorRecord? error);
        if (error is not null)
        {
            ThrowTerminatingError(error);
        }

        Trace(source!, OptionsOf(file!));
    }

    private TraceOptions OptionsOf(string file)
    {
        TraceOptions options = RunOptions() with { SeparateHeadings = true };
        if (_tool is null || _tool.Path != file)
        {
            return options;
        }

        System.Collections.Immutable.ImmutableArray<string> positional = ToolParameters.Positional(_tool, _given, TextOf);
        if (!positional.IsEmpty && ArgumentList.Length > 0)
        {
            ThrowTerminatingError(Failure.Record(
                new ArgumentException("The tool's positional parameters are given by their names and with -ArgumentList. Use one of the two."),
                "ArgumentsTwice",
                ErrorCategory.InvalidArgument,
                Name));
        }

        var named = new Dictionary<string, string>(options.NamedArguments, StringComparer.Ordinal);
        foreach ((string name, string value) in ToolParameters.Named(_tool, _given, TextOf))
        {
            named[name] = value;
        }

        return options with { NamedArguments = named, Arguments = positional.IsEmpty ? options.Arguments : positional };
    }
}
