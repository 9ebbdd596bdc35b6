using System.Globalization;
using System.Management.Automation;
using BpfTrace.Commands.Completion;
using BpfTrace.Commands.Jobs;

namespace BpfTrace.Commands;

/// <summary>
/// A trace as people name it: its number, its name (wildcards allowed), the session itself, columns of it, the job it runs in, or anything that came out of it.
/// </summary>
public sealed class TraceReference
{
    private readonly object? _target;

    /// <summary>A reference.</summary>
    /// <param name="target">
    /// A number, a name, a <see cref="TraceSession"/>, what <c>Select-Object</c> makes of one with its <c>Id</c>, a <see cref="BpfTraceJob"/>, a
    /// <see cref="TraceEvent"/> or a <see cref="MapEntry"/>.
    /// </param>
    public TraceReference(object target) => _target = target is PSObject { BaseObject: not PSCustomObject } wrapped ? wrapped.BaseObject : target;

    /// <summary>The number or name it was given.</summary>
    public override string ToString() => _target switch
    {
        TraceSession session => session.Name,
        BpfTraceJob job => job.Trace.Name,
        TraceEvent => _target.GetType().Name,
        MapEntry => nameof(MapEntry),
        PSObject columns => (columns.Properties["Name"]?.Value ?? columns).ToString() ?? "",
        _ => Convert.ToString(_target, CultureInfo.InvariantCulture) ?? "",
    };

    /// <summary>The traces meant among the known ones; none when there is no such trace.</summary>
    internal IEnumerable<TraceSession> Find() => _target switch
    {
        TraceSession session => [session],
        BpfTraceJob job => [job.Trace],
        TraceEvent or MapEntry => SessionRegistry.FindSource(_target) is { } source ? [source] : [],
        string text when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && SessionRegistry.Find(number) is { } numbered => [numbered],
        string name => SessionSelection.Known.Where(s => SessionSelection.IsNamed(s, name)),
        PSObject columns => NumberIn(columns) is { } number && SessionRegistry.Find(number) is { } selected ? [selected] : [],
        _ => LanguagePrimitives.TryConvertTo(_target, out int id) && SessionRegistry.Find(id) is { } found ? [found] : [],
    };

    // The numbers of what comes from another process are that one's.
    private static int? NumberIn(PSObject columns) =>
        !columns.TypeNames[0].StartsWith("Deserialized.", StringComparison.Ordinal) && LanguagePrimitives.TryConvertTo(columns.Properties["Id"]?.Value, out int? id) ? id : null;

    /// <summary>Whether finding nothing is no mistake: a pattern may match nothing.</summary>
    internal bool IsPattern => _target is string name && Wildcards.IsPattern(name);
}
