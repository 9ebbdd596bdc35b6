namespace BpfTrace;

/// <summary>An event that is nothing but text: <c>time()</c>, and what <c>cat()</c> and <c>system()</c> put out.</summary>
public sealed class TextEvent : TraceEvent
{
    /// <summary>An event of this text.</summary>
    /// <param name="text">Exactly what is printed.</param>
    public TextEvent(string text) => Text = text;

    /// <inheritdoc/>
    public override string Text { get; }
}
