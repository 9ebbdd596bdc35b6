using System.Collections.Immutable;
using System.Management.Automation;
using BpfTrace.Commands.Errors;
using BpfTrace.Commands.Completion;

namespace BpfTrace.Commands;

/// <summary>A cmdlet that is about maps: which ones, of which traces.</summary>
public abstract class MapCommandBase : BpfCommandBase
{
    private readonly HashSet<string> _found = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);
    private bool _hasLooked;

    /// <summary>The maps' names, with or without <c>@</c>; all by default.</summary>
    [Parameter(Position = 0)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(MapNameCompleter))]
    [ValidateNotNull]
    public string[] Name { get; set; } = [];

    /// <summary>The traces: numbers, names, sessions, jobs. By default all that run; where none runs, the last one that ended.</summary>
    [Parameter(Position = 1, ValueFromPipeline = true)]
    [Alias("Id")]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(SessionNameCompleter))]
    [ValidateNotNull]
    public TraceReference[] Session { get; set; } = [];

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (TraceSession session in Selected())
        {
            _hasLooked = true;
            Process(session, MapsOf(session));
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (!_hasLooked && Session.Length > 0)
        {
            return; // that there is no such trace has been said
        }

        foreach (string name in Name.Where(n => !WildcardPattern.ContainsWildcardCharacters(n) && !_found.Contains(Bare(n))))
        {
            string where = Session.Length > 0 ? $"trace {string.Join(", ", Session.Select(static s => $"'{s}'"))}" : "a running trace or the last one";
            string next = NotFoundRecord.Nearest("@" + Bare(name), _known) + "Get-BpfTrace lists the traces and their maps.";
            WriteError(NotFoundRecord.Create($"No map '@{Bare(name)}' in {where}.", next, "MapNotFound", name));
        }
    }

    /// <summary>Does what the cmdlet is for with the maps of a trace that are meant.</summary>
    private protected abstract void Process(TraceSession session, List<string> maps);

    /// <summary>The batches of a map that is read, until the pipeline is stopped or there is an error.</summary>
    private protected IEnumerable<ImmutableArray<MapEntry>> Batches(string map, IEnumerable<ImmutableArray<MapEntry>> reading)
    {
        using IEnumerator<ImmutableArray<MapEntry>> batches = reading.GetEnumerator();
        while (!Stopping && Try(map, () => batches.MoveNext() ? batches.Current : []) is { IsEmpty: false } batch)
        {
            yield return batch;
        }
    }

    /// <summary>Reads a map, and empties it in the same breath when asked to; none after an error.</summary>
    /// <param name="session">The trace.</param>
    /// <param name="map">The map's name.</param>
    /// <param name="reset">Whether to empty it.</param>
    /// <param name="top">How many entries are kept, the last ones.</param>
    /// <param name="count">How many there are.</param>
    private protected List<MapEntry> ReadLast(TraceSession session, string map, bool reset, int top, out int count)
    {
        var last = new List<MapEntry>();
        count = 0;
        foreach (ImmutableArray<MapEntry> batch in Batches(map, session.ReadMapInOrder(map, reset)))
        {
            count += batch.Length;
            last.RemoveRange(0, Math.Clamp(last.Count + batch.Length - top, 0, last.Count));
            last.AddRange(batch.Skip(batch.Length - top));
        }

        return last;
    }

    /// <summary>Reads or empties a map; what cannot be done is an error, and the other maps follow.</summary>
    /// <returns>What was read; none after an error.</returns>
    private protected ImmutableArray<MapEntry> Try(string map, Func<ImmutableArray<MapEntry>> action)
    {
        try
        {
            return action();
        }
        catch (InvalidOperationException e)
        {
            WriteError(Failure.Record(e, "MapNotRead", ErrorCategory.ReadError, map));
            return [];
        }
    }

    /// <summary>The maps that are meant, of a trace.</summary>
    private List<string> MapsOf(TraceSession session)
    {
        var maps = new List<string>();
        string[] patterns = [.. Name.Select(Bare)];
        string[] names = [.. session.MapNames.Select(Bare)];
        foreach (string map in session.MapNames)
        {
            _known.Add(map);
            if (patterns.Length > 0 && !patterns.Any(p => IsMeant(p, Bare(map), names)))
            {
                continue;
            }

            _found.Add(Bare(map));
            maps.Add(map);
        }

        return maps;
    }

    // A script can have @n and @N: who names one of them does not mean the other. Emptied, it would be lost.
    private static bool IsMeant(string pattern, string map, string[] names) =>
        names.Contains(pattern, StringComparer.Ordinal) ? pattern == map : Wildcards.MatchesAny([pattern], map);

    /// <summary>The traces that are meant; an error for each that does not exist.</summary>
    private IReadOnlyList<TraceSession> Selected()
    {
        if (Session.Length > 0)
        {
            return SessionSelection.Of(this, Session);
        }

        TraceSession[] running = [.. SessionRegistry.Running];
        return running.Length > 0 ? running : SessionRegistry.LastFinished is { } last ? [last] : [];
    }

    private static string Bare(string name) => name.TrimStart('@');
}
