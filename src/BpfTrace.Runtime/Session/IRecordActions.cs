using System.Collections.Immutable;

namespace BpfTrace;

/// <summary>What is done with the records a program sends, and with its maps. Called by the reader thread only, but for <see cref="ReadMap"/>.</summary>
internal interface IRecordActions
{
    /// <summary>Acts on one record: prints, reads a map, runs a command, ends the trace.</summary>
    /// <param name="record">The record's bytes, header included.</param>
    /// <param name="output">Takes what comes of it.</param>
    void Execute(ReadOnlySpan<byte> record, RecordOutput output);

    /// <summary>Emits the maps the way they are printed at the end.</summary>
    void EmitFinalMaps(RecordOutput output);

    /// <summary>Reads a map.</summary>
    /// <param name="name">The map's name with its <c>@</c>.</param>
    ImmutableArray<MapEntry> ReadMap(string name);

    /// <summary>Removes a map's entries.</summary>
    void ClearMap(string name);
}
