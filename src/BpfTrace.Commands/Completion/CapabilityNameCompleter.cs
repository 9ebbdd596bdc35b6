using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace BpfTrace.Commands.Completion;

/// <summary>Completes a capability's name. Nothing is tried out.</summary>
public sealed class CapabilityNameCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters) =>
        TraceCapabilities.Names
            .Where(name => name.StartsWith(Quoting.Bare(wordToComplete), StringComparison.OrdinalIgnoreCase))
            .Select(static name => new CompletionResult(Quoting.Quote(name), name, CompletionResultType.ParameterValue, name));
}
