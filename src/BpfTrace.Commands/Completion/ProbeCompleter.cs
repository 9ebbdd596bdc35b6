using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using BpfTrace.Language.Probes;

namespace BpfTrace.Commands.Completion;

/// <summary>Completes a probe's name: first the kinds, then, after a colon, what the kernel has.</summary>
public sealed class ProbeCompleter : IArgumentCompleter
{
    // A kernel has tens of thousands of functions: more than anybody reads in a menu.
    private const int Limit = 200;

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        string word = Quoting.Bare(wordToComplete);
        return word.Contains(':', StringComparison.Ordinal)
            ? ProbeCatalog.Find(word.EndsWith('*') ? word : word + "*")
                .Take(Limit)
                .Select(p => new CompletionResult(Quoting.Quote(p.FullName), p.FullName, CompletionResultType.ParameterValue, p.FullName))
            : Enum.GetNames<ProbeType>()
                .Select(t => t.ToLowerInvariant())
                .Where(t => t.StartsWith(word, StringComparison.OrdinalIgnoreCase))
                .Select(t => new CompletionResult(Quoting.Quote(t + ":"), t, CompletionResultType.ParameterValue, $"{t} probes"));
    }
}
