using System.Collections.Immutable;
using System.Management.Automation;
using BpfTrace.Commands.Errors;
using BpfTrace.Commands.Completion;

namespace BpfTrace.Commands;

/// <summary>A cmdlet that is about maps: which ones, of which traces.</summary>
public abstract class MapCommandBase : BpfCommandBase
{
    private readonly HashSet<string> _found = new(StringComparer.OrdinalIgnoreCase);

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
            Process(session, MapsOf(session));
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        foreach (string name in Name.Where(n => !WildcardPattern.ContainsWildcardCharacters(n) && !_found.Contains(Bare(n))))
        {
            WriteError(NotFoundRecord.Create($"No map '@{Bare(name)}' in a running trace or the last one.", "Get-BpfTrace lists the traces.", "MapNotFound", name));
        }
    }

    /// <summary>Does what the cmdlet is for with the maps of a trace that are meant.</summary>
    private protected abstract void Process(TraceSession session, List<string> maps);

    /// <summary>Reads a map whole, and empties it in the same breath when asked to; none after an error.</summary>
    private protected ImmutableArray<MapEntry> Read(TraceSession session, string map, bool reset) =>
        Try(map, () => reset ? session.TakeMap(map) : session.ReadMap(map));

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
        foreach (string map in session.MapNames)
        {
            if (patterns.Length > 0 && !Wildcards.MatchesAny(patterns, Bare(map)))
            {
                continue;
            }

            _found.Add(Bare(map));
            maps.Add(map);
        }

        return maps;
    }

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
