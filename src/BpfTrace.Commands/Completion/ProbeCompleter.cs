using System.Collections;
using System.Collections.Immutable;
using System.Management.Automation;
using System.Management.Automation.Language;
using BpfTrace.Language.Completion;

namespace BpfTrace.Commands.Completion;

/// <summary>Completes a probe's name part by part: the kind, the category, module or binary, the event or function.</summary>
public sealed class ProbeCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters) =>
        Find(Quoting.Bare(wordToComplete), ScriptCompleter.ProcessId(fakeBoundParameters))
            .Select(item => new CompletionResult(Quoting.Quote(item.Text), item.Label, ScriptCompleter.TypeOf(item.Kind), item.ToolTip));

    private static ImmutableArray<CompletionItem> Find(string word, int? processId) => ProbeCatalog.IsTypePattern(word)
        ? ScriptCompletion.CompleteType(word, LinuxKernelCatalog.Shared)
        : ScriptCompletion.CompleteAttachPoint(word, LinuxKernelCatalog.Shared, processId);
}
