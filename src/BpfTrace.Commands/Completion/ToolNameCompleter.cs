using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using BpfTrace.Commands.Tools;

namespace BpfTrace.Commands.Completion;

/// <summary>Completes a tool's name; the tool tip is what it is for.</summary>
public sealed class ToolNameCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        ArgumentNullException.ThrowIfNull(fakeBoundParameters);
        string[]? paths = LanguagePrimitives.TryConvertTo(fakeBoundParameters["Path"], out string[] given) ? given : null;
        foreach ((string name, string file) in ToolPath.Files(new System.Management.Automation.SessionState().Path, paths))
        {
            if (!name.StartsWith(Quoting.Bare(wordToComplete), StringComparison.OrdinalIgnoreCase) || Synopsis(file) is not { } synopsis)
            {
                continue;
            }

            yield return new CompletionResult(Quoting.Quote(name), name, CompletionResultType.ParameterValue, synopsis.Length == 0 ? name : synopsis);
        }
    }

    /// <summary>What a script is for; null for one that is no tool.</summary>
    private static string? Synopsis(string file)
    {
        try
        {
            return ScriptTools.Read(file, out _)?.Synopsis;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
