using System.Management.Automation;
using BpfTrace.Commands.Completion;
using BpfTrace.Commands.Output;

namespace BpfTrace.Commands;

/// <summary>Reads the maps of running traces, or of the last one that ended.</summary>
[Cmdlet(VerbsCommon.Get, "BpfMap")]
[OutputType(typeof(MapEntry))]
public sealed class GetBpfMapCommand : BpfCommandBase
{
    /// <summary>The maps' names, with or without <c>@</c>; all by default.</summary>
    [Parameter(Position = 0)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(MapNameCompleter))]
    public string[] Name { get; set; } = [];

    /// <summary>The traces: numbers, names, sessions, jobs. By default all that run; where none runs, the last one that ended.</summary>
    [Parameter(Position = 1, ValueFromPipeline = true)]
    [Alias("Id")]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(SessionNameCompleter))]
    public TraceReference[] Session { get; set; } = [];

    private readonly HashSet<string> _found = new(StringComparer.OrdinalIgnoreCase);

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (TraceSession session in Selected())
        {
            foreach (string map in session.MapNames.Where(IsWanted))
            {
                foreach (MapEntry entry in session.ReadMap(map))
                {
                    WriteObject(MapEntryObject.Create(entry), enumerateCollection: false);
                }
            }
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        foreach (string name in Name.Where(n => !WildcardPattern.ContainsWildcardCharacters(n) && !_found.Contains(Bare(n))))
        {
            WriteError(new System.Management.Automation.ErrorRecord(
                new ItemNotFoundException($"No map '@{Bare(name)}' in a running trace or the last one. Get-BpfTrace lists the traces."),
                "MapNotFound",
                ErrorCategory.ObjectNotFound,
                name));
        }
    }

    private static string Bare(string name) => name.TrimStart('@');

    private bool IsWanted(string map)
    {
        if (Name.Length > 0 && !Wildcards.MatchesAny([.. Name.Select(Bare)], Bare(map)))
        {
            return false;
        }

        _found.Add(Bare(map));
        return true;
    }

    private IEnumerable<TraceSession> Selected()
    {
        if (Session.Length == 0)
        {
            TraceSession[] running = [.. SessionRegistry.Running];
            return running.Length > 0 ? running : SessionRegistry.LastFinished is { } last ? [last] : [];
        }

        return SessionSelection.Of(this, Session);
    }
}
