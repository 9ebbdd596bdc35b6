using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace BpfTrace.Language.Text;

/// <summary>
/// A script's text, the name it is shown under and its line starts. Scripts are bytes in practice: bytes that are not
/// UTF-8 are kept as lone surrogates U+DC80…U+DCFF (one per byte, as Python's <c>surrogateescape</c> does), so that a
/// column always exists for them and <see cref="Encode(ReadOnlySpan{char})"/> gives the original bytes back.
/// </summary>
public sealed partial class SourceText
{
    private int[]? _lineStarts;

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
    public int LineCount => Starts.Length;

    /// <summary>Zero-based offset of each line's first code unit.</summary>
    public ImmutableArray<int> LineStarts => ImmutableCollectionsMarshal.AsImmutableArray(Starts);

    // Two threads may both look: they find the same.
    private int[] Starts => _lineStarts ??= FindLineStarts(Text);

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
        int[] starts = Starts;
        int line = 0, end = starts.Length;
        while (end - line > 1)
        {
            int middle = (line + end) / 2;
            if (starts[middle] <= offset)
                line = middle;
            else
                end = middle;
        }

        return new TextPosition(line + 1, offset - starts[line] + 1);
    }

    /// <summary>The text of a line without its line break.</summary>
    /// <param name="line">1-based line number; out of range gives an empty string.</param>
    public string GetLine(int line)
    {
        if (line < 1 || line > LineCount)
            return string.Empty;
        int start = Starts[line - 1];
        int end = line < LineCount ? Starts[line] - 1 : Text.Length;
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

    private static int[] FindLineStarts(string text)
    {
        var starts = new List<int> { 0 };
        for (int i = text.IndexOf('\n', StringComparison.Ordinal); i >= 0; i = text.IndexOf('\n', i + 1))
            starts.Add(i + 1);
        return starts.ToArray();
    }
}
