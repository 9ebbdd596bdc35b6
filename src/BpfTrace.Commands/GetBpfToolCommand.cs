using System.Management.Automation;
using BpfTrace.Commands.Completion;
using BpfTrace.Commands.Errors;
using BpfTrace.Commands.Tools;
using BpfTrace.Language.Diagnostics;

namespace BpfTrace.Commands;

/// <summary>Lists tools: scripts that can be run by their names, with what they say of themselves.</summary>
[Cmdlet(VerbsCommon.Get, "BpfTool")]
[OutputType(typeof(ScriptTool))]
public sealed class GetBpfToolCommand : BpfCommandBase
{
    /// <summary>The tools' names; all by default.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ToolNameCompleter))]
    public string[] Name { get; set; } = [];

    /// <summary>Directories to look in, or scripts, instead of <c>$env:BPFTRACE_TOOLS</c> and the module's own.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[] Path { get; set; } = [];

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        IReadOnlyDictionary<string, string> files = ToolPath.Files(SessionState.Path, Path);
        foreach (string name in Name)
        {
            if (!WildcardPattern.ContainsWildcardCharacters(name) && !files.Keys.Contains(name, StringComparer.OrdinalIgnoreCase))
            {
                WriteError(ToolPath.NotFound(name, files.Keys));
            }
        }

        foreach ((string name, string file) in files)
        {
            if (Wildcards.MatchesAny(Name, name))
            {
                WriteTool(file);
            }
        }
    }

    private void WriteTool(string file)
    {
        try
        {
            if (ScriptTools.Read(file, out IReadOnlyList<Diagnostic> diagnostics) is { } tool)
            {
                WriteObject(ToolParameters.Name(tool));
                return;
            }

            foreach (Diagnostic diagnostic in diagnostics)
            {
                if (diagnostic.IsError)
                {
                    WriteError(DiagnosticErrorRecord.Create(diagnostic));
                }
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            WriteError(ScriptFiles.Unreadable(file, exception));
        }
    }
}
