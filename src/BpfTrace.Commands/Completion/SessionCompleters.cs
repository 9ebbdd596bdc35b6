using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace BpfTrace.Commands.Completion;

/// <summary>Completes a session's number.</summary>
public sealed class SessionIdCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters) =>
        SessionSelection.Known
            .Select(s => (Text: s.Id.ToString(CultureInfo.InvariantCulture), s.Name))
            .Where(s => s.Text.StartsWith(wordToComplete, StringComparison.Ordinal))
            .Select(s => new CompletionResult(s.Text, s.Text, CompletionResultType.ParameterValue, s.Name));
}

/// <summary>Completes a session's name.</summary>
public sealed class SessionNameCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters) =>
        SessionSelection.Known
            .Where(s => s.Name.StartsWith(Quoting.Bare(wordToComplete), StringComparison.OrdinalIgnoreCase))
            .Select(s => new CompletionResult(Quoting.Quote(WildcardPattern.Escape(s.Name)), s.Name, CompletionResultType.ParameterValue, $"{s.State}, started {s.StartTime:T}"));
}

/// <summary>Completes a map's name: of the traces that <c>-Session</c> names, or of all.</summary>
public sealed class MapNameCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters) =>
        from session in Asked(fakeBoundParameters)
        from map in session.MapNames
        let name = map.TrimStart('@')
        where name.StartsWith(Quoting.Bare(wordToComplete).TrimStart('@'), StringComparison.OrdinalIgnoreCase) && name.Length > 0
        select new CompletionResult(Quoting.Quote(name), map, CompletionResultType.ParameterValue, $"{map} of trace {session.Id} ({session.Name})");

    private static IEnumerable<TraceSession> Asked(IDictionary bound) => LanguagePrimitives.TryConvertTo(bound["Session"] ?? bound["Id"], out TraceReference[]? asked) && asked is not null
        ? asked.SelectMany(static r => r.Find())
        : SessionSelection.Known;
}
