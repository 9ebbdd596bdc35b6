using System.ComponentModel;
using BpfTrace.Decoding;
using BpfTrace.Formatting;

namespace BpfTrace;

/// <summary>
/// A record <c>(x=1, y="s")</c> or a C structure as a value: the base of the types that are made for them, with a property per field. A
/// class of its own per shape, rather than a dictionary, so that PowerShell shows columns, completes members, compares and exports them
/// as it does for events.
/// </summary>
public abstract class BpfRecord : IEquatable<BpfRecord>, IEscapedMembers
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

    /// <summary>Whether the other is of a type of the same name and has equal fields: also one of a recording equals the live one.</summary>
    public bool Equals(BpfRecord? other) =>
        other is not null && GetType().FullName == other.GetType().FullName && ValueOrder.AreEqual(GetValues(), other.GetValues());

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as BpfRecord);

    /// <inheritdoc/>
    public override int GetHashCode() => ValueOrder.HashOf(GetValues());

    internal void SetShape(RecordShape shape) => _shape = shape;

    /// <summary>The text of a recorded one, which has no shape, and of one whose fields do not say how they are written.</summary>
    internal void SetText(string text) => _text = text;

    internal string? OwnText => _text;

    internal RecordShape? Shape => _shape;

    internal object?[] Values => GetValues();
}
