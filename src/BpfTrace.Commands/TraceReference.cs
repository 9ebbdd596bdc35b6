using System.Globalization;
using System.Management.Automation;
using BpfTrace.Commands.Completion;
using BpfTrace.Commands.Jobs;

namespace BpfTrace.Commands;

/// <summary>
/// A trace as people name it: its number, its name (wildcards allowed), the session itself, the job it runs in, or anything that came out of it.
/// </summary>
public sealed class TraceReference
{
    private readonly object? _target;

    /// <summary>A reference.</summary>
    /// <param name="target">A number, a name, a <see cref="TraceSession"/>, a <see cref="BpfTraceJob"/>, a <see cref="TraceEvent"/> or a <see cref="MapEntry"/>.</param>
    public TraceReference(object target) => _target = target is PSObject wrapped ? wrapped.BaseObject : target;

    /// <summary>The number or name it was given.</summary>
    public override string ToString() => _target switch
    {
        TraceSession session => session.Name,
        BpfTraceJob job => job.Trace.Name,
        TraceEvent or MapEntry => _target.GetType().Name,
        _ => Convert.ToString(_target, CultureInfo.InvariantCulture) ?? "",
    };

    /// <summary>The traces meant among the known ones; none when there is no such trace.</summary>
    internal IEnumerable<TraceSession> Find() => _target switch
    {
        TraceSession session => [session],
        BpfTraceJob job => [job.Trace],
        TraceEvent or MapEntry => SessionRegistry.FindSource(_target) is { } source ? [source] : [],
        string text when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && SessionRegistry.Find(number) is { } numbered => [numbered],
        string name => SessionSelection.Known.Where(s => Wildcards.MatchesAny([name], s.Name)),
        _ => LanguagePrimitives.TryConvertTo(_target, out int id) && SessionRegistry.Find(id) is { } found ? [found] : [],
    };

    /// <summary>Whether finding nothing is no mistake: a pattern may match nothing.</summary>
    internal bool IsPattern => _target is string name && WildcardPattern.ContainsWildcardCharacters(name);
}
