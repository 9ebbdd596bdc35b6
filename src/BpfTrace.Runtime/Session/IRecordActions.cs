using System.Collections.Immutable;
using BpfTrace.MapReading;

namespace BpfTrace;

/// <summary>What is done with the records a program sends, and with its maps.</summary>
internal interface IRecordActions
{
    /// <summary>Makes ready what the first record would have to wait for. Reader thread only.</summary>
    void Prepare()
    {
    }

    /// <summary>Acts on one record: prints, reads a map, runs a command, ends the trace. Reader thread only.</summary>
    /// <param name="record">The record's bytes, header included.</param>
    /// <param name="output">Takes what comes of it.</param>
    void Execute(ReadOnlySpan<byte> record, RecordOutput output);

    /// <summary>Whether a record ends the trace: what comes behind it is not acted on. Reader thread only.</summary>
    /// <param name="record">The record's bytes, header included.</param>
    bool IsEnd(ReadOnlySpan<byte> record) => false;

    /// <summary>Called now and then while the trace runs, and before its command is ended: notes what ended processes take with them. Reader thread only.</summary>
    /// <param name="output">Takes what cannot be done.</param>
    void Tick(RecordOutput output);

    /// <summary>Says that records did not fit into the buffer. Reader thread only.</summary>
    /// <param name="count">How many since it was last said.</param>
    /// <param name="output">Takes it.</param>
    void ReportLoss(long count, RecordOutput output) => output.Warn(SessionDiagnostics.Lost(count));

    /// <summary>The trace's events are over; its maps follow. Reader thread only.</summary>
    void EndEvents(RecordOutput output);

    /// <summary>Reads a map for the last time. Reader thread only.</summary>
    /// <param name="name">The map's name with its <c>@</c>.</param>
    /// <returns>Its entries in bpftrace's order, batch by batch; objects of their own each time they are asked for, by any thread, also after the end.</returns>
    IEnumerable<ImmutableArray<MapEntry>> FinishMap(string name);

    /// <summary>Writes a map as text or JSON, as it is printed at the end. Reader thread only.</summary>
    /// <param name="name">The map's name with its <c>@</c>.</param>
    /// <param name="output">Takes the text.</param>
    void WriteFinalMap(string name, RecordOutput output);

    /// <summary>Reads a map. Any thread.</summary>
    /// <param name="name">The map's name with its <c>@</c>.</param>
    ImmutableArray<MapEntry> ReadMap(string name);

    /// <summary>Reads a map and empties it; what is written meanwhile is in one or the other. Any thread.</summary>
    /// <param name="name">The map's name with its <c>@</c>.</param>
    /// <exception cref="InvalidOperationException">The script was not compiled for it.</exception>
    ImmutableArray<MapEntry> TakeMap(string name);

    /// <summary>Reads a map whole; its entries in bpftrace's order become objects batch by batch, while they are asked for. Any thread.</summary>
    /// <param name="name">The map's name with its <c>@</c>.</param>
    /// <param name="take">Empty it, as <see cref="TakeMap"/>.</param>
    /// <exception cref="InvalidOperationException">The script was not compiled for it.</exception>
    IEnumerable<ImmutableArray<MapEntry>> ReadOrdered(string name, bool take) => [take ? TakeMap(name) : ReadMap(name)];

    /// <summary>Opens a map to be read batch by batch, in the kernel's order; null where entries have to be gathered from all of it. Any thread.</summary>
    /// <param name="name">The map's name with its <c>@</c>.</param>
    /// <param name="take">Empty it, as <see cref="TakeMap"/>.</param>
    /// <exception cref="InvalidOperationException">The script was not compiled for it.</exception>
    MapCursor? OpenMap(string name, bool take);

    /// <summary>How full a map is. Any thread.</summary>
    /// <param name="name">The map's name with its <c>@</c>.</param>
    TraceMapInfo MeasureMap(string name);

    /// <summary>Removes a map's entries. Any thread.</summary>
    /// <param name="name">The map's name with its <c>@</c>.</param>
    void ClearMap(string name);

    /// <summary>Ends what the reader thread waits for in <see cref="Execute"/> (a command of <c>system()</c>). Any thread.</summary>
    void Interrupt();

    /// <summary>The trace is over, in whatever way: closes the files it wrote. Reader thread only.</summary>
    /// <param name="output">Takes what cannot be written.</param>
    void Close(RecordOutput output)
    {
    }
}
