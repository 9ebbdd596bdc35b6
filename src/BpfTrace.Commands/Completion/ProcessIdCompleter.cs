using System.Collections;
using System.Diagnostics;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Language;
using BpfTrace.Formatting;

namespace BpfTrace.Commands.Completion;

/// <summary>Completes a process's number, from its beginning or that of the process's name.</summary>
public sealed class ProcessIdCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        string begun = Quoting.Bare(wordToComplete);
        foreach (Process process in Process.GetProcesses().OrderBy(static p => p.Id))
        {
            using (process)
            {
                string id = process.Id.ToString(CultureInfo.InvariantCulture);
                if (NameOf(process) is { } name && (id.StartsWith(begun, StringComparison.Ordinal) || name.StartsWith(begun, StringComparison.OrdinalIgnoreCase)))
                {
                    string shown = $"{id} - {ConsoleEscape.Escape(name)}"; // as Get-Process -Id has it
                    yield return new CompletionResult(id, shown, CompletionResultType.ParameterValue, shown);
                }
            }
        }
    }

    private static string? NameOf(Process process)
    {
        try
        {
            return process.ProcessName;
        }
        catch (InvalidOperationException)
        {
            return null; // It has ended meanwhile.
        }
    }
}
