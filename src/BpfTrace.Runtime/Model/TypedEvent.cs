using System.ComponentModel;
using BpfTrace.Decoding;
using BpfTrace.Formatting;

namespace BpfTrace;

/// <summary>
/// The base of the event types that are made for a script's output sites, <c>BpfTrace.Event.Printf_L1C40</c> and the like: their values are
/// the properties such a type adds.
/// </summary>
public abstract class TypedEvent : TraceEvent
{
    private EventShape? _shape;
    private string? _text;

    /// <inheritdoc/>
    public sealed override string Text => _text ??= _shape?.Format(GetValues()) ?? "";

    /// <summary>The values in the order of the site, boxed. Implemented by the made types.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    protected abstract object?[] GetValues();

    /// <summary>Whether <see cref="IsPlain"/> holds for all values that are not numbers. Implemented by the made types.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    protected abstract bool HasPlainValues();

    /// <summary>Whether the text that a value is shown by has nothing in it that a terminal would obey. For the made types.</summary>
    /// <param name="value">The value.</param>
    [EditorBrowsable(EditorBrowsableState.Never)]
    protected static bool IsPlain(object? value) => ConsoleEscape.IsPlain(value);

    internal sealed override bool HasPlainText =>
        _text is null && _shape is { IsTextOfStrings: true } ? HasPlainValues() : ConsoleEscape.IsPlain(Text);

    internal void SetShape(EventShape shape) => _shape = shape;

    /// <summary>The text of an event that was recorded: nothing but its values is left of its site.</summary>
    internal void SetText(string text) => _text = text;

    internal object?[] Values => GetValues();
}
