using System.ComponentModel;
using BpfTrace.Decoding;
using BpfTrace.Formatting;

namespace BpfTrace;

/// <summary>
/// A record <c>(x=1, y="s")</c> or a C structure as a value: the base of the types that are made for them, with a property per field. A
/// class of its own per shape, rather than a dictionary, so that PowerShell shows columns, completes members, compares and exports them
/// as it does for events.
/// </summary>
public abstract class BpfRecord
{
    private RecordShape? _shape;
    private string? _text;

    /// <summary>The fields' values in order, boxed. Implemented by the made types.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    protected abstract object?[] GetValues();

    /// <summary>As bpftrace prints it: <c>{ .x = 1, .y = s }</c>.</summary>
    public override string ToString()
    {
        if (_text is not null)
            return _text;
        var writer = new Utf8Writer();
        ObjectWriter.WriteRecord(writer, this);
        return writer.ToString();
    }

    internal void SetShape(RecordShape shape) => _shape = shape;

    /// <summary>The text of a recorded one, which has no shape.</summary>
    internal void SetText(string text) => _text = text;

    internal RecordShape? Shape => _shape;

    internal object?[] Values => GetValues();
}
