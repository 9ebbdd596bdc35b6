using BpfTrace.Language.Text;
using Sprache;

namespace BpfTrace.Language.Parsing;

/// <summary>A position in a script; immutable, as Sprache wants it. All positions of a parse share one <see cref="ParseState"/>.</summary>
internal sealed class ScriptInput(ParseState state, int position) : IInput
{
    private Dictionary<object, object>? _memos;

    internal ParseState State { get; } = state;

    internal string Text => State.Text;

    public int Position { get; } = position;

    public string Source => State.Text;

    public bool AtEnd => Position >= State.Text.Length;

    public char Current => State.Text[Position];

    public int Line => State.Source.GetPosition(Position).Line;

    public int Column => State.Source.GetPosition(Position).Column;

    public IDictionary<object, object> Memos => _memos ??= [];

    /// <summary>The character here, or NUL at the end.</summary>
    internal char Peek() => Peek(0);

    /// <summary>The character <paramref name="offset"/> further on, or NUL past the end.</summary>
    internal char Peek(int offset)
    {
        int at = Position + offset;
        return at < State.Text.Length ? State.Text[at] : '\0';
    }

    public IInput Advance() => At(Position + 1);

    /// <summary>The same text at another position.</summary>
    internal ScriptInput At(int position) => position == Position ? this : new ScriptInput(State, position);

    /// <summary>From here to another position.</summary>
    internal TextSpan To(IInput end) => TextSpan.FromBounds(Position, end.Position);

    public bool Equals(IInput? other) => other is ScriptInput input && input.State == State && input.Position == Position;

    public override bool Equals(object? obj) => Equals(obj as IInput);

    public override int GetHashCode() => Position;
}
