using System.Collections.Immutable;
using BpfTrace.Commands.Errors;
using BpfTrace.Formatting;

namespace BpfTrace.Commands.Output;

/// <summary>Puts a trace's records on PowerShell's streams: each family of record on the stream where it belongs.</summary>
/// <param name="streams">The streams.</param>
internal sealed class RecordWriter(ITraceStreams streams)
{
    private readonly LineAssembler _lines = new();
    private readonly MapEntryObject _entries = new();

    /// <summary>Called with each event's type before the event is written; null for nobody.</summary>
    public Action<Type>? EventTypeSeen { get; init; }

    /// <summary>Writes a record.</summary>
    public void Write(TraceRecord record)
    {
        switch (record)
        {
            case EventRecord e:
                _entries.IsAfterEvents = true;
                EventTypeSeen?.Invoke(e.Event.GetType());
                streams.WriteObject(e.IsHarmless ? e.Event : EscapedObject.Create(e.Event));
                break;
            case HeadingRecord heading:
                streams.WriteInformation(ConsoleEscape.Escape(heading.Text.TrimEnd('\n')));
                break;
            case MapRecord map:
                foreach (MapEntry entry in map.Entries)
                {
                    streams.WriteObject(_entries.Create(entry));
                }

                break;
            case TextRecord text:
                WriteText(_lines.Add(text.Text.Span));
                break;
            case WarningRecord warning:
                streams.WriteWarning(ConsoleEscape.Escape(DiagnosticErrorRecord.WarningText(warning.Diagnostic)));
                break;
            case ErrorRecord error:
                streams.WriteError(DiagnosticErrorRecord.Create(error.Diagnostic));
                break;
            case AttachedRecord attached:
                streams.WriteVerbose(attached.ProbeCount == 1 ? "Attached 1 probe." : $"Attached {attached.ProbeCount} probes.");
                break;
            case StoppingRecord:
                streams.WriteVerbose("Ending.");
                break;
            case EndRecord end:
                streams.WriteVerbose($"Ended: {end.Counters.Produced} records produced, {end.Counters.Delivered} delivered, {end.Counters.Lost} lost.");
                break;
            default:
                throw new InvalidOperationException($"Unknown record {record.GetType()}.");
        }
    }

    /// <summary>Completes lines of text; nothing is written.</summary>
    public ImmutableArray<string> AddText(ReadOnlySpan<byte> text) => _lines.Add(text);

    /// <summary>Writes what of the text has no line end yet.</summary>
    public void Flush() => WriteText(_lines.Flush());

    private void WriteText(ImmutableArray<string> lines)
    {
        foreach (string line in lines)
        {
            streams.WriteObject(line);
        }
    }
}
