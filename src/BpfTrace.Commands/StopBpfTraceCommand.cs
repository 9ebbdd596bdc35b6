using System.Management.Automation;
using BpfTrace.Commands.Completion;

namespace BpfTrace.Commands;

/// <summary>Ends running traces as their script would: END runs, the final maps are written, everything is detached.</summary>
[Cmdlet(VerbsLifecycle.Stop, "BpfTrace", DefaultParameterSetName = "Id", SupportsShouldProcess = true)]
[OutputType(typeof(TraceSession))]
public sealed class StopBpfTraceCommand : BpfCommandBase
{
    /// <summary>The sessions' numbers, as <c>Get-BpfTrace</c> shows them.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = "Id")]
    [ArgumentCompleter(typeof(SessionIdCompleter))]
    public int[] Id { get; set; } = [];

    /// <summary>The sessions' names.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = "Name")]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(SessionNameCompleter))]
    public string[] Name { get; set; } = [];

    /// <summary>The traces: sessions, their jobs, or an object that came out of one, which ends the trace from inside its pipeline.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = "InputObject")]
    public TraceReference[] InputObject { get; set; } = [];

    /// <summary>Write the sessions that were asked to end.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (TraceSession session in Selected())
        {
            if (!ShouldProcess($"{session.Id} ({session.Name})", "Stop"))
            {
                continue;
            }

            if (!session.HasEnded)
            {
                session.RequestStop();
            }

            if (PassThru)
            {
                WriteObject(session);
            }
        }
    }

    private List<TraceSession> Selected() => ParameterSetName switch
    {
        "InputObject" => SessionSelection.Of(this, InputObject),
        "Name" => SessionSelection.ByName(this, Name, SessionRegistry.Running, SessionSelection.NotRunning),
        _ => SessionSelection.ById(this, Id, SessionRegistry.Running, SessionSelection.NotRunning),
    };
}
