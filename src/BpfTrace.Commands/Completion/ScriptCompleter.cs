using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using BpfTrace.Language.Completion;

namespace BpfTrace.Commands.Completion;

/// <summary>
/// Completes within a script that is an argument. PowerShell replaces the whole argument: each result is the script with a word replaced, in the
/// quotes it was begun with.
/// </summary>
public sealed class ScriptCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        ArgumentNullException.ThrowIfNull(commandAst);
        int? cursor = Caret.Find();
        Ast? element = commandAst.CommandElements.LastOrDefault(e => e is StringConstantExpressionAst or ExpandableStringExpressionAst
            && (cursor is not { } at || (e.Extent.StartOffset <= at && at <= e.Extent.EndOffset)));
        var argument = new QuotedArgument(element?.Extent.Text ?? wordToComplete);
        int caret = element is not null && cursor is { } offset ? argument.ToMeaning(offset - element.Extent.StartOffset) : argument.Meaning.Length;
        CompletionList found = ScriptCompletion.Complete(argument.Meaning, caret, LinuxKernelCatalog.Shared, ProcessId(fakeBoundParameters));
        return found.Items.Select(item => new CompletionResult(
            argument.Replace(found.Replaced.Start, found.Replaced.Length, item.Text),
            item.Label,
            TypeOf(item.Kind),
            item.ToolTip));
    }

    internal static CompletionResultType TypeOf(CompletionKind kind) => kind switch
    {
        CompletionKind.Field => CompletionResultType.Property,
        CompletionKind.Function => CompletionResultType.Method,
        CompletionKind.Map or CompletionKind.Variable or CompletionKind.Builtin => CompletionResultType.Variable,
        CompletionKind.Keyword => CompletionResultType.Keyword,
        _ => CompletionResultType.ParameterValue,
    };

    internal static int? ProcessId(IDictionary parameters) =>
        parameters is not null && LanguagePrimitives.TryConvertTo(parameters["ProcessId"], out int[] pids) && pids is [int pid, ..] && pid > 0 ? pid : null;
}
