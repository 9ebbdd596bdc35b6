using System.Text;
using BpfTrace.Decoding;
using BpfTrace.Formatting;
using BpfTrace.Language.Symbols;

namespace BpfTrace;

/// <summary>A stack, innermost frame first.</summary>
/// <remarks>
/// Two are equal when their texts are, so that stacks group and sort. The text is bpftrace's <c>get_stack</c> (src/bpftrace.cpp): a line
/// break, then a line per frame.
/// </remarks>
public sealed class StackTrace : IEquatable<StackTrace>, IComparable<StackTrace>, IComparable, IEscapedMembers
{
    private readonly StackFrame[] _frames;
    private string? _text;

    /// <summary>A stack.</summary>
    /// <param name="frames">Innermost first.</param>
    /// <param name="mode">How it is printed.</param>
    /// <param name="isUser">True for a user stack.</param>
    public StackTrace(IEnumerable<StackFrame> frames, StackMode mode = StackMode.Bpftrace, bool isUser = false)
    {
        _frames = [.. frames];
        Mode = mode;
        IsUser = isUser;
    }

    /// <summary>A stack without frames: it could not be taken.</summary>
    public static StackTrace Empty { get; } = new([]);

    /// <summary>The frames, innermost first. An inlined function is a frame of its own, before the one it was inlined into.</summary>
    public IReadOnlyList<StackFrame> Frames => _frames;

    /// <summary>How <see cref="Text"/> is written.</summary>
    internal StackMode Mode { get; }

    /// <summary>True for a user stack.</summary>
    public bool IsUser { get; }

    /// <summary>Exactly what bpftrace prints: it begins with a line break, each frame is indented and ends with one.</summary>
    internal string Text => _text ??= Format();

    /// <summary>The frames, one a line, without indentation.</summary>
    public override string ToString() => string.Join('\n', _frames.Select(f => f.ToString()));

    /// <inheritdoc/>
    public bool Equals(StackTrace? other) => other is not null && Text == other.Text;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as StackTrace);

    /// <inheritdoc/>
    public override int GetHashCode() => Text.GetHashCode(StringComparison.Ordinal);

    /// <inheritdoc/>
    public int CompareTo(StackTrace? other) => other is null ? 1 : string.CompareOrdinal(Text, other.Text);

    /// <summary>As for any other of its type; what is none comes to no order with it.</summary>
    /// <param name="obj">The other; null comes first.</param>
    /// <exception cref="ArgumentException">It is of another type. <c>Sort-Object</c> then compares the texts.</exception>
    public int CompareTo(object? obj) => obj is null or StackTrace ? CompareTo(obj as StackTrace) : throw ValueOrder.Unordered(this, obj);

    /// <summary>Whether two stacks print alike.</summary>
    public static bool operator ==(StackTrace? left, StackTrace? right) => left is null ? right is null : left.Equals(right);

    /// <summary>Whether two stacks print differently.</summary>
    public static bool operator !=(StackTrace? left, StackTrace? right) => !(left == right);

    /// <summary>Whether one's text sorts before the other's.</summary>
    public static bool operator <(StackTrace? left, StackTrace? right) => Compare(left, right) < 0;

    /// <summary>Whether one's text sorts after the other's.</summary>
    public static bool operator >(StackTrace? left, StackTrace? right) => Compare(left, right) > 0;

    /// <summary>Whether one's text does not sort after the other's.</summary>
    public static bool operator <=(StackTrace? left, StackTrace? right) => Compare(left, right) <= 0;

    /// <summary>Whether one's text does not sort before the other's.</summary>
    public static bool operator >=(StackTrace? left, StackTrace? right) => Compare(left, right) >= 0;

    private static int Compare(StackTrace? left, StackTrace? right) => left is null ? (right is null ? 0 : -1) : left.CompareTo(right);

    private string Format()
    {
        var text = new StringBuilder("\n", 64 * (_frames.Length + 1));
        foreach (StackFrame frame in _frames)
        {
            if (frame.Address == StackFrame.UnwindFailure)
            {
                text.Append("        <unwind failure>\n");
                break;
            }

            switch (Mode)
            {
                case StackMode.Raw:
                    text.Append($"{frame.Address:x}");
                    break;
                case StackMode.BuildId:
                    text.Append(frame.BuildId is null ? $"{frame.Address:x}" : frame.ToString());
                    break;
                case StackMode.Perf:
                    AppendPerf(text, frame);
                    break;
                default:
                    text.Append(' ', 8).Append(frame.ToString());
                    break;
            }

            text.Append('\n');
        }

        return text.ToString();
    }

    private void AppendPerf(StringBuilder text, StackFrame frame)
    {
        text.Append($"\t{frame.Address:x} ");
        if (frame.Symbol is null)
            text.Append(Symbol.AddressText(frame.Address));
        else if (frame.IsInlined)
            text.Append(frame.Symbol);
        else
            text.Append($"{frame.Symbol}+{frame.Offset}");
        // Kernel frames name no module; user frames always say something.
        if (frame.IsInlined)
            text.Append(" (inlined)");
        else if (IsUser)
            text.Append($" ({(frame.Symbol is null ? null : frame.Module) ?? "[unknown]"})");
    }
}
