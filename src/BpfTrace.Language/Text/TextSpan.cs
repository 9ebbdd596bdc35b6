namespace BpfTrace.Language.Text;

/// <summary>A half-open range of UTF-16 code units in a <see cref="SourceText"/>.</summary>
/// <param name="Start">Zero-based offset of the first code unit.</param>
/// <param name="Length">Number of code units; 0 for a position.</param>
public readonly record struct TextSpan(int Start, int Length)
{
    /// <summary>Zero-based offset one past the last code unit.</summary>
    public int End => Start + Length;

    /// <summary>The span from <paramref name="start"/> up to, not including, <paramref name="end"/>.</summary>
    public static TextSpan FromBounds(int start, int end) => new(start, end - start);

    /// <summary>The smallest span that covers this one and <paramref name="other"/>.</summary>
    public TextSpan Union(TextSpan other) => FromBounds(Math.Min(Start, other.Start), Math.Max(End, other.End));

    /// <inheritdoc/>
    public override string ToString() => $"{Start}..{End}";
}
