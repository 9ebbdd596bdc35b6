using System.Diagnostics;
using BpfTrace.Language.Diagnostics;
using BpfTrace.Language.Text;

namespace BpfTrace.Recording;

/// <summary>
/// Writes the records of a trace to a file (<c>.bpfrec</c>) that <see cref="RecordingReader"/> reads again. What is written is whole up to the
/// last block whatever happens to the process; a block is written when it is full, and by <see cref="FlushIfDue"/> after a second.
/// Memory use does not grow with the trace. One thread at a time.
/// </summary>
public sealed class TraceRecorder : IDisposable
{
    private static readonly TimeSpan s_longestUnwritten = TimeSpan.FromSeconds(1);

    private readonly BlockWriter _file;
    private readonly ItemWriter _items = new();
    private readonly RecordedValues _values;
    private readonly Dictionary<SourceText, int> _sources = new(ReferenceEqualityComparer.Instance);
    private long _lastWrite = Stopwatch.GetTimestamp();
    private bool _isFinished;
    private bool _isBroken;

    /// <summary>Begins a recording.</summary>
    /// <param name="file">Where it goes; disposed of with the recorder.</param>
    /// <param name="info">What the recording says of itself.</param>
    /// <exception cref="IOException">It cannot be written.</exception>
    public TraceRecorder(Stream file, RecordingInfo info)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(info);
        _values = new RecordedValues(_items);
        _file = new BlockWriter(file);
        _file.Write(RecordingFormat.HeaderBlock, info.ToJson());
    }

    /// <summary>Adds a record.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public void Write(TraceRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        switch (record)
        {
            case EventRecord { Event: TypedEvent typed }:
                BeginEvent(ItemKind.Event, typed);
                _values.WriteType(typed.GetType());
                _items.Text(typed.Text);
                _values.WriteAll(typed.Values);
                break;
            case EventRecord { Event: FileEvent file }:
                BeginEvent(ItemKind.FileEvent, file);
                _items.Text(file.Path);
                _items.Text(file.Text);
                break;
            case EventRecord { Event: CommandEvent command }:
                BeginEvent(ItemKind.CommandEvent, command);
                _items.Text(command.Command);
                _items.Unsigned((uint)command.ExitCode);
                _items.Text(command.Text);
                break;
            case EventRecord { Event: PacketEvent packet }:
                BeginEvent(ItemKind.PacketEvent, packet);
                _items.Text(packet.File);
                _items.Bytes(packet.Data);
                break;
            case EventRecord text:
                BeginEvent(ItemKind.TextEvent, text.Event);
                _items.Text(text.Event.Text);
                break;
            case MapRecord map:
                WriteMap(map);
                break;
            case WarningRecord warning:
                Begin(ItemKind.Warning);
                WriteDiagnostic(warning.Diagnostic);
                break;
            case ErrorRecord error:
                Begin(ItemKind.Error);
                WriteDiagnostic(error.Diagnostic);
                break;
            case AttachedRecord attached:
                Begin(ItemKind.Attached);
                _items.Unsigned((uint)attached.ProbeCount);
                break;
            case TextRecord text:
                Begin(ItemKind.Text);
                _items.Bytes(text.Text.Span);
                break;
            case HeadingRecord heading:
                Begin(ItemKind.Heading);
                _items.Text(heading.Text);
                break;
            case EndRecord end:
                Begin(ItemKind.End);
                _items.Signed(end.ExitCode);
                _items.Signed(end.Counters.Delivered);
                _items.Signed(end.Counters.Lost);
                _items.Signed(end.Counters.Missed);
                _items.Signed(end.Counters.Discarded);
                break;
            default:
                throw new InvalidOperationException($"a record of type {record.GetType()} has no form in a recording");
        }

        if (_items.Length >= RecordingFormat.BlockBytes)
            Flush();
    }

    /// <summary>Writes what waits when it has waited for a second: a trace may be quiet for hours.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public void FlushIfDue()
    {
        if (_items.Length > 0 && Stopwatch.GetElapsedTime(_lastWrite) >= s_longestUnwritten)
            Flush();
    }

    /// <summary>Writes what waits, and the mark that says that nothing is missing.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public void Finish()
    {
        if (_isFinished || _isBroken)
            return;
        _isFinished = true;
        Flush();
        _file.Write(RecordingFormat.EndBlock, []);
    }

    /// <summary>Closes the file. Without <see cref="Finish"/> it is one that ends in the middle.</summary>
    public void Dispose() => _file.Dispose();

    private void Flush()
    {
        _lastWrite = Stopwatch.GetTimestamp();
        if (_items.Length == 0 || _isBroken)
            return;
        if (_items.Length > RecordingFormat.MaximumBlockBytes)
            throw new IOException($"one event has more than {RecordingFormat.MaximumBlockBytes} bytes");
        _isBroken = true; // half a block may be in the file when writing fails: nothing can follow it
        _file.WriteRecords(_items.Written);
        _isBroken = false;
        _items.Clear();
    }

    private void Begin(ItemKind kind) => _items.Byte((byte)kind);

    private void BeginEvent(ItemKind kind, TraceEvent made)
    {
        Begin(kind);
        long unix = made.UnixNanoseconds;
        long boot = (long)made.BootTimeNanoseconds;
        _items.Signed(unchecked(unix - _items.LastUnix));
        _items.Signed(unchecked(boot - _items.LastBoot));
        _items.LastUnix = unix;
        _items.LastBoot = boot;
        _items.String(made.ProbeName);
        _items.Unsigned((uint)made.CpuId);
    }

    /// <summary>Maps may be larger than a block is allowed to be: they go out in parts, each marked as followed by more but the last.</summary>
    private void WriteMap(MapRecord map)
    {
        ItemKind kind = map.IsPrinted ? ItemKind.PrintedMap : ItemKind.Map;
        Begin(kind);
        foreach (MapEntry entry in map.Entries)
        {
            _items.Byte(1);
            _items.String(entry.Map);
            _values.Write(entry.Key);
            _values.Write(entry.Value);
            // Most texts follow from the values: what needs the script's types to be written is written down.
            string text = entry.Text;
            bool follows = text == new MapEntry(entry.Map, entry.Key, entry.Value).Text;
            _items.String(follows ? null : text);
            if (_items.Length >= RecordingFormat.BlockBytes)
            {
                _items.Byte(2);
                Flush();
                Begin(kind);
            }
        }

        _items.Byte(0);
    }

    private void WriteDiagnostic(Diagnostic diagnostic)
    {
        _items.String(diagnostic.Id);
        _items.Byte((byte)diagnostic.Severity);
        _items.Text(diagnostic.Message);
        _items.Byte((byte)diagnostic.Display);
        _items.Byte(diagnostic.IsLack ? (byte)1 : (byte)0);
        _items.Byte(diagnostic.Location is null ? (byte)0 : (byte)1);
        if (diagnostic.Location is { } location)
            WriteLocation(location);
        WriteTexts(diagnostic.Hints.IsDefaultOrEmpty ? [] : diagnostic.Hints.AsSpan());
        WriteTexts(diagnostic.Details.IsDefaultOrEmpty ? [] : diagnostic.Details.AsSpan());
        _items.Unsigned(diagnostic.Notes.IsDefaultOrEmpty ? 0 : (ulong)diagnostic.Notes.Length);
        foreach (DiagnosticNote note in diagnostic.Notes.IsDefaultOrEmpty ? [] : diagnostic.Notes)
        {
            _items.Text(note.Message);
            _items.Byte((byte)note.Kind);
            WriteLocation(note.Location);
        }
    }

    private void WriteLocation(TextLocation location)
    {
        if (!_items.Known(_sources, location.Source))
        {
            _items.Text(location.Source.Name);
            _items.Byte(location.Source.IsFile ? (byte)1 : (byte)0);
            _items.Text(location.Source.Text);
        }

        _items.Unsigned((uint)location.Span.Start);
        _items.Unsigned((uint)location.Span.Length);
    }

    private void WriteTexts(ReadOnlySpan<string> texts)
    {
        _items.Unsigned((ulong)texts.Length);
        foreach (string text in texts)
            _items.Text(text);
    }
}
