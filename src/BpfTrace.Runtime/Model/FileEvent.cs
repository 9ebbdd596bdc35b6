namespace BpfTrace;

/// <summary>What <c>cat()</c> read of a file: at most <c>max_cat_bytes</c>.</summary>
public sealed class FileEvent : TraceEvent
{
    /// <summary>An event of this content.</summary>
    /// <param name="path">The file, as the script names it.</param>
    /// <param name="text">What was read.</param>
    public FileEvent(string path, string text)
    {
        Path = path;
        Text = text;
    }

    /// <summary>The file, as the script names it.</summary>
    public string Path { get; }

    /// <inheritdoc/>
    public override string Text { get; }
}
