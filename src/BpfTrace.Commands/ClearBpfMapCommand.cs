using System.Management.Automation;

namespace BpfTrace.Commands;

/// <summary>Empties the maps of running traces.</summary>
[Cmdlet(VerbsCommon.Clear, "BpfMap", SupportsShouldProcess = true)]
[OutputType(typeof(void))]
public sealed class ClearBpfMapCommand : MapCommandBase
{
    private protected override void Process(TraceSession session, List<string> maps)
    {
        foreach (string map in maps)
        {
            if (ShouldProcess($"{map} of trace {session.Id} ({session.Name})", "Clear"))
            {
                session.ClearMap(map);
            }
        }
    }
}
