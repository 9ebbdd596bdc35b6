using System.Collections.Immutable;

namespace BpfTrace.Language.Text;

/// <summary>
/// A script's text, the name it is shown under and its line starts. Scripts are bytes in practice: bytes that are not
/// UTF-8 are kept as lone surrogates U+DC80…U+DCFF (one per byte, as Python's <c>surrogateescape</c> does), so that a
/// column always exists for them and <see cref="Encode(ReadOnlySpan{char})"/> gives the original bytes back.
/// </summary>
public sealed class SourceText
{
    private ImmutableArray<int> _lineStarts;

    /// <summary>A text that is already a string.</summary>
    /// <param name="text">The whole text.</param>
    /// <param name="name">The name shown in diagnostics: <c>stdin</c> for <c>-e</c>, else the file's name as given.</param>
    public SourceText(string text, string name = "stdin")
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(name);
        Text = text;
        Name = name;
    }

    /// <summary>The name shown in diagnostics.</summary>
    public string Name { get; }

    /// <summary>True when the text is a file's and <see cref="Name"/> is its path.</summary>
    public bool IsFile { get; init; }

    /// <summary>The whole text.</summary>
    public string Text { get; }

    /// <summary>Number of UTF-16 code units.</summary>
    public int Length => Text.Length;

    /// <summary>Number of lines; at least 1.</summary>
    public int LineCount => LineStarts.Length;

    /// <summary>Zero-based offset of each line's first code unit.</summary>
    public ImmutableArray<int> LineStarts
    {
        get
        {
            if (_lineStarts.IsDefault)
                ImmutableInterlocked.InterlockedInitialize(ref _lineStarts, FindLineStarts(Text));
            return _lineStarts;
        }
    }

    /// <summary>Decodes a script's bytes; invalid UTF-8 becomes U+DC80…U+DCFF, a leading byte order mark is dropped.</summary>
    public static SourceText FromBytes(ReadOnlySpan<byte> bytes, string name = "stdin") => new(SourceEncoding.Decode(bytes), name);

    /// <summary>Reads and decodes a script file.</summary>
    /// <param name="path">The file; also the name shown.</param>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public static SourceText FromFile(string path) => new(SourceEncoding.Decode(File.ReadAllBytes(path)), path) { IsFile = true };

    /// <summary>The UTF-8 bytes of a part of a source text, undoing what <see cref="FromBytes"/> did to invalid bytes.</summary>
    public static byte[] Encode(ReadOnlySpan<char> text) => SourceEncoding.Encode(text);

    /// <summary>The 1-based line and column of an offset; offsets past the end are taken as the end.</summary>
    public TextPosition GetPosition(int offset)
    {
        offset = Math.Clamp(offset, 0, Text.Length);
        int line = LineStarts.BinarySearch(offset);
        if (line < 0)
            line = ~line - 1;
        return new TextPosition(line + 1, offset - LineStarts[line] + 1);
    }

    /// <summary>The text of a line without its line break.</summary>
    /// <param name="line">1-based line number; out of range gives an empty string.</param>
    public string GetLine(int line)
    {
        if (line < 1 || line > LineCount)
            return string.Empty;
        int start = LineStarts[line - 1];
        int end = line < LineCount ? LineStarts[line] - 1 : Text.Length;
        return Text[start..end];
    }

    /// <summary>The text of a span, cut to the text's bounds.</summary>
    public string ToString(TextSpan span)
    {
        int start = Math.Clamp(span.Start, 0, Text.Length);
        int end = Math.Clamp(span.End, start, Text.Length);
        return Text[start..end];
    }

    /// <inheritdoc/>
    public override string ToString() => Text;

    private static ImmutableArray<int> FindLineStarts(string text)
    {
        ImmutableArray<int>.Builder starts = ImmutableArray.CreateBuilder<int>();
        starts.Add(0);
        for (int i = text.IndexOf('\n', StringComparison.Ordinal); i >= 0; i = text.IndexOf('\n', i + 1))
            starts.Add(i + 1);
        return starts.ToImmutable();
    }
}
