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

    /// <summary>Write the entries as the kernel has them, batch by batch, rather than read all and sort: for very large maps.</summary>
    [Parameter]
    public SwitchParameter Unordered { get; set; }

    private protected override void Process(TraceSession session, List<string> maps)
    {
        foreach (string map in maps)
        {
            if (Unordered)
            {
                WriteBatches(session, map);
            }
            else
            {
                Write(Read(session, map, Reset));
            }
        }
    }

    private void WriteBatches(TraceSession session, string map)
    {
        using IEnumerator<ImmutableArray<MapEntry>> batches = session.ReadMapInBatches(map, Reset).GetEnumerator();
        while (!Stopping && Try(map, () => batches.MoveNext() ? batches.Current : []) is { IsEmpty: false } batch)
        {
            Write(batch);
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
