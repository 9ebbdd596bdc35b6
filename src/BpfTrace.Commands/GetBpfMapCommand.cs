using System.Collections.Immutable;
using System.Management.Automation;
using BpfTrace.Commands.Output;

namespace BpfTrace.Commands;

/// <summary>Reads the maps of running traces, or of the last one that ended.</summary>
[Cmdlet(VerbsCommon.Get, "BpfMap")]
[OutputType(typeof(MapEntry))]
public sealed class GetBpfMapCommand : MapCommandBase
{
    private readonly MapEntryObject _entries = new();

    /// <summary>Empty the maps in the same breath: what is written meanwhile stays for the next time.</summary>
    [Parameter]
    public SwitchParameter Reset { get; set; }

    /// <summary>Write the entries as the kernel has them, while they are read, rather than read all and sort: for very large maps.</summary>
    [Parameter]
    public SwitchParameter Unordered { get; set; }

    private protected override void Process(TraceSession session, List<string> maps)
    {
        foreach (string map in maps)
        {
            foreach (ImmutableArray<MapEntry> batch in Batches(map, Unordered ? session.ReadMapInBatches(map, Reset) : session.ReadMapInOrder(map, Reset)))
            {
                Write(batch);
            }
        }
    }

    private void Write(ImmutableArray<MapEntry> entries)
    {
        foreach (MapEntry entry in entries)
        {
            WriteObject(_entries.Create(entry), enumerateCollection: false);
        }
    }
}
