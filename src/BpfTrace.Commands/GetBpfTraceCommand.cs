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
        IEnumerable<TraceSession> sessions = ParameterSetName == "Id" ? SessionSelection.ById(this, Id, SessionSelection.Known, SessionSelection.NotFound)
            : Name.Length == 0 ? SessionSelection.Known
            : SessionSelection.ByName(this, Name, SessionSelection.Known, SessionSelection.NotFound);
        WriteObject(sessions, enumerateCollection: true);
    }
}
