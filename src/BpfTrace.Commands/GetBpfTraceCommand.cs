using System.Management.Automation;
using BpfTrace.Commands.Completion;

namespace BpfTrace.Commands;

/// <summary>Lists the traces that run in this process, and the last one that ended.</summary>
[Cmdlet(VerbsCommon.Get, "BpfTrace", DefaultParameterSetName = "Name")]
[OutputType(typeof(TraceSession))]
public sealed class GetBpfTraceCommand : BpfCommandBase
{
    /// <summary>The sessions' names; all by default.</summary>
    [Parameter(Position = 0, ParameterSetName = "Name")]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(SessionNameCompleter))]
    [ValidateNotNull]
    public string[] Name { get; set; } = [];

    /// <summary>The sessions' numbers.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = "Id")]
    [ArgumentCompleter(typeof(SessionIdCompleter))]
    public int[] Id { get; set; } = [];

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        TraceSession[] sessions = [.. SessionSelection.Known];
        if (ParameterSetName == "Name")
        {
            foreach (TraceSession session in sessions.Where(s => Wildcards.MatchesAny(Name, s.Name)))
            {
                WriteObject(session);
            }

            foreach (string name in Name.Where(n => !WildcardPattern.ContainsWildcardCharacters(n) && !Array.Exists(sessions, s => Wildcards.MatchesAny([n], s.Name))))
            {
                WriteError(SessionSelection.NotFound(name));
            }

            return;
        }

        foreach (TraceSession session in SessionSelection.ById(this, Id, sessions, SessionSelection.NotFound))
        {
            WriteObject(session);
        }
    }
}
