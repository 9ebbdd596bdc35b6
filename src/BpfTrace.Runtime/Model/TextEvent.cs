namespace BpfTrace;

/// <summary>An event that is nothing but text: <c>time()</c>.</summary>
public sealed class TextEvent : TraceEvent
{
    /// <summary>An event of this text.</summary>
    /// <param name="text">Exactly what is printed.</param>
    public TextEvent(string text) => Text = text;

    /// <inheritdoc/>
    public override string Text { get; }
}
