using System.Collections.Immutable;
using System.Text.Json;
using BpfTrace.Decoding;

namespace BpfTrace.Recording;

/// <summary>
/// Reads a recording: the records that the trace delivered, in their order, with objects of the same types and texts. It needs neither Linux nor
/// any privilege, and believes nothing that the file says before it is checked.
/// </summary>
public sealed class RecordingReader : IDisposable
{
    private readonly BlockReader _file;
    private readonly ReplayedValues _values = new();
    private readonly ReplayedDiagnostics _diagnostics = new();
    private readonly LocalClock _clock = new();
    private readonly List<MapEntry> _mapParts = [];

    /// <summary>Opens a recording and reads what it says of itself.</summary>
    /// <param name="file">The file; disposed of with the reader.</param>
    /// <exception cref="InvalidRecordingException">It is no recording, of a newer format, damaged or cut off.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public RecordingReader(Stream file)
    {
        ArgumentNullException.ThrowIfNull(file);
        _file = new BlockReader(file);
        _file.ReadMagic();
        (uint tag, ReadOnlyMemory<byte> header) = _file.Read();
        if (tag != RecordingFormat.HeaderBlock)
            throw new InvalidRecordingException("the recording is damaged: it does not begin with its header", _file.BlockOffset);
        try
        {
            Info = RecordingInfo.FromJson(header);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException) // the latter of half a surrogate pair in a text
        {
            throw new InvalidRecordingException($"the recording is damaged: its header is no JSON: {exception.Message}", _file.BlockOffset);
        }
    }

    /// <summary>What the recording says of itself.</summary>
    public RecordingInfo Info { get; }

    /// <summary>Opens a file.</summary>
    /// <exception cref="InvalidRecordingException">It is no recording, of a newer format, damaged or cut off.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static RecordingReader Open(string path)
    {
        var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1 << 16, FileOptions.SequentialScan);
        try
        {
            return new RecordingReader(file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>The records. What comes before damage, or before the end of a file that was cut off, is given before the exception.</summary>
    /// <exception cref="InvalidRecordingException">The file is damaged or cut off here.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public IEnumerable<TraceRecord> ReadRecords()
    {
        while (true)
        {
            (uint tag, ReadOnlyMemory<byte> bytes) = _file.Read();
            if (tag == RecordingFormat.EndBlock)
            {
                if (_mapParts.Count > 0)
                    throw new InvalidRecordingException("the recording is damaged: it ends before the rest of a map", _file.BlockOffset);
                _file.ReadEnd();
                yield break;
            }

            if (tag is not (RecordingFormat.PlainBlock or RecordingFormat.DeflatedBlock))
                throw new InvalidRecordingException("the recording is damaged: a block of unknown kind", _file.BlockOffset);
            var items = new ItemReader(bytes, _file.BlockOffset);
            while (!items.AtEnd)
            {
                if (Read(items) is { } record)
                    yield return record;
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private TraceRecord? Read(ItemReader items)
    {
        var kind = (ItemKind)items.Byte();
        if (_mapParts.Count > 0 && kind != ItemKind.Map)
            throw items.Damaged("something comes before the rest of a map");
        switch (kind)
        {
            case ItemKind.Event:
                return new EventRecord(ReadEvent(items));
            case ItemKind.TextEvent:
                return new EventRecord(ReadHead(items).ApplyTo(new TextEvent(items.Text())));
            case ItemKind.FileEvent:
                return new EventRecord(ReadHead(items).ApplyTo(new FileEvent(items.Text(), items.Text())));
            case ItemKind.CommandEvent:
                return new EventRecord(ReadHead(items).ApplyTo(new CommandEvent(items.Text(), items.Int32("an exit code"), items.Text())));
            case ItemKind.PacketEvent:
                return new EventRecord(ReadHead(items).ApplyTo(new PacketEvent(items.Text(), items.Bytes().ToArray())));
            case ItemKind.Map or ItemKind.PrintedMap:
                return ReadMap(items, kind == ItemKind.PrintedMap);
            case ItemKind.Warning:
                return new WarningRecord(_diagnostics.Read(items));
            case ItemKind.Error:
                return new ErrorRecord(_diagnostics.Read(items));
            case ItemKind.Attached:
                return new AttachedRecord(items.Int32("a number of probes"));
            case ItemKind.Text:
                return new TextRecord(items.Bytes().ToArray());
            case ItemKind.Heading:
                return new HeadingRecord(items.Text());
            case ItemKind.End:
                long exitCode = items.Signed();
                var counters = new TraceCounters(items.Signed(), items.Signed(), items.Signed(), items.Signed());
                return new EndRecord((int)Math.Clamp(exitCode, int.MinValue, int.MaxValue), counters);
            default:
                throw items.Damaged($"an item is of kind {(byte)kind}");
        }
    }

    private TraceEvent ReadEvent(ItemReader items)
    {
        EventHead head = ReadHead(items);
        ReplayType type = _values.ReadType(items, typeof(TypedEvent));
        string text = items.Text();
        var made = (TypedEvent)_values.ReadObject(items, type, 0);
        made.SetText(text);
        return head.ApplyTo(made);
    }

    private EventHead ReadHead(ItemReader items)
    {
        items.LastUnix = unchecked(items.LastUnix + items.Signed());
        items.LastBoot = unchecked(items.LastBoot + items.Signed());
        string probe = items.RequiredString("a probe's name");
        return new EventHead(_clock.ToLocal(items.LastUnix), items.LastUnix, probe, items.Int32("a CPU"), (ulong)items.LastBoot);
    }

    private MapRecord? ReadMap(ItemReader items, bool isPrinted)
    {
        while (true)
        {
            byte next = items.Byte();
            if (next == 2)
            {
                // The rest is in the next block. A small file can hold a map of any size: a large one is given in parts.
                if (_mapParts.Count < RecordingFormat.LargestMapPart)
                    return null;
                break;
            }

            if (next == 0)
                break;
            string map = items.RequiredString("a map's name");
            object? key = _values.Read(items);
            object? value = _values.Read(items);
            _mapParts.Add(new MapEntry(map, key, value, items.String()));
        }

        ImmutableArray<MapEntry> entries = [.. _mapParts];
        _mapParts.Clear();
        return new MapRecord(entries) { IsPrinted = isPrinted };
    }

    private sealed record EventHead(DateTime Timestamp, long Unix, string Probe, int Cpu, ulong Boot)
    {
        public TraceEvent ApplyTo(TraceEvent made)
        {
            made.SetHeader(Timestamp, Unix, Probe, Cpu, Boot);
            return made;
        }
    }
}
