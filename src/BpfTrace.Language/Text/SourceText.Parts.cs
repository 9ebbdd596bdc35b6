namespace BpfTrace.Language.Text;

/// <content>
/// A text made of several: a script and the files it imports. All trees over it have spans in the one text, so that a span alone says
/// which file it is in; <see cref="TextLocation"/> turns it into the file's own.
/// </content>
public sealed partial class SourceText
{
    // Null for a text that is one file. Arrays side by side: a list of a struct would be compiled when it is made.
    private readonly SourceText[]? _parts;
    private readonly int[]? _partStarts;

    private SourceText(SourceText[] parts, int[] starts, string text)
        : this(text, parts[0].Name)
    {
        IsFile = parts[0].IsFile;
        _parts = parts;
        _partStarts = starts;
    }

    /// <summary>Where the last part begins; 0 for a text that is one file.</summary>
    public int LastPartStart => _partStarts is null ? 0 : _partStarts[^1];

    /// <summary>This text with another file's after it, each ended by a line break.</summary>
    /// <param name="file">The other text, one file itself.</param>
    /// <returns>The text of both, under this one's name.</returns>
    public SourceText Append(SourceText file)
    {
        ArgumentNullException.ThrowIfNull(file);
        string text = Text + "\n" + file.Text;
        return new SourceText([.. _parts ?? [this], file], [.. _partStarts ?? [0], Length + 1], text);
    }

    /// <summary>The file that an offset of this text is in: this text itself where it is one file.</summary>
    /// <param name="offset">Zero-based offset in this text.</param>
    /// <param name="start">Where that file begins in this text.</param>
    public SourceText GetPart(int offset, out int start)
    {
        start = 0;
        if (_parts is null)
            return this;
        int part = 0;
        while (part + 1 < _parts.Length && _partStarts![part + 1] <= offset)
            part++;
        start = _partStarts![part];
        return _parts[part];
    }
}
